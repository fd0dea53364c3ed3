/**
 * What was done to a target, from the packets of its transfers and, by turns, of a control's from the same server: one word. Only what both
 * sides' packets say is used; where they say several things, `insufficient`.
 */
import type { Slowness } from "../../observation/vocabulary.ts";
import { median } from "../../stats/quantile.ts";
import type { SlownessFinding } from "./finding.ts";
import type { LossEvents } from "./loss-events.ts";

/**
 * What is told apart. `policed`, `shaped`, `frozen`: the target alone; `slow-for-everything`: one rate holds both sides;
 * `lossy`, `congested`: the line, for both; `unimpeded`: nothing held the target back.
 */
export const SIDE_BY_SIDE = [
  "policed",
  "shaped",
  "frozen",
  "slow-for-everything",
  "lossy",
  "congested",
  "unimpeded",
  "insufficient",
] as const;
export type SideBySide = (typeof SIDE_BY_SIDE)[number];

export interface SidesJudgement {
  readonly word: SideBySide;
  readonly rateBps?: number;
  readonly because: string;
}

export interface JudgedFlow {
  readonly finding: SlownessFinding;
  readonly goodputBps: number;
  readonly bytes: number;
  /** From its last byte to the connection's last packet. */
  readonly silentUs: number;
}

/** A freeze: nothing for so long after so many bytes, again and again after about as many. */
const SILENCE_US = 10e6;
const SAME_BYTES = 1.25;
const LEAST_FREEZES = 2;

/** Rates of one limit that two sides show differ by less. */
const SAME_RATE = 1.35;
const LEAST_SHARE = 1 / 3;
/** A line is not called slow from here: what high-definition video asks for (Netflix, FCC broadband guide: 5 Mbit/s). */
const FAST_LINE_BPS = 5e6;
/** A target that reaches this share of its control is not held back by a limit of its own. */
const CLEARLY_SLOWER = 2;
/** Fewer say nothing of what they follow (as losses: judge-stretch.ts). */
const LEAST_EVENTS = 15;
/** Of the middle rank of n numbers that are drawn at random the deviation is 1/2 by the root of n. */
const DEVIATIONS = 2;
const UNRELATED_RANK = 0.5;
/** However few, losses of a full queue come where delays are high: between, nothing is said. */
const MOST_UNRELATED_RANK = 0.65;
const FREE: ReadonlySet<Slowness> = new Set(["unimpeded", "receiver-limited", "sender-limited"]);
const NAMES_NO_CAUSE: ReadonlySet<Slowness> = new Set([...FREE, "undecided"]);

export function judgeSides(
  targets: readonly JudgedFlow[],
  controls: readonly JudgedFlow[],
  losses?: LossEvents,
): SidesJudgement {
  if (targets.length === 0 || controls.length === 0)
    return { word: "insufficient", because: "no transfers of one of the sides" };
  const [own, other] = [leadingWord(targets), leadingWord(controls)];
  const [speed, usual] = [median(targets.map(speedOf)), median(controls.map(speedOf))];
  const counts = `${own.count} of ${targets.length} transfers of the target ${own.word}, ${other.count} of ${controls.length} of the control ${other.word}`;
  const rateBps = median(ratesOf(targets));
  const isSlower = CLEARLY_SLOWER * speed < usual;
  const freezes = freezesOf(targets);
  if (freezes >= LEAST_FREEZES)
    return freezesOf(controls) > 0
      ? { word: "insufficient", because: "everything freezes" }
      : {
          word: "frozen",
          because: `${freezes} of ${targets.length} transfers of the target stopped after about as many bytes`,
        };
  if (own.word === "policed" || own.word === "shaped") {
    const usualRate = median(ratesOf(controls));
    if (Number.isFinite(usualRate) && Math.max(rateBps / usualRate, usualRate / rateBps) < SAME_RATE)
      return rateBps < FAST_LINE_BPS
        ? { word: "slow-for-everything", rateBps, because: `${counts}, at one rate` }
        : { word: "unimpeded", rateBps, because: `${counts}, at the line's own rate` };
    if (isSlower) return { word: own.word, rateBps, because: counts };
    // A limit of its own would make it slower: what holds both back is the line's.
  }
  // Two medians differ by chance where a line is uneven: one in twenty times all three are slower than all three others.
  const isApart = isSlower && Math.max(...targets.map(speedOf)) < Math.min(...controls.map(speedOf));
  // A queue that others fill would be full for the control as well, at the same server by turns.
  if (isApart && own.word === "congested" && other.word !== "congested")
    return { word: "shaped", rateBps: speed, because: `${counts}: a queue for the target alone` };
  if (isApart)
    return {
      word: "insufficient",
      because: `${counts}: slower than its control, and the packets do not say why`,
    };
  if (Math.min(speed, usual) >= FAST_LINE_BPS)
    return { word: "unimpeded", because: `${counts}, and both as fast as anybody asks for` };
  const together = losses && wordOfLosses(losses);
  if (together) return together;
  return { word: lineWord([...targets, ...controls]), because: counts };
}

