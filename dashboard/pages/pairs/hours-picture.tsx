/** Hour by day: where a policy is slow at every hour, congestion is in the evening. */
import type { PairRow } from "../../api/pairs.ts";
import { element, FONT } from "../../pictures/caption.ts";
import type { Colours } from "../../pictures/colours.ts";
import { hatched } from "../../pictures/hatch.ts";
import { Picture } from "../../pictures/picture.tsx";
import { useWords, type Words } from "../../words/words.tsx";

const DAY_MS = 86_400_000;
const LEFT = 62;
const CELL = 12;
const TOP = 54;
/** Room for the first and the last day's date beside each other. */
const LEAST_ENDS = 170;
const MOST_WIDE = 40;
/** Cividis (Nuñez, Anderton and Renslow 2018), from slow to equal: one order of lightness, for any colour vision. */
const STEPS = ["#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838"];
/** Ratios between the steps. */
const EDGES = [0.03, 0.1, 0.2, 0.4, 0.7];

export interface HoursProps {
  readonly target: string;
  readonly about: readonly string[];
  readonly isSimulated: boolean;
  /** By hour, in order of time. */
  readonly rows: readonly PairRow[];
}

export function HoursPicture({ target, about, isSimulated, rows }: HoursProps) {
  const words = useWords();
  const said = words.pairs.map;
  const cells = rows.filter(({ pairs }) => pairs > 0);
  return (
    <Picture
      name="hours"
      title={said.title(target)}
      explains={said.explains}
      about={about}
      isSimulated={isSimulated}
      columns={Object.values(said.columns)}
      rows={cells.map((row) => [row.from!.slice(0, 10), hourOf(row), row.pairs, row.ratio_p50])}
      draw={(widthPx, colours) => drawn(cells, widthPx, colours, said)}
    />
  );
}

function hourOf({ from }: PairRow): number {
  return Number(from!.slice(11, 13));
}

/** Days along, hours down; on the left, the median of each hour over all days, as a column of its own. */
function drawn(
  cells: readonly PairRow[],
  widthPx: number,
  colours: Colours,
  said: Words["pairs"]["map"],
): SVGElement {
  const first = Math.floor(Date.parse(cells[0]!.from!) / DAY_MS);
  const days = Math.floor(Date.parse(cells.at(-1)!.from!) / DAY_MS) - first + 1;
  const strip = 26;
  const room = widthPx - LEFT - strip - 10;
  const width = Math.min(MOST_WIDE, room / days);
  const height = TOP + 24 * CELL + 24;
  const drawing = element("svg", { width: widthPx, height, "font-family": FONT, "font-size": 12 });
  const hatch = hatched(drawing, colours.grid, colours.paper);
  const x0 = LEFT + strip + 10;
  drawing.append(...legend(colours, said.legend, widthPx));
  drawing.append(element("rect", { x: x0, y: TOP, width: width * days, height: 24 * CELL, fill: hatch }));
  drawing.append(element("rect", { x: LEFT, y: TOP, width: strip, height: 24 * CELL, fill: hatch }));
  for (let hour = 0; hour < 24; hour++) {
    const y = TOP + hour * CELL;
    if (hour % 6 === 0 || hour === 23)
      drawing.append(
        element(
          "text",
          { x: LEFT - 8, y: y + 10, "text-anchor": "end", fill: colours.quiet },
          `${String(hour).padStart(2, "0")}:00`,
        ),
      );
    const own = cells.filter((row) => hourOf(row) === hour);
    const middle = weightedMedian(own);
    if (middle !== undefined)
      drawing.append(element("rect", { x: LEFT, y, width: strip, height: CELL, fill: colourOf(middle) }));
    for (const row of own) {
      const day = Math.floor(Date.parse(row.from!) / DAY_MS) - first;
      const cell = element("rect", {
        ...{ x: x0 + day * width, y, width: Math.max(0.6, width - 0.4), height: CELL - 0.4 },
        ...{ fill: colourOf(row.ratio_p50!), "data-ratio": row.ratio_p50! },
      });
      cell.append(element("title", {}, `${row.from}: ${row.ratio_p50!.toPrecision(2)}, n = ${row.pairs}`));
      drawing.append(cell);
    }
  }
  const below = TOP + 24 * CELL + 16;
  const label = (x: number, text: string, anchor: string): void => {
    drawing.append(element("text", { x, y: below, "text-anchor": anchor, fill: colours.quiet }, text));
  };
  drawing.append(element("text", { x: LEFT, y: TOP - 6, fill: colours.quiet }, said.all));
  const [from, to] = [dayText(first), dayText(first + days - 1)];
  if (width * days < LEAST_ENDS) label(x0, days === 1 ? from : `${from} – ${to.slice(5)}`, "start");
  else {
    label(x0, from, "start");
    label(x0 + width * days, to, "end");
  }
  return drawing;
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function legend(colours: Colours, text: string, widthPx: number): SVGElement[] {
  const swatch = Math.min(64, (widthPx - 20) / STEPS.length);
  const parts = STEPS.map((fill, at) =>
    element("rect", { x: at * swatch, y: 2, width: swatch, height: 10, fill, stroke: colours.grid }),
  );
  const labels = EDGES.map((edge, at) =>
    element(
      "text",
      { x: (at + 1) * swatch, y: 26, "text-anchor": "middle", fill: colours.quiet, "font-size": 11 },
      String(edge),
    ),
  );
  const room = widthPx - STEPS.length * swatch;
  return [
    ...parts,
    ...labels,
    ...(room > 130
      ? [element("text", { x: STEPS.length * swatch + 8, y: 12, fill: colours.quiet }, text)]
      : []),
  ];
}

function colourOf(ratio: number): string {
  return STEPS[EDGES.filter((edge) => ratio >= edge).length]!;
}

function weightedMedian(rows: readonly PairRow[]): number | undefined {
  const ordered = [...rows].sort((a, b) => a.ratio_p50! - b.ratio_p50!);
  const half = ordered.reduce((sum, { pairs }) => sum + pairs, 0) / 2;
  let seen = 0;
  return ordered.find(({ pairs }) => (seen += pairs) >= half)?.ratio_p50;
}
