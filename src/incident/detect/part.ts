/**
 * Who was part of an event: each target, or each network, by its own votes while it lasted, against what is usual for it.
 * Part is what the event's share of trouble explains better than the usual one, over the whole time: who was troubled for
 * a while only, or always, has an event of his own.
 */
import type { Part } from "../event.ts";
import { type Nature, TROUBLED } from "./ballot.ts";
import type { Columns, Keys, Members } from "./columns.ts";
import { bestStretchOf, type Series } from "./scan.ts";

/** Log likelihood ratios from which a side is taken: e to the 2 = 7 to 1. */
export const TAKES_SIDE = 2;
/** For who has nothing in common with the others but the time: two troubles and no quiet vote. */
export const TAKES_SIDE_ALONE = 6;
/** As much quiet before or after one's own trouble: another time. */
const ANOTHER_TIME = 3;
const LEAST_SHARE = 0.3;
const LARGEST_SHARE = 0.95;
const LARGEST_USUAL = 0.9;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PartJudgement {
  readonly part: Part;
  readonly troubles: number;
  readonly votes: number;
}

/** What an event would be: in what way, when, the share of trouble among who is part of it, and elsewhere. */
export interface Suspicion {
  readonly nature: Nature;
  readonly window: Window;
  readonly share: number;
  readonly usual: number;
}

interface Count {
  readonly troubles: number;
  readonly votes: number;
}

/**
 * Each key of the members, who all say something, by its own votes; what has no key is left out. In order of appearance.
 * `leastSupport`: how much its votes must say to be counted in.
 */
export function partsBy<Name>(
  columns: Columns,
  members: Members,
  { names, of }: Keys<Name>,
  suspicion: Suspicion,
  leastSupport: (name: NonNullable<Name>) => number = () => TAKES_SIDE,
): Map<NonNullable<Name>, PartJudgement> {
  const { timesMs, says } = columns;
  const { nature, window } = suspicion;
  const troubled = TROUBLED[nature];
  const all = counters(names.length);
  const inside = counters(names.length);
  const order: number[] = [];
  for (const at of members) {
    const key = of[at]!;
    if (all.votes[key] === 0) order.push(key);
    const isTrouble = (says[at]! & troubled) === 0 ? 0 : 1;
    all.votes[key]!++;
    all.troubles[key]! += isTrouble;
    if (timesMs[at]! < window.fromMs || timesMs[at]! > window.toMs) continue;
    inside.votes[key]!++;
    inside.troubles[key]! += isTrouble;
  }
  const insideOf = sortedByKey(columns, members, of, inside.votes, suspicion);
  const parts = new Map<NonNullable<Name>, PartJudgement>();
  for (const key of order) {
    const name = names[key];
    if (name === undefined || name === null) continue;
    const [troubles, votes] = [inside.troubles[key]!, inside.votes[key]!];
    const outside = { troubles: all.troubles[key]! - troubles, votes: all.votes[key]! - votes };
    parts.set(name, judgePart(insideOf(key), { troubles, votes }, outside, suspicion, leastSupport(name)));
  }
  return parts;
}

function counters(keys: number): { readonly votes: Uint32Array; readonly troubles: Uint32Array } {
  return { votes: new Uint32Array(keys), troubles: new Uint32Array(keys) };
}

/** What the members said in the window, key by key. */
function sortedByKey(
  { timesMs, says }: Columns,
  members: Members,
  of: Uint32Array,
  votes: Uint32Array,
  { nature, window: { fromMs, toMs } }: Suspicion,
): (key: number) => Series {
  const starts = new Uint32Array(votes.length + 1);
  for (let key = 0; key < votes.length; key++) starts[key + 1] = starts[key]! + votes[key]!;
  const next = starts.slice();
  const times = new Float64Array(starts.at(-1)!);
  const troubles = new Uint8Array(times.length);
  for (const at of members) {
    const timeMs = timesMs[at]!;
    if (timeMs < fromMs || timeMs > toMs) continue;
    const place = next[of[at]!]!++;
    times[place] = timeMs;
    troubles[place] = (says[at]! & TROUBLED[nature]) === 0 ? 0 : 1;
  }
  return (key) => {
    const [start, end] = [starts[key]!, starts[key + 1]!];
    return {
      timesMs: times.subarray(start, end),
      troubles: troubles.subarray(start, end),
      length: end - start,
    };
  };
}

/** `inside`: while it lasted, in order of time; `outside`: before and after. */
function judgePart(
  inside: Series,
  counts: Count,
  outside: Count,
  { share, usual }: Suspicion,
  leastSupport: number,
): PartJudgement {
  const { troubles, votes } = counts;
  const own = outside.votes === 0 ? usual : (outside.troubles + usual) / (outside.votes + 1);
  const p1 = Math.min(LARGEST_SHARE, Math.max(LEAST_SHARE, share));
  const p0 = Math.min(LARGEST_USUAL, Math.max(usual, own));
  if (votes === 0) return { part: "insufficient", ...counts };
  if (p0 >= p1) return { part: "spared", ...counts };
  const onTrouble = Math.log(p1 / p0);
  const onQuiet = Math.log((1 - p1) / (1 - p0));
  const support = troubles * onTrouble + (votes - troubles) * onQuiet;
  if (support < -TAKES_SIDE) return { part: "spared", ...counts };
  if (support < leastSupport) return { part: "insufficient", ...counts };
  const stretch = bestStretchOf(inside, p0);
  if (!stretch) return { part: "insufficient", ...counts };
  const supportOf = (from: number, to: number): number => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += inside.troubles[i] === 1 ? onTrouble : onQuiet;
    return sum;
  };
  const isElsewhen =
    supportOf(0, stretch.first) < -ANOTHER_TIME || supportOf(stretch.last + 1, votes) < -ANOTHER_TIME;
  return { part: isElsewhen ? "spared" : "affected", ...counts };
}
