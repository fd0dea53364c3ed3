/**
 * Lanes on the axis of time: events as bars, between whose hatched edges they began and ended; demands as marks on one line;
 * orders, courts and statements a line each, with as much of their text as there is room for. What lies outside the axis
 * stands as an arrow at its edge.
 */
import type { TimelineEntry } from "../../src/observation/timeline-entry.ts";
import { day, moment } from "../words/figures.ts";
import type { Words } from "../words/words.tsx";
import { element, FONT, shortened, widthOf } from "./caption.ts";
import type { Colours } from "./colours.ts";
import { hatched } from "./hatch.ts";
import { LEFT, RIGHT, type TimeAxis } from "./time-axis.ts";

type Entry = TimelineEntry;
/** Ends between `endFrom` and `endTo`; without them it goes on. */
export interface Span {
  readonly from?: string | undefined;
  readonly to: string;
  readonly endFrom?: string | undefined;
  readonly endTo?: string | undefined;
  readonly label: string;
}
export interface Laid {
  readonly spans: readonly Span[];
  readonly timeline: readonly Entry[];
}
export type Lane = "demands" | "orders" | "courts" | "statements";

const LANE_OF: Readonly<Record<Entry["kind"], Lane>> = {
  ...{ demands: "demands", lawsuit: "courts", "court-decision": "courts", step: "orders", order: "orders" },
  ...{ lift: "orders", "order-end": "orders", statement: "statements" },
};
const ORDER: readonly Lane[] = ["demands", "orders", "courts", "statements"];
const MOST_LINES = 12;
const LINE = 19;
const HEAD = 24;
const TEXT_PX = 12;
const DAY_MS = 86_400_000;

export function laneOf(entry: Entry): Lane {
  return LANE_OF[entry.kind];
}

export function lanes({ spans, timeline }: Laid, axis: TimeAxis, colours: Colours, words: Words): SVGElement {
  const drawing = element("svg", { width: axis.widthPx, "font-family": FONT, "font-size": TEXT_PX });
  const hatch = hatched(drawing, colours.eventEdge, colours.event);
  let y = 8;
  const head = (text: string): void => {
    y += HEAD;
    drawing.append(element("text", { x: 0, y: y - 8, fill: colours.ink, "font-weight": 600 }, text));
  };
  if (spans.length > 0) head(words.incident.course.lanes.events);
  for (const span of spans) {
    drawing.append(...bar(span, y, axis, colours, hatch));
    y += LINE + 4;
  }
  for (const lane of ORDER) {
    const entries = timeline.filter((entry) => laneOf(entry) === lane);
    if (entries.length === 0) continue;
    head(words.incident.course.lanes[lane]);
    if (lane === "demands") {
      for (const entry of entries) drawing.append(mark(entry, y + 6, axis, colours));
      y += LINE;
      continue;
    }
    for (const entry of entries.slice(0, MOST_LINES)) {
      drawing.append(mark(entry, y + 6, axis, colours), ...said(entry, y + 10, axis, colours));
      y += LINE;
    }
    if (entries.length > MOST_LINES) {
      const more = words.incident.andMore("…", entries.length - MOST_LINES);
      drawing.append(element("text", { x: LEFT, y: y + 10, fill: colours.quiet }, more));
      y += LINE;
    }
  }
  drawing.setAttribute("height", String(y + 6));
  return drawing;
}

function bar(
  { from, to, endFrom, endTo, label }: Span,
  y: number,
  axis: TimeAxis,
  colours: Colours,
  hatch: string,
): SVGElement[] {
  const ms = (time: string | undefined, otherwise: number): number =>
    time === undefined ? otherwise : Date.parse(time);
  const outer = [axis.x(ms(from, axis.fromMs)), axis.x(ms(endTo, axis.toMs))] as const;
  const inner = [axis.x(Date.parse(to)), axis.x(ms(endFrom ?? endTo, axis.toMs))] as const;
  const box = (left: number, right: number, fill: string): SVGElement =>
    element("rect", {
      x: left,
      y,
      width: Math.max(1, right - left),
      height: LINE - 3,
      fill,
      stroke: colours.eventEdge,
    });
  const room = widthOf(label, TEXT_PX, FONT) + 8;
  const isInside = outer[1] - outer[0] > room + 8;
  const fitsRight = axis.widthPx - RIGHT - outer[1] > room;
  const fitsLeft = outer[0] > room;
  const isRight = isInside || fitsRight || !fitsLeft;
  const at = isInside
    ? Math.max(inner[0], outer[0]) + 6
    : fitsRight
      ? outer[1] + 6
      : fitsLeft
        ? outer[0] - 6
        : Math.max(0, axis.widthPx - RIGHT - room);
  return [
    box(...outer, hatch),
    ...(inner[1] > inner[0] ? [box(...inner, colours.event)] : []),
    element("text", { x: at, y: y + 12, fill: colours.ink, "text-anchor": isRight ? "start" : "end" }, label),
  ];
}

/** A shape for each kind; at the edge, an arrow to where it lies. */
function mark(entry: Entry, y: number, axis: TimeAxis, colours: Colours): SVGElement {
  const ms = Date.parse(entry.time);
  const x = axis.x(ms);
  const lane = laneOf(entry);
  const fill = lane === "orders" ? colours.ordered : lane === "statements" ? colours.control : colours.said;
  const path =
    ms < axis.fromMs
      ? `M${x},${y - 5}L${x - 8},${y}L${x},${y + 5}Z`
      : ms > axis.toMs
        ? `M${x},${y - 5}L${x + 8},${y}L${x},${y + 5}Z`
        : SHAPES[lane](x, y);
  const made = element("path", { d: path, fill });
  made.append(element("title", {}, `${moment(entry.time)} UTC ${wordsOf(entry)}`));
  return made;
}

const SHAPES: Readonly<Record<Lane, (x: number, y: number) => string>> = {
  demands: (x, y) => `M${x - 4},${y - 5}L${x + 4},${y - 5}L${x},${y + 5}Z`,
  orders: (x, y) => `M${x - 5},${y - 5}h10v10h-10Z`,
  courts: (x, y) => `M${x},${y - 6}L${x + 6},${y}L${x},${y + 6}L${x - 6},${y}Z`,
  statements: (x, y) => `M${x - 5},${y}a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z`,
};

/** On the side where there is more room. */
function said(entry: Entry, y: number, axis: TimeAxis, colours: Colours): SVGElement[] {
  const x = axis.x(Date.parse(entry.time));
  const isLeft = x > axis.widthPx / 2;
  const room = (isLeft ? x : axis.widthPx - x) - 14;
  const when = axis.toMs - axis.fromMs > 4 * DAY_MS ? day(entry.time) : moment(entry.time).slice(5);
  const text = shortened(`${when} ${wordsOf(entry)}`, room, TEXT_PX);
  return [
    element(
      "text",
      { x: isLeft ? x - 11 : x + 11, y, fill: colours.ink, "text-anchor": isLeft ? "end" : "start" },
      text,
    ),
  ];
}

function wordsOf({ who, text }: Entry): string {
  return who === undefined ? text : `${who}: ${text}`;
}
