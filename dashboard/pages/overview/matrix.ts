/**
 * Networks down, targets along, in as many blocks side by side as there is room for; where there is room for less than one, the
 * targets go on below, so that every column has its name. All marks of one state are one path, so
 * that 15,000 cells are six shapes and scroll like a picture. Each state has a shape of its own.
 */
import type { PairRow } from "../../api/pairs.ts";
import { element, FONT, shortened, widthOf } from "../../pictures/caption.ts";
import type { Colours } from "../../pictures/colours.ts";
import { hatched } from "../../pictures/hatch.ts";
import { CELL_STATES, type CellState, cellState } from "./cell-state.ts";

const ROW = 15;
const LABEL = 74;
/** With names of networks; beyond it a name is shortened, its number never. */
const MOST_LABEL = 160;
const MOST_COLUMN = 30;
const GAP = 22;
const PX = 11;
const KEY_ROW = 20;
/** Narrower columns have no room for a name above them. */
const LEAST_COLUMN = 11;
const HEAD = 120;

export interface Matrix {
  readonly networks: readonly string[];
  readonly targets: readonly string[];
  readonly cells: ReadonlyMap<string, PairRow>;
}

export function matrixOf(rows: readonly PairRow[]): Matrix {
  const cells = new Map(rows.map((row) => [keyOf(row.probe_asn!, row.domain), row]));
  return { networks: ranked(rows, "probe_asn"), targets: ranked(rows, "domain"), cells };
}

/** Most measured first. */
function ranked(rows: readonly PairRow[], name: "probe_asn" | "domain"): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row[name]!, (counts.get(row[name]!) ?? 0) + row.measurements);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([key]) => key);
}

export function keyOf(network: string, target: string): string {
  return `${network} ${target}`;
}

/** A cell that a reader has come to, by keys, finger or mouse; and how it is marked in the drawing of the moment. */
export interface Chooser {
  /** `isOpened`: to be gone to at once. */
  choose(row: PairRow, isOpened: boolean): void;
  mark(row: PairRow | undefined): void;
}

export function drawMatrix(
  { networks, targets, cells }: Matrix,
  widthPx: number,
  colours: Colours,
  said: Readonly<Record<CellState, string>>,
  nameOf: (row: PairRow) => string,
  /** Of networks by number, as far as they are known. */
  names: ReadonlyMap<string, string>,
  chooser: Chooser,
): SVGElement {
  const heads = networks.map((asn) => headOf(asn, names));
  const label = Math.max(LABEL, ...heads.map((head) => Math.ceil(widthOf(head, PX, FONT)) + 12));
  const room = widthPx - label;
  const bands = Math.ceil(targets.length / Math.max(1, Math.floor(room / LEAST_COLUMN)));
  const perBand = Math.ceil(targets.length / bands);
  const column = Math.min(MOST_COLUMN, room / perBand);
  const block = label + column * perBand;
  const blocks = Math.max(1, Math.floor((widthPx + GAP) / (block + GAP)));
  const perBlock = Math.ceil(networks.length / blocks);
  const drawing = element("svg", { width: widthPx, "font-family": FONT, "font-size": PX });
  const paints = paintsOf(drawing, colours);
  const keyHeight = key(drawing, widthPx, said, paints, colours);
  const band = HEAD + perBlock * ROW;
  const placeOf = (at: number, to: number): { x: number; y: number } => ({
    x: Math.floor(at / perBlock) * (block + GAP) + label + (to % perBand) * column,
    y: keyHeight + Math.floor(to / perBand) * band + HEAD + (at % perBlock) * ROW,
  });
  const paths = new Map<CellState, string[]>();
  const places: { x: number; y: number; row: PairRow }[] = [];
  for (const [at, network] of networks.entries()) {
    for (let to = 0; to < targets.length; to += perBand) {
      const { x, y } = placeOf(at, to);
      drawing.append(
        element("text", { x: x - 6, y: y + 11, "text-anchor": "end", fill: colours.ink }, heads[at]),
      );
    }
    for (const [to, target] of targets.entries()) {
      const row = cells.get(keyOf(network, target));
      if (!row) continue;
      const state = cellState(row);
      const { x, y } = placeOf(at, to);
      const shape = SHAPES[state](x, y, column - 1, ROW - 1);
      const shapes = paths.get(state);
      if (shapes) shapes.push(shape);
      else paths.set(state, [shape]);
      places.push({ x, y, row });
    }
  }
  for (let at = 0; at < networks.length; at += perBlock) {
    for (const [to, target] of targets.entries()) {
      const { x, y } = placeOf(at, to);
      drawing.append(
        element(
          "text",
          {
            transform: `translate(${x + 0.5 * column + 4},${y - 6}) rotate(-90)`,
            fill: colours.ink,
            "data-column": target,
          },
          shortened(target, HEAD - 12, PX),
        ),
      );
    }
  }
  for (const [state, shapes] of paths)
    drawing.append(
      element("path", {
        d: shapes.join(""),
        ...paints[state],
        "data-state": state,
        "data-cells": shapes.length,
      }),
    );
  drawing.setAttribute("height", String(keyHeight + bands * band + 8));
  listen(drawing, places, column, nameOf, chooser);
  const marker = element("rect", { width: column + 1, height: ROW + 1, fill: "none", stroke: colours.ink });
  marker.setAttribute("stroke-width", "2.5");
  chooser.mark = (row) => {
    const place = places.find((one) => one.row === row);
    if (!place) return marker.remove();
    marker.setAttribute("x", String(place.x - 1));
    marker.setAttribute("y", String(place.y - 1));
    drawing.append(marker);
  };
  return drawing;
}

