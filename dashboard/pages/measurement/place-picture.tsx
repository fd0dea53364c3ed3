/** The ladder of hops, what each answered, and between which of them the box lies. */
import type { Rung, Verdict } from "../../../src/verdict/verdict.ts";
import { element, FONT } from "../../pictures/caption.ts";
import { hatched } from "../../pictures/hatch.ts";
import { Picture } from "../../pictures/picture.tsx";
import { useWords } from "../../words/words.tsx";

const ROW = 30;
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
      draw={(widthPx, colours) => {
        const drawing = element("svg", {
          width: widthPx,
          height: ROW * hops.length,
          "font-family": FONT,
          "font-size": 13,
        });
        const hatch = hatched(drawing, colours.eventEdge, colours.event);
        drawing.append(
          element("line", {
            x1: 12,
            x2: 12,
            y1: 14,
            y2: ROW * hops.length - 16,
            stroke: colours.quiet,
            "stroke-width": 2,
          }),
        );
        for (const hop of hops) {
          const y = hop * ROW + 14;
          if (isHere(hop))
            drawing.append(
              element("rect", {
                x: 0,
                y: y - ROW + 4,
                width: 24,
                height: ROW,
                fill: hatch,
                stroke: colours.eventEdge,
              }),
            );
          drawing.append(
            element("circle", {
              cx: 12,
              cy: y,
              r: 6,
              fill: colours.paper,
              stroke: colours.ink,
              "stroke-width": 2,
            }),
            element("text", { x: 34, y: y + 4, fill: colours.ink }, labelOf(hop)),
          );
        }
        return drawing;
      }}
    />
  );
}
