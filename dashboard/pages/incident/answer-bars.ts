/** Probabilities as bars, each answer's name above its bar, so that it is read at any width; ties are hatched. */
import { element, FONT } from "../../pictures/caption.ts";
import type { Colours } from "../../pictures/colours.ts";
import { hatched } from "../../pictures/hatch.ts";

export interface Bar {
  readonly name: string;
  readonly probability: number;
  readonly label: string;
  readonly isLeading: boolean;
  readonly isTied: boolean;
}

const ROW = 42;
const BAR = 16;
const LABEL = 52;
const PX = 14;

export function answerBars(bars: readonly Bar[], widthPx: number, colours: Colours): SVGElement {
  const height = ROW * bars.length;
  const drawing = element("svg", { width: widthPx, height, "font-family": FONT, "font-size": PX });
  const hatch = hatched(drawing, colours.target, colours.paper);
  const room = widthPx - LABEL;
  for (const [at, { name, probability, label, isLeading, isTied }] of bars.entries()) {
    const y = at * ROW;
    const width = Math.max(1, room * probability);
    drawing.append(
      element("text", { y: y + 14, fill: colours.ink, "font-weight": isLeading ? 700 : 400 }, name),
      element("rect", { y: y + 20, width: room, height: BAR, fill: colours.grid, opacity: 0.5 }),
      element("rect", {
        ...{ y: y + 20, width, height: BAR, "data-probability": probability },
        ...(isTied
          ? { fill: hatch, stroke: colours.target }
          : { fill: isLeading ? colours.target : colours.quiet }),
      }),
      element("text", { x: room + 6, y: y + 20 + BAR - 3, fill: colours.ink }, label),
    );
  }
  return drawing;
}
