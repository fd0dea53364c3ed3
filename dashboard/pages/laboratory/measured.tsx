/** What clients measure: a site and a control in turn, speeds over the last minutes, and the verdict beside the truth. */
import * as Plot from "@observablehq/plot";
import { useEffect, useRef, useState } from "react";
import { formatRate } from "../../../src/base/units.ts";
import { Picture } from "../../pictures/picture.tsx";
import { gridLines, plotted } from "../../pictures/plot.ts";
import { useWords } from "../../words/words.tsx";
import type { LabState } from "./lab-client.ts";
import type { Lab } from "./use-lab.ts";
import { judgeVisits, LEAST_HEARD, type Visit } from "./visits.ts";

const SHOWN_MS = 5 * 60_000;
const PAUSE_MS = 500;

export function Measured({ lab, state }: { readonly lab: Lab; readonly state: LabState }) {
  const said = useWords().laboratory;
  const [target, setTarget] = useState(state.sites[0] ?? "");
  const [control, setControl] = useState(state.sites.at(-1) ?? "");
  const [isMeasuring, setMeasuring] = useState(false);
  const visiting = useRef(0);
  const { act } = lab;
  // As text: the state is new every second, its clients are not.
  const clients = state.clients
    .slice(0, MOST_CLIENTS)
    .map(({ client }) => client)
    .join(" ");
  useEffect(() => {
    if (!isMeasuring) return;
    const course = ++visiting.current;
    const goesOn = (): boolean => visiting.current === course;
    const one = async (client: string): Promise<void> => {
      while (goesOn()) {
        // In turn; which comes first is drawn.
        const order = Math.random() < 0.5 ? [target, control] : [control, target];
        for (const site of order) if (goesOn()) await act("/visit", { client, site });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    };
    for (const client of clients.split(" ")) void one(client);
    return () => {
      visiting.current++;
    };
  }, [isMeasuring, target, control, clients, act]);
  const chooser = (label: string, value: string, set: (site: string) => void) => (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => set(event.target.value)}>
        {state.sites.map((site) => (
          <option key={site}>{site}</option>
        ))}
      </select>
    </label>
  );
  return (
    <section>
      <h2>{said.measured}</h2>
      <div className="tools-row">
        {chooser(said.target, target, setTarget)}
        {chooser(said.control, control, setControl)}
        <button type="button" aria-pressed={isMeasuring} onClick={() => setMeasuring(!isMeasuring)}>
          {isMeasuring ? said.stopMeasuring : said.measure}
        </button>
      </div>
      <Speeds visits={lab.visits} target={target} control={control} />
      <Truths lab={lab} state={state} target={target} control={control} />
    </section>
  );
}

/** Visits of more at a time would wait for each other on one machine. */
const MOST_CLIENTS = 4;
const ROW_PX = 110;
const LEAST_SPAN_S = 60;

function Speeds({
  visits,
  target,
  control,
}: {
  readonly visits: readonly Visit[];
  readonly target: string;
  readonly control: string;
}) {
  const said = useWords().laboratory;
  const nowMs = visits.at(-1)?.heardMs ?? 0;
  const shown = visits.filter(
    ({ heardMs, site }) => nowMs - heardMs <= SHOWN_MS && (site === target || site === control),
  );
  const clients = [...new Set(shown.map(({ client }) => client))].sort();
  if (shown.length === 0) return <p className="note">{said.noVisits}</p>;
  const points = shown.flatMap(({ bps, ...rest }) =>
    bps === undefined ? [] : [{ ...rest, bps, ago: (rest.heardMs - nowMs) / 1000 }],
  );
  const spanS = Math.max(LEAST_SPAN_S, (nowMs - shown[0]!.heardMs) / 1000 + 2);
  const failed = shown.flatMap((visit) =>
    visit.bps === undefined ? [{ ...visit, ago: (visit.heardMs - nowMs) / 1000 }] : [],
  );
  return (
    <Picture
      name="laboratory-speeds"
      title={said.question(target, control)}
      explains={said.explains}
      about={[said.visits(shown.length), said.source]}
      isSimulated={true}
      columns={["client", "site", "time", "bps", "failure"]}
      rows={shown.map(({ client, site, time, bps, failure }) => [
        client,
        site,
        time,
        bps === undefined ? undefined : Math.round(bps),
        failure,
      ])}
      draw={(widthPx, colours) =>
        plotted(
          {
            height: 60 + ROW_PX * clients.length,
            ...{ marginLeft: 80, marginRight: 90 },
            x: {
              label: said.ago,
              domain: [-spanS, 0],
              ticks: Math.max(2, Math.floor(widthPx / 120)),
            },
            y: {
              type: "log",
              label: null,
              domain: [1e4, 3e8],
              tickFormat: (bps: number) => formatRate(bps),
              ticks: [1e5, 1e6, 1e7, 1e8],
            },
            fy: { label: null, domain: clients },
            symbol: { domain: [target, control], range: ["circle", "triangle"] },
            marks: [
              Plot.gridY(gridLines(colours)),
              Plot.dot(points, {
                ...{ x: "ago", y: "bps", fy: "client", symbol: "site", r: 4 },
                fill: (one: (typeof points)[number]) =>
                  one.site === target ? colours.target : colours.control,
              }),
              Plot.text(failed, {
                x: "ago",
                y: () => 1.5e4,
                fy: "client",
                text: () => "×",
                fontSize: 16,
                fill: colours.trouble,
              }),
            ],
          },
          widthPx,
          colours,
        )
      }
    />
  );
}

function Truths({
  lab,
  state,
  target,
  control,
}: {
  readonly lab: Lab;
  readonly state: LabState;
  readonly target: string;
  readonly control: string;
}) {
  const words = useWords();
  const said = words.laboratory;
  const rate = (bps: number | undefined): string => (bps === undefined ? "–" : formatRate(bps));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1)
    <section className="wide" aria-label={said.beside(target)} tabIndex={0}>
      <table data-truths="">
        <caption>{said.beside(target)}</caption>
        <thead>
          <tr>
            {[
              said.columns.client,
              said.columns.network,
              target,
              control,
              said.columns.verdict,
              said.columns.truth,
            ].map((column, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns never move
              <th key={at} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {state.clients.map(({ client, network }) => {
            const verdict = judgeVisits(lab.visits, client, target, control);
            const truth = state.troubles.find((one) => one.client === client && one.site === target);
            const true_ = (truth?.state ?? "ok") as keyof typeof words.states;
            return (
              <tr key={client} data-client={client}>
                <th scope="row">{client}</th>
                <td>{network}</td>
                <td className="number">{rate(verdict.targetBps)}</td>
                <td className="number">{rate(verdict.controlBps)}</td>
                <td className="state" data-verdict={verdict.state}>
                  {verdict.have < LEAST_HEARD
                    ? said.notEnough(verdict.have, LEAST_HEARD)
                    : words.states[verdict.state]}
                </td>
                <td className="state" data-truth={true_}>
                  {words.states[true_]}
                  {truth?.rateBps !== undefined && `, ${formatRate(truth.rateBps)}`}
                  {truth?.fault !== undefined && ` (${truth.fault})`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
