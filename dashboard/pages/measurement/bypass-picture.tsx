/** Which ways of sending the first bytes get past the box: one row each, told by shape as well as by colour. */
import type { Verdict } from "../../../src/verdict/verdict.ts";
import { element, FONT } from "../../pictures/caption.ts";
import { hatched } from "../../pictures/hatch.ts";
import { Picture } from "../../pictures/picture.tsx";
import { useWords } from "../../words/words.tsx";

const ROW = 28;
const MARK = 14;
const LINE = 1.4;

interface Props {
  readonly bypass: NonNullable<Verdict["bypass"]>;
  readonly about: readonly string[];
  readonly isSimulated: boolean;
}

export function BypassPicture({ bypass, about, isSimulated }: Props) {
  const said = useWords().measurement.bypass;
  const names: Readonly<Record<string, string>> = said.shapes;
  const ways = Object.entries(bypass).sort(([, a], [, b]) => Number(b) - Number(a));
  return (
    <Picture
      name="bypass"
      title={said.title}
      explains={said.explains}
      about={about}
      isSimulated={isSimulated}
      columns={Object.values(said.columns)}
      rows={ways}
      draw={(widthPx, colours) => {
        const drawing = element("svg", {
          width: widthPx,
          height: ROW * ways.length,
          "font-family": FONT,
          "font-size": 13,
        });
        const hatch = hatched(drawing, colours.eventEdge, colours.event);
        for (const [row, [way, isFree]] of ways.entries()) {
          const y = row * ROW + ROW / 2;
          drawing.append(
            isFree
              ? element("circle", {
                  ...{ cx: MARK, cy: y, r: MARK / 2, fill: colours.paper },
                  ...{ stroke: colours.ink, "stroke-width": LINE },
                })
              : element("rect", {
                  ...{ x: MARK / 2, y: y - MARK / 2, width: MARK, height: MARK, fill: hatch },
                  stroke: colours.eventEdge,
                }),
            element(
              "text",
              { x: 2 * MARK + 6, y: y + 4, fill: colours.ink },
              `${names[way] ?? way}: ${isFree ? said.free : said.held}`,
            ),
          );
        }
        return drawing;
      }}
    />
  );
}
