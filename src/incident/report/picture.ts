/**
 * The picture of an incident: the share of trouble over time of what it was about, with what was ordered and said on the
 * same axis. SVG without scripts; title, target, dates, sample size and source stand inside, and SIMULATED where it was.
 */

import { plainText } from "../../base/plain-text.ts";
import type { TimelineEntry } from "../../observation/timeline-entry.ts";
import { jeffreysInterval } from "../../stats/beta.ts";
import type { Bounds } from "../detect/scan.ts";

export interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly troubles: number;
  readonly votes: number;
}

export interface Picture {
  readonly title: string;
  readonly source: string;
  readonly isSimulated: boolean;
  readonly bins: readonly Bin[];
  readonly onset: Bounds;
  readonly end?: Bounds;
  readonly entries: readonly TimelineEntry[];
}

const WIDTH = 960;
const LEFT = 60;
const RIGHT = 20;
const TOP = 64;
const PLOT = 220;
const LANE = 18;
const MOST_ENTRIES = 12;
const TEXT_LIMIT = 110;
/** Room of a character of 12 px, and beside a mark. */
const CHARACTER = 6.6;
const MARGIN = 16;

export function pictureOf({ title, source, isSimulated, bins, onset, end, entries }: Picture): string {
  const fromMs = bins[0]?.fromMs ?? onset.toMs;
  const toMs = Math.max(bins.at(-1)?.toMs ?? onset.toMs, fromMs + 1);
  const x = (ms: number): number =>
    LEFT + ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) / (toMs - fromMs)) * (WIDTH - LEFT - RIGHT);
  const y = (share: number): number => TOP + PLOT * (1 - share);
  const shown = entries
    .filter(({ time }) => Date.parse(time) >= fromMs && Date.parse(time) <= toMs)
    .slice(0, MOST_ENTRIES);
  const lanesTop = TOP + PLOT + 40;
  const height = lanesTop + LANE * (shown.length + 1) + 24;
  const votes = bins.reduce((sum, bin) => sum + bin.votes, 0);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14" font-weight="600" fill="#1a1a1a">${escaped(shortened(title))}</text>`,
    `<text x="${LEFT}" y="38" fill="#555">share of measurements in trouble, affected names and networks, with 95 % intervals; ${votes} measurements; ${escaped(source)}</text>`,
    ...(isSimulated
      ? [
          `<text x="${WIDTH - RIGHT}" y="54" text-anchor="end" font-weight="700" fill="#b00020">SIMULATED</text>`,
        ]
      : []),
    spanRect(x, onset, end, toMs),
    ...[0, 0.5, 1].map(
      (share) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end" fill="#555">${100 * share} %</text>`,
    ),
    ...bins.map((bin) => binMark(bin, x, y)),
    ...timeMarks(fromMs, toMs).map(
      (ms) =>
        `<text x="${x(ms)}" y="${TOP + PLOT + 18}" text-anchor="${ms === toMs ? "end" : ms === fromMs ? "start" : "middle"}" fill="#555">${clock(ms, toMs - fromMs)}</text>`,
    ),
    ...shown.map((entry, i) => entryMark(entry, i, x, lanesTop)),
    "</svg>",
  ];
  return parts.join("\n");
}

/** Attempts in equal bins; a bin without any is a gap, and drawn as one. */
export function binsOf(
  votes: readonly { readonly timeMs: number; readonly isTrouble: boolean }[],
  fromMs: number,
  toMs: number,
  count = 72,
): Bin[] {
  const widthMs = Math.max(1, (toMs - fromMs) / count);
  const bins = Array.from({ length: count }, (_, i) => ({
    fromMs: fromMs + i * widthMs,
    toMs: fromMs + (i + 1) * widthMs,
    troubles: 0,
    votes: 0,
  }));
  for (const { timeMs, isTrouble } of votes) {
    if (timeMs < fromMs || timeMs > toMs) continue;
    const bin = bins[Math.min(count - 1, Math.floor((timeMs - fromMs) / widthMs))]!;
    bin.votes++;
    if (isTrouble) bin.troubles++;
  }
  return bins;
}

/** Its time, light where it may have begun or ended, darker where it held. */
function spanRect(x: (ms: number) => number, onset: Bounds, end: Bounds | undefined, lastMs: number): string {
  const outer = [x(onset.fromMs ?? Number.NEGATIVE_INFINITY), x(end?.toMs ?? lastMs)] as const;
  const inner = [x(onset.toMs), x(end?.fromMs ?? end?.toMs ?? lastMs)] as const;
  const rect = ([from, to]: readonly [number, number], fill: string): string =>
    `<rect x="${from}" y="${TOP}" width="${Math.max(1, to - from)}" height="${PLOT}" fill="${fill}"/>`;
  return rect(outer, "#fdf1d8") + rect(inner, "#fae0a8");
}

function binMark(
  { fromMs, toMs, troubles, votes }: Bin,
  x: (ms: number) => number,
  y: (share: number) => number,
): string {
  const [from, to] = [x(fromMs), x(toMs)];
  if (votes === 0)
    return `<rect x="${from}" y="${TOP + PLOT}" width="${to - from}" height="4" fill="#bbb"><title>nothing measured</title></rect>`;
  const { low, high } = jeffreysInterval(troubles, votes);
  const middle = (from + to) / 2;
  const share = troubles / votes;
  return `<g><title>${troubles} of ${votes}, ${clock(fromMs, 0)} to ${clock(toMs, 0)} UTC</title><line x1="${middle}" x2="${middle}" y1="${y(low)}" y2="${y(high)}" stroke="#8aa" stroke-width="2"/><circle cx="${middle}" cy="${y(share)}" r="3" fill="#0b5c8a"/></g>`;
}

function entryMark(
  { time, who, text }: TimelineEntry,
  index: number,
  x: (ms: number) => number,
  top: number,
): string {
  const at = x(Date.parse(time));
  const y = top + LANE * (index + 1);
  const isRight = at > WIDTH / 2;
  const room = Math.floor(((isRight ? at : WIDTH - at) - MARGIN) / CHARACTER);
  const words = escaped(shortened(`${time.slice(11, 16)} ${who ? `${who}: ` : ""}${text}`, room));
  return `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${y}" stroke="#7a3e9d" stroke-dasharray="2 3"/><circle cx="${at}" cy="${y}" r="3" fill="#7a3e9d"/><text x="${at + (isRight ? -8 : 8)}" y="${y + 4}" text-anchor="${isRight ? "end" : "start"}" fill="#333">${words}</text>`;
}

function timeMarks(fromMs: number, toMs: number): number[] {
  return Array.from({ length: 7 }, (_, i) => fromMs + (i * (toMs - fromMs)) / 6);
}

function clock(ms: number, spanMs: number): string {
  const text = new Date(ms).toISOString();
  return spanMs > 3 * 86_400_000 ? text.slice(0, 10) : text.slice(5, 16).replace("T", " ");
}

function shortened(text: string, limit = TEXT_LIMIT): string {
  return text.length > limit ? `${text.slice(0, Math.max(0, limit - 1))}…` : text;
}

/** For HTML and XML, which allows no control characters (XML 1.0, "Characters"). */
export function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
