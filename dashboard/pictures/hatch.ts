/** Hatching, for what colour alone must not tell: patterns of their own in each drawing, since files stand alone. */
import { element } from "./caption.ts";

let made = 0;

/** Adds the pattern to the drawing; as a fill: "url(#...)". */
export function hatched(drawing: SVGElement, colour: string, paper: string): string {
  const id = `hatch-${made++}`;
  const pattern = element("pattern", {
    ...{ id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  });
  pattern.append(
    element("rect", { width: 6, height: 6, fill: paper }),
    element("rect", { width: 3, height: 6, fill: colour }),
  );
  const kept = element("defs");
  kept.append(pattern);
  drawing.prepend(kept);
  return `url(#${id})`;
}
