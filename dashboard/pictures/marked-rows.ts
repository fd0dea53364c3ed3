/** A drawing of rows, one under the other: a mark at the left, made by the caller, and words beside it. */
import { element, FONT } from "./caption.ts";
import type { Colours } from "./colours.ts";
import { hatched } from "./hatch.ts";

const TEXT_SIZE = 13;
/** From the middle of a row to the base line of its words. */
const BASE_LINE = 4;

export interface MarkedRow {
  readonly words: string;
  /** `y`: the middle of the row; `hatch`: the filling of what something was done to. */
  readonly mark: (y: number, hatch: string) => readonly SVGElement[];
}

export function markedRows(
  rows: readonly MarkedRow[],
  place: { readonly widthPx: number; readonly rowPx: number; readonly wordsAt: number },
  colours: Colours,
): SVGElement {
  const { widthPx, rowPx, wordsAt } = place;
  const drawing = element("svg", {
    ...{ width: widthPx, height: rowPx * rows.length },
    ...{ "font-family": FONT, "font-size": TEXT_SIZE },
  });
  const hatch = hatched(drawing, colours.eventEdge, colours.event);
  for (const [row, { words, mark }] of rows.entries()) {
    const y = row * rowPx + rowPx / 2;
    drawing.append(
      ...mark(y, hatch),
      element("text", { x: wordsAt, y: y + BASE_LINE, fill: colours.ink }, words),
    );
  }
  return drawing;
}
