/** The ladder of hops, what each answered, and between which of them the box lies. */
import type { Rung, Verdict } from "../../../src/verdict/verdict.ts";
import { element } from "../../pictures/caption.ts";
import { markedRows } from "../../pictures/marked-rows.ts";
import { Picture } from "../../pictures/picture.tsx";
import { useWords } from "../../words/words.tsx";

const ROW = 30;
const MIDDLE = 12;
const RADIUS = 6;
const STROKE = 2;
const MOST_HOPS = 40;

interface Props {
  /** Absent: the ladder leaves it open. */
  readonly place: Verdict["place"];
  readonly ladder: readonly Rung[];
  readonly about: readonly string[];
  readonly isSimulated: boolean;
}

export function PlacePicture({ place, ladder, about, isSimulated }: Props) {
  const said = useWords().measurement.place;
  const last = Math.max((place?.atOrBeforeHop ?? 0) + 1, ...ladder.map(({ hopLimit }) => hopLimit));
  const hops = Array.from({ length: Math.min(MOST_HOPS, last + 1) }, (_, hop) => hop);
  const isHere = (hop: number): boolean =>
    place !== undefined && hop > place.afterHop && hop <= place.atOrBeforeHop;
  const rungs = new Map(ladder.map((rung) => [rung.hopLimit, rung]));
  const labelOf = (hop: number): string => {
    const rung = rungs.get(hop);
    return [
      `${hop === 0 ? said.probe : said.hop(hop)}${isHere(hop) ? `: ${said.here}` : ""}`,
      ...(rung ? [said.rung(rung)] : []),
      ...(rung?.router === undefined ? [] : [said.router(rung.router)]),
    ].join(" · ");
  };
  return (
    <Picture
      name="place"
      title={said.title}
      explains={said.explains}
      about={about}
      isSimulated={isSimulated}
      columns={Object.values(said.columns)}
      rows={hops.map((hop) => {
        const { acted, passed, unsure, router } = rungs.get(hop) ?? {};
        return [hop, place === undefined ? undefined : isHere(hop), acted, passed, unsure, router];
      })}
      draw={(widthPx, colours) =>
        markedRows(
          hops.map((hop) => ({
            words: labelOf(hop),
            mark: (y, hatch) => [
              ...(hop === 0
                ? []
                : [
                    element("line", {
                      ...{ x1: MIDDLE, x2: MIDDLE, y1: y - ROW + RADIUS, y2: y - RADIUS },
                      ...{ stroke: colours.quiet, "stroke-width": STROKE },
                    }),
                  ]),
              ...(isHere(hop)
                ? [
                    element("rect", {
                      ...{ x: 0, y: y - ROW + RADIUS, width: 2 * MIDDLE, height: ROW - RADIUS, fill: hatch },
                      stroke: colours.eventEdge,
                    }),
                  ]
                : []),
              element("circle", {
                ...{ cx: MIDDLE, cy: y, r: RADIUS, fill: colours.paper },
                ...{ stroke: colours.ink, "stroke-width": STROKE },
              }),
            ],
          })),
          { widthPx, rowPx: ROW, wordsAt: 34 },
          colours,
        )
      }
    />
  );
}
