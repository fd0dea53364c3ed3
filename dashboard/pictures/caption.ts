/** Text inside pictures: measured, wrapped to the width there is, and never cut where it can go on in the next line. */
import type { Colours } from "./colours.ts";

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
export const TITLE_FONT = "Georgia, 'Times New Roman', serif";
const NAMESPACE = "http://www.w3.org/2000/svg";

let ruler: CanvasRenderingContext2D | null | undefined;

/** Width in px of a text. */
export function widthOf(text: string, sizePx: number, font: string, weight = 400): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return text.length * sizePx * 0.6;
  ruler.font = `${weight} ${sizePx}px ${font}`;
  return ruler.measureText(text).width;
}

/** Lines no wider than there is room; a word that is wider than that is broken. */
export function wrapped(text: string, roomPx: number, sizePx: number, font: string, weight = 400): string[] {
  const lines: string[] = [];
  let line = "";
  const fits = (tried: string): boolean => widthOf(tried, sizePx, font, weight) <= roomPx;
  for (const word of text.split(/\s+/)) {
    let rest = word;
    const tried = line === "" ? rest : `${line} ${rest}`;
    if (fits(tried)) {
      line = tried;
      continue;
    }
    if (line !== "") lines.push(line);
    while (!fits(rest)) {
      let cut = rest.length - 1;
      while (cut > 1 && !fits(rest.slice(0, cut))) cut--;
      lines.push(rest.slice(0, cut));
      rest = rest.slice(cut);
    }
    line = rest;
  }
  return line === "" ? lines : [...lines, line];
}

/** As much of it as there is room for. */
export function shortened(text: string, roomPx: number, sizePx: number, font = FONT): string {
  if (widthOf(text, sizePx, font) <= roomPx) return text;
  let end = text.length - 1;
  while (end > 1 && widthOf(`${text.slice(0, end)}…`, sizePx, font) > roomPx) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes = {}, text?: string): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

export interface Caption {
  readonly title: string;
  /** What the picture shows: units, marks. */
  readonly explains?: string;
  /** Target, network, dates, n, source. */
  readonly about: readonly string[];
  /** The word SIMULATED, where it is. */
  readonly simulated?: string;
}

const PAD = 16;
const TITLE_PX = 19;
const EXPLAINS_PX = 13;
const ABOUT_PX = 12;
const LINE = 1.4;

/** The whole picture: title, what it shows, the drawing, and what it is about, on paper. */
export function composed(
  drawing: (widthPx: number) => SVGElement,
  { title, explains, about, simulated }: Caption,
  widthPx: number,
  colours: Colours,
): SVGSVGElement {
  const room = widthPx - 2 * PAD;
  const parts: SVGElement[] = [];
  let y = PAD;
  const say = (lines: readonly string[], px: number, attributes: Attributes): void => {
    for (const line of lines) {
      y += px * LINE;
      parts.push(element("text", { x: PAD, y: y - px * 0.25, "font-size": px, ...attributes }, line));
    }
  };
  if (simulated !== undefined)
    say([simulated], ABOUT_PX, {
      ...{ fill: colours.simulated, "font-family": FONT, "font-weight": 700, "letter-spacing": 1.5 },
    });
  say(wrapped(title, room, TITLE_PX, TITLE_FONT, 700), TITLE_PX, {
    ...{ fill: colours.ink, "font-family": TITLE_FONT, "font-weight": 700 },
  });
  if (explains !== undefined)
    say(wrapped(explains, room, EXPLAINS_PX, FONT), EXPLAINS_PX, {
      ...{ fill: colours.quiet, "font-family": FONT },
    });
  y += 10;
  const drawn = drawing(room);
  const height = Number(drawn.getAttribute("height"));
  drawn.setAttribute("x", String(PAD));
  drawn.setAttribute("y", String(y));
  parts.push(drawn);
  y += height + 6;
  say(wrapped(about.join(" · "), room, ABOUT_PX, FONT), ABOUT_PX, {
    ...{ fill: colours.quiet, "font-family": FONT },
  });
  const heightPx = Math.ceil(y + PAD);
  const whole = element("svg", {
    ...{ xmlns: NAMESPACE, width: widthPx, height: heightPx, viewBox: `0 0 ${widthPx} ${heightPx}` },
  }) as SVGSVGElement;
  whole.append(element("rect", { width: widthPx, height: heightPx, fill: colours.paper }), ...parts);
  return whole;
}
