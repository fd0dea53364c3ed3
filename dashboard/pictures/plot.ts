/**
 * Observable Plot in the pages' type and colours. Plot brings a style element with each drawing, which the pages' policy
 * refuses: it is taken out, and what it says stands in attributes, so that files look as the page does.
 */
import * as Plot from "@observablehq/plot";
import { FONT } from "./caption.ts";
import type { Colours } from "./colours.ts";

export function plotted(options: Plot.PlotOptions, widthPx: number, colours: Colours): SVGElement {
  const made = Plot.plot({
    ...{ width: widthPx, figure: false, className: "plot" },
    ...options,
    style: {
      color: colours.ink,
      background: "none",
      fontFamily: FONT,
      fontSize: "12px",
      overflow: "visible",
    },
  } as Plot.PlotOptions) as unknown as SVGElement;
  for (const style of made.querySelectorAll("style")) style.remove();
  made.setAttribute("font-family", FONT);
  made.setAttribute("font-size", "12");
  made.setAttribute("fill", "currentColor");
  made.setAttribute("color", colours.ink);
  made.removeAttribute("class");
  // Named by the whole picture's title.
  for (const part of made.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  return made;
}

/** Lines of a grid across the drawing. */
export const gridLines = (colours: Colours) => ({ stroke: colours.grid, strokeOpacity: 1 });
