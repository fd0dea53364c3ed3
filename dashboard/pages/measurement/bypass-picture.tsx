/** Which ways of sending the first bytes get past the box: one row each, told by shape as well as by colour. */
import type { Verdict } from "../../../src/verdict/verdict.ts";
import { element } from "../../pictures/caption.ts";
import { markedRows } from "../../pictures/marked-rows.ts";
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
      draw={(widthPx, colours) =>
        markedRows(
          ways.map(([way, isFree]) => ({
            words: `${names[way] ?? way}: ${isFree ? said.free : said.held}`,
            mark: (y, hatch) => [
              isFree
                ? element("circle", {
                    ...{ cx: MARK, cy: y, r: MARK / 2, fill: colours.paper },
                    ...{ stroke: colours.ink, "stroke-width": LINE },
                  })
                : element("rect", {
                    ...{ x: MARK / 2, y: y - MARK / 2, width: MARK, height: MARK, fill: hatch },
                    stroke: colours.eventEdge,
                  }),
            ],
          })),
          { widthPx, rowPx: ROW, wordsAt: 2 * MARK + 6 },
          colours,
        )
      }
    />
  );
}
