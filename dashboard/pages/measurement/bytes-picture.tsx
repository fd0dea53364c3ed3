/**
 * Bytes over time of the target and its controls, of one comparison in one direction, with the rate that limits the first of the
 * target's transfers and where that one stood still. The others are a choice away, and the choice is in the address.
 */
import * as Plot from "@observablehq/plot";
import type { Observation } from "../../../src/observation/observation.ts";
import { findRateLimit } from "../../../src/verdict/pair/rate-limit.ts";
import { useAddress, useQuery } from "../../frame/address.tsx";
import type { Colours } from "../../pictures/colours.ts";
import { Picture } from "../../pictures/picture.tsx";
import { plotted } from "../../pictures/plot.ts";
import { rate, rounded } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { type FlowGroup, flowGroups, type Sampled } from "./flow-groups.ts";
import { type Standstill, standstills } from "./standstills.ts";

const HEIGHT = 320;
const UNITS = { en: ["B", "kB", "MB"], ru: ["Б", "кБ", "МБ"] } as const;

interface Props {
  readonly sampled: readonly Sampled[];
  readonly target: string;
  readonly about: readonly string[];
  readonly isSimulated: boolean;
}

export function BytesPicture({ sampled: all, target, about, isSimulated }: Props) {
  const words = useWords();
  const language = useLanguage();
  const said = words.measurement.bytes;
  const { isEmbedded } = useAddress();
  const [chosen, choose] = useQuery("flows");
  const groups = flowGroups(all);
  const group = groups.find(({ key }) => key === chosen) ?? groups[0]!;
  const { sampled } = group;
  const nameOf = ({ comparison, direction, sampled: flows }: FlowGroup): string =>
    said.flows(said.comparisons[comparison ?? "none"], said.directions[direction ?? "none"], flows.length);
  const main = sampled.find(({ role }) => role === "target");
  const limit = main && findRateLimit(main.samples, main.rttUs);
  const size = (bytes: number): string => {
    const step = bytes >= 1e6 ? 2 : bytes >= 1e3 ? 1 : 0;
    return `${rounded(bytes / 1000 ** step, language)} ${UNITS[language][step]}`;
  };
  return (
    <>
      {!isEmbedded && groups.length > 1 && (
        <div className="around fields">
          <label>
            {said.choose}{" "}
            <select value={group.key} onChange={(event) => choose(event.target.value)}>
              {groups.map((one) => (
                <option key={one.key} value={one.key}>
                  {nameOf(one)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Picture
        name="bytes"
        title={said.title(target)}
        explains={said.explains}
        about={[...about, nameOf(group)]}
        isSimulated={isSimulated}
        columns={Object.values(said.columns)}
        rows={sampled.flatMap(({ role, target: name, comparison, direction, pair, samples }) =>
          samples.map(({ elapsedUs, bytes }) => [
            said[role],
            name,
            comparison,
            direction,
            pair,
            elapsedUs,
            bytes,
          ]),
        )}
        draw={(widthPx, colours) =>
          drawn(sampled, main, limit, widthPx, colours, {
            ...{ size, seconds: words.measurement.seconds, roles: said },
            limit: limit ? said.rate(rate(limit.rateBps, language), size(limit.burstBytes)) : "",
          })
        }
      />
    </>
  );
}

interface Labels {
  readonly size: (bytes: number) => string;
  readonly seconds: string;
  readonly roles: Readonly<Record<Observation["role"], string>>;
  readonly limit: string;
}

function drawn(
  sampled: readonly Sampled[],
  main: Sampled | undefined,
  limit: ReturnType<typeof findRateLimit>,
  widthPx: number,
  colours: Colours,
  labels: Labels,
): SVGElement {
  const points = sampled.flatMap(({ role, target: name, samples }, flow) =>
    [{ elapsedUs: 0, bytes: 0 }, ...samples].map(({ elapsedUs, bytes }) => ({
      ...{ at: elapsedUs / 1e6, bytes, flow, role, name },
    })),
  );
  const lastOf = sampled.map(({ role, target: name, samples }) => {
    const { elapsedUs, bytes } = samples.at(-1)!;
    return { at: elapsedUs / 1e6, bytes, role, label: `${labels.roles[role]}${name ? ` ${name}` : ""}` };
  });
  const longest = Math.max(...lastOf.map(({ at }) => at));
  const most = Math.max(...lastOf.map(({ bytes }) => bytes));
  const colour = (role: Observation["role"]): string =>
    role === "target" ? colours.target : colours.control;
  const line = limit &&
    main && [
      { at: 0, bytes: limit.burstBytes - (limit.rateBps / 8e6) * limit.sinceUs },
      { at: longest, bytes: limit.burstBytes + (limit.rateBps / 8e6) * (longest * 1e6 - limit.sinceUs) },
    ];
  return plotted(
    {
      height: HEIGHT,
      ...{ marginLeft: 58, marginRight: 14, marginTop: 20, marginBottom: 30, clip: false },
      x: { domain: [0, longest], label: null, tickFormat: (at: number) => `${at} ${labels.seconds}` },
      y: { domain: [0, most * 1.08], label: null, tickFormat: labels.size, ticks: 5 },
      marks: [
        Plot.rect(main ? standstills(main.samples, main.rttUs, limit) : [], {
          x1: ({ fromUs }: Standstill) => fromUs / 1e6,
          x2: ({ toUs }: Standstill) => toUs / 1e6,
          y1: 0,
          y2: most * 1.08,
          fill: colours.grid,
          fillOpacity: 0.8,
        }),
        Plot.gridY({ stroke: colours.grid, strokeOpacity: 1, ticks: 5 }),
        ...(line
          ? [Plot.line(line, { x: "at", y: "bytes", stroke: colours.ink, strokeWidth: 1, clip: true })]
          : []),
        ...sampled.map(({ role }, flow) =>
          Plot.line(
            points.filter((point) => point.flow === flow),
            {
              ...{ x: "at", y: "bytes", stroke: colour(role), strokeWidth: role === "target" ? 2.5 : 1.6 },
              ...{ strokeDasharray: role === "target" ? "none" : "5 3", curve: "step-after" as const },
            },
          ),
        ),
        Plot.text(lastOf, {
          ...{
            x: "at",
            y: "bytes",
            text: "label",
            dy: -8,
            fill: ({ role }: { role: Observation["role"] }) => colour(role),
          },
          textAnchor: "end",
          ...{ stroke: colours.paper, strokeWidth: 5 },
        }),
        ...(labels.limit === ""
          ? []
          : [
              Plot.text([labels.limit], {
                frameAnchor: "bottom-right",
                dy: -8,
                textAnchor: "end",
                fill: colours.ink,
                stroke: colours.paper,
                strokeWidth: 5,
              }),
            ]),
      ],
    },
    widthPx,
    colours,
  );
}