/** "obit (AS8492)"; of a long name its beginning. */
function headOf(asn: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(asn);
  if (name === undefined) return asn;
  const room = MOST_LABEL - 12 - widthOf(` (${asn})`, PX, FONT);
  return `${shortened(name, room, PX)} (${asn})`;
}

const square = (x: number, y: number, w: number, h: number): string => `M${x},${y}h${w}v${h}h${-w}Z`;
const SHAPES: Readonly<Record<CellState, (x: number, y: number, w: number, h: number) => string>> = {
  failing: (x, y, w, h) => `M${x},${y}l${w},${h}M${x + w},${y}l${-w},${h}${square(x, y, w, h)}`,
  throttled: square,
  partly: (x, y, w, h) => `M${x},${y + h}h${w}v${-h}Z`,
  faltering: (x, y, w, h) => `M${x},${y + h}l${w},${-h}${square(x, y, w, h)}`,
  ok: (x, y, w, h) => square(x + w * 0.3, y + h * 0.3, w * 0.4, h * 0.4),
  loads: (x, y, w, h) => square(x + w * 0.25, y + h * 0.25, w * 0.5, h * 0.5),
  insufficient: square,
};

type Paints = Readonly<Record<CellState, Readonly<Record<string, string | number>>>>;

function paintsOf(drawing: SVGElement, colours: Colours): Paints {
  const hatch = hatched(drawing, colours.grid, colours.paper);
  return {
    failing: { fill: "none", stroke: colours.ink, "stroke-width": 1.2 },
    throttled: { fill: colours.trouble },
    partly: { fill: colours.trouble },
    faltering: { fill: colours.event, stroke: colours.ink, "stroke-width": 1 },
    ok: { fill: colours.fine },
    loads: { fill: "none", stroke: colours.fine },
    insufficient: { fill: hatch },
  };
}

function key(
  drawing: SVGElement,
  widthPx: number,
  said: Readonly<Record<CellState, string>>,
  paints: Paints,
  colours: Colours,
): number {
  const width = 230;
  const columns = Math.max(1, Math.floor(widthPx / width));
  for (const [at, state] of CELL_STATES.entries()) {
    const x = (at % columns) * width;
    const y = Math.floor(at / columns) * KEY_ROW;
    drawing.append(
      element("path", { d: SHAPES[state](x, y, 14, 14), ...paints[state] }),
      element(
        "text",
        { x: x + 20, y: y + 11, fill: colours.ink },
        shortened(said[state], Math.min(width, widthPx) - 24, PX),
      ),
    );
  }
  return Math.ceil(CELL_STATES.length / columns) * KEY_ROW;
}

function listen(
  drawing: SVGElement,
  places: readonly { x: number; y: number; row: PairRow }[],
  column: number,
  nameOf: (row: PairRow) => string,
  chooser: Chooser,
): void {
  const tip = element("title");
  drawing.append(tip);
  const under = (event: MouseEvent): PairRow | undefined => {
    const { left, top } = drawing.getBoundingClientRect();
    const box = (drawing as SVGSVGElement).getBBox();
    const [x, y] = [event.clientX - left + Math.min(0, box.x), event.clientY - top + Math.min(0, box.y)];
    return places.find((at) => x >= at.x && x < at.x + column && y >= at.y && y < at.y + ROW)?.row;
  };
  drawing.addEventListener("mousemove", (event) => {
    const row = under(event);
    tip.textContent = row ? nameOf(row) : "";
    drawing.setAttribute("cursor", row ? "pointer" : "default");
  });
  drawing.addEventListener("click", (event) => {
    const row = under(event);
    // A finger is wider than a cell: what it came to is told first.
    if (row) chooser.choose(row, (event as PointerEvent).pointerType !== "touch");
  });
}
