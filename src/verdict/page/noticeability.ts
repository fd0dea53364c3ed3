/**
 * Would people notice? Each part of a page (text, pictures, video) of a target, held against the same part of a control, over
 * several loads of the same cache. What did not come while it was watched took longer than that: it counts as the longest. What
 * is not known (a picture that ended with an error, or whose size nobody said) is left out: it is not "never".
 *
 * slower: every load of the target took longer than every load of the control (with three of each by chance once in twenty),
 * and the medians differ by what people can tell apart (20 %: Seow, Designing and Engineering Time, 2008; and a tenth of a
 * second: Nielsen 1993). unusable: slower, and the median beyond ten seconds (Nielsen 1993). unaffected: the same the other way
 * round: were the target longer by what people can tell apart, loads as quick as these would come by chance once in twenty at
 * most (with three of each: all of them below every load of the control and that much). Between the two: insufficient.
 */

import type { Cache, PageLoad } from "../../observation/page-load.ts";
import { chanceOfLower } from "../../stats/rank-sum.ts";
import { PARTS, type Part, THRESHOLDS, type Threshold, UNUSABLE_US } from "./thresholds.ts";

export const NOTICED = ["unaffected", "slower", "unusable", "insufficient", "absent"] as const;
export type Noticed = (typeof NOTICED)[number];

/** Loads of each side that a word needs: of 3 and 3, one order in 20 has all of one side first; of 2 and 2, one in 6. */
export const LEAST_LOADS = 3;
const MOST_CHANCE = 1 / 20;
/** Of sums of fractions. */
const ROUNDING = 1e-9;
const TOLD_APART_SHARE = 1.2;
const TOLD_APART_US = 100e3;

/** Times of a part over several loads; censored ones (it did not come) are beyond `watchedUs`. */
export interface Spread {
  readonly loads: number;
  readonly came: number;
  /** Absent: in half of the loads or more it did not come. */
  readonly medianUs?: number;
  readonly lowUs?: number;
  readonly highUs?: number;
  /** Share of loads beyond each threshold that is about this part. */
  readonly beyond: readonly { readonly threshold: Threshold; readonly loads: number }[];
}

export interface PartJudgement {
  readonly part: Part;
  readonly cache: Cache;
  readonly noticed: Noticed;
  readonly target: Spread;
  readonly control?: Spread;
  readonly because: string;
}

const FIELD: Readonly<Record<Part, "firstTextUs" | "firstPictureUs" | "largestPictureUs" | "videoStartUs">> =
  {
    "first-text": "firstTextUs",
    "first-picture": "firstPictureUs",
    "largest-picture": "largestPictureUs",
    "video-start": "videoStartUs",
  };

/** Loads of one target and of one control (none: nothing to hold it against), of any cache. */
export function judgeNoticeability(
  targets: readonly PageLoad[],
  controls: readonly PageLoad[],
): PartJudgement[] {
  return (["cold", "warm"] as const).flatMap((cache) => {
    const own = targets.filter((load) => load.cache === cache);
    const others = controls.filter((load) => load.cache === cache);
    return own.length === 0 ? [] : PARTS.map((part) => judgePart(part, cache, own, others));
  });
}