/** A full queue delays packets before it drops one; what is lost by chance is lost at any delay. */
function wordOfLosses({ events, packets, rank }: LossEvents): SidesJudgement | undefined {
  if (events < LEAST_EVENTS) return undefined;
  const isRelated = rank > UNRELATED_RANK + (DEVIATIONS * UNRELATED_RANK) / Math.sqrt(events);
  if (!isRelated && rank > MOST_UNRELATED_RANK) return undefined;
  const share = `${events} loss events in ${packets} packets of both sides`;
  const middle = `the middle one where delay was higher than in ${Math.round(100 * rank)} % of packets`;
  return { word: isRelated ? "congested" : "lossy", because: `${share}, ${middle}` };
}

/** What the line does to both sides: the cause that most transfers name, if one in three does. */
function lineWord(flows: readonly JudgedFlow[]): "lossy" | "congested" | "unimpeded" | "insufficient" {
  const [lossy, congested] = (["lossy", "congested"] as const).map(
    (word) => flows.filter(({ finding }) => finding.slowness === word).length,
  ) as [number, number];
  if (LEAST_SHARE * flows.length <= Math.max(lossy, congested))
    return lossy >= congested ? "lossy" : "congested";
  // What nobody could tell is not nothing.
  const free = flows.filter(({ finding }) => FREE.has(finding.slowness)).length;
  const isUnknown = flows.some(
    ({ finding }) => !FREE.has(finding.slowness) && finding.slowness !== "undecided",
  );
  return 2 * free > flows.length && !isUnknown ? "unimpeded" : "insufficient";
}

/** Transfers that fell silent after about as many bytes as their median. */
function freezesOf(flows: readonly JudgedFlow[]): number {
  const silent = flows.filter(({ silentUs }) => silentUs >= SILENCE_US).map(({ bytes }) => bytes);
  const usual = median(silent);
  return silent.filter((bytes) => Math.max(bytes / usual, usual / bytes) < SAME_BYTES).length;
}

/** The most frequent word; what speaks of a cause leads over what does not where they are even. */
function leadingWord(flows: readonly JudgedFlow[]): { readonly word: Slowness; readonly count: number } {
  const counts = new Map<Slowness, number>();
  for (const { finding } of flows) counts.set(finding.slowness, (counts.get(finding.slowness) ?? 0) + 1);
  const [word, count] = [...counts].sort(
    ([a, m], [b, n]) => n - m || Number(NAMES_NO_CAUSE.has(a)) - Number(NAMES_NO_CAUSE.has(b)),
  )[0]!;
  return { word, count };
}

function speedOf({ goodputBps }: JudgedFlow): number {
  return goodputBps;
}

function ratesOf(flows: readonly JudgedFlow[]): number[] {
  return flows.flatMap(({ finding: { policer, shaper } }) => (policer ?? shaper)?.rateBps ?? []);
}