function judgePart(
  part: Part,
  cache: Cache,
  targets: readonly PageLoad[],
  controls: readonly PageLoad[],
): PartJudgement {
  const own = timesOf(part, targets);
  const others = timesOf(part, controls);
  const head = {
    ...{ part, cache, target: spreadOf(part, own) },
    ...(controls.length > 0 && { control: spreadOf(part, others) }),
  };
  if (!exists(part, targets) && !exists(part, controls))
    return { ...head, noticed: "absent", because: "the page has none" };
  if (Math.min(own.length, others.length) < LEAST_LOADS)
    return {
      ...{ ...head, noticed: "insufficient" },
      because: `${LEAST_LOADS} loads of each are needed, there are ${own.length} and ${others.length}${brokenOf(part, [...targets, ...controls])}`,
    };
  const [median, usual] = [medianOf(own), medianOf(others)];
  if (median === usual && !Number.isFinite(median))
    return {
      ...{ ...head, noticed: "insufficient" },
      because: "neither came while it was watched: slow or broken for both",
    };
  const areApart = Math.min(...own) > Math.max(...others);
  const isLonger = median > TOLD_APART_SHARE * usual && median - usual > TOLD_APART_US;
  if (!isLonger) {
    const told = others.map((time) => Math.max(TOLD_APART_SHARE * time, time + TOLD_APART_US));
    return chanceOfLower(own, told) <= MOST_CHANCE + ROUNDING
      ? { ...head, noticed: "unaffected", because: "differs by less than people can tell apart" }
      : {
          ...{ ...head, noticed: "insufficient" },
          because:
            "so few loads that vary so much would not show what people can tell apart: more are needed",
        };
  }
  if (!areApart)
    return { ...head, noticed: "insufficient", because: "longer in the median, but not in every load" };
  return median > UNUSABLE_US
    ? { ...head, noticed: "unusable", because: "every load took longer, the median beyond ten seconds" }
    : { ...head, noticed: "slower", because: "every load took longer than every load of the control" };
}

/** µs; Infinity: it did not come. Loads whose document failed say nothing of parts, nor do those where it is not known. */
function timesOf(part: Part, loads: readonly PageLoad[]): number[] {
  return loads
    .filter(({ failure }) => failure === undefined)
    .flatMap((load) => load[FIELD[part]] ?? (isMissing(part, load) ? Number.POSITIVE_INFINITY : []));
}

/** It has no time because it did not come, and not because nobody knows. */
function isMissing(part: Part, { pictures, videos }: PageLoad): boolean {
  if (part === "first-picture") return pictures.all > 0 && pictures.came === 0;
  if (part === "largest-picture") return pictures.largest === "late";
  return part === "first-text" || videos > 0;
}

/** Whether the page is known to have such a part at all. */
function exists(part: Part, loads: readonly PageLoad[]): boolean {
  return loads.some(({ [FIELD[part]]: time, failure, videos, pictures }) => {
    if (time !== undefined) return true;
    if (part === "video-start") return videos > 0;
    if (part === "first-text") return failure === undefined;
    return pictures.all + pictures.broken + pictures.unsized > 0;
  });
}

/** Why there are fewer than were made, where pictures are why. */
function brokenOf(part: Part, loads: readonly PageLoad[]): string {
  if (part !== "first-picture" && part !== "largest-picture") return "";
  return loads.some(({ pictures }) => pictures.broken > 0)
    ? " with a time; pictures ended with an error: broken, not slow"
    : "";
}

export function spreadOf(part: Part, times: readonly number[]): Spread {
  const came = times.filter(Number.isFinite);
  const median = medianOf(times);
  return {
    ...{ loads: times.length, came: came.length },
    ...(Number.isFinite(median) && { medianUs: median }),
    ...(came.length > 0 && { lowUs: Math.min(...came), highUs: Math.max(...came) }),
    beyond: THRESHOLDS.filter(({ of }) => of.includes(part)).map((threshold) => ({
      threshold,
      loads: times.filter((time) => time > threshold.atUs).length,
    })),
  };
}

/** Infinity: in half of the loads or more it did not come. */
function medianOf(times: readonly number[]): number {
  const sorted = Float64Array.from(times).sort();
  const upper = sorted[sorted.length >> 1] ?? Number.POSITIVE_INFINITY;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(upper) ? (lower + upper) / 2 : Number.POSITIVE_INFINITY;
}

/** Of loads that were made elsewhere as well: all times of a part, for distributions over many vantage points. */
export function spreadOfLoads(part: Part, loads: readonly PageLoad[]): Spread {
  return spreadOf(part, timesOf(part, loads));
}
