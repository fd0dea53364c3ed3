/**
 * The course of a measurement: pairs of transfers, target and control in random order, in a few lanes side by side, until
 * whoever decides has seen enough or a budget is spent. What it wants to know next is the caller's to say. Bounds: bytes,
 * time, pairs. Never judges; whatever ends it, what was observed is kept.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../base/random.ts";
import { failureKind } from "../../observation/failure.ts";
import type { Comparison, Observation, TransferDirection } from "../../observation/observation.ts";
import { runTransfer } from "../transfer/run-transfer.ts";
import type { TransferOutcome, TransferRequest, Watch } from "../transfer/transfer.ts";
import { type Arm, type ArmsPlan, armRequest } from "./arms.ts";
import { type Foreseen, Foresight } from "./foresight.ts";
import { LineWatch } from "./line-watch.ts";
import { pairObservation } from "./pair-observation.ts";

export interface Wanted {
  readonly comparison: Comparison;
  readonly direction: TransferDirection;
  /** How many there should be in all. */
  readonly pairs: number;
  /** Payload of each flow, and no more of it; absent: as planned. */
  readonly bytes?: number;
  /** Not pairs, but looks at the control while nothing else runs. */
  readonly isAlone?: boolean;
  /** No more pairs at once than this, and of other comparisons nothing; of one, the next begins when at most one flow is left of it. */
  readonly atOnce?: number;
  /** Its arms take turns, and nothing at all runs beside them. */
  readonly isQuiet?: boolean;
  /** An answer of each will do, and no speed. */
  readonly isBrief?: boolean;
  /** Beside a decision that stands: whether it is slow as well, and not at what rate. */
  readonly isSide?: boolean;
}

export interface Decision {
  readonly isSettled: boolean;
  readonly wanted: readonly Wanted[];
}

export interface CourseOptions {
  readonly arms: ArmsPlan;
  readonly measurementId: string;
  readonly origin: Observation["origin"];
  readonly lanes: number;
  readonly budgetBytes: number;
  readonly budgetMs: number;
  readonly random: Random;
  /** Each time on those of before and more, in the order in which they ended. */
  readonly decide: (observations: readonly Observation[]) => Decision;
  readonly watch: CourseWatch;
  /** Aborted: no further flow is begun, and those that run end. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CourseProgress) => void;
}

export interface CourseWatch extends Omit<Watch, "isEnough"> {
  isEnough(soFar: TransferOutcome, one: Wanted): boolean;
  /** Asked of a pair's flow now and then: so many pairs it will take, as far as this one shows; undefined: as usual. */
  pairsFor?(soFar: TransferOutcome, one: Wanted): Foreseen | undefined;
}

export interface CourseProgress {
  readonly observations: readonly Observation[];
  readonly bytes: number;
  readonly elapsedMs: number;
}

export interface CourseResult extends CourseProgress {
  readonly ended: "settled" | "bytes" | "time" | "pairs" | "aborted";
  /** The first so many of the observations are what was decided on: a test that stops looks at nothing that comes later. */
  readonly decisive: number;
  /** Local ports of the flows, to find them in a capture. */
  readonly ports: readonly FlowPort[];
}

export interface FlowPort {
  readonly comparison: Comparison;
  readonly direction: TransferDirection;
  readonly arm: Arm;
  readonly localPort: number;
}

/** Of one comparison and direction: many more than any decision takes. From here on beside other sites those with a target of their own are numbered. */
const MOST_PAIRS = 60;

/**
 * Of the very first pairs the second arm waits for the first, and of one pair at once each arm for the one before it, at most so
 * long: a control's first bytes fill a line's queue, and a target's losses are then hard to tell from that (cli/probe-capture.ts
 * looks at its packets). Past round trips of 200 ms slow start may last longer.
 */
const STAGGER_MS = 1200;
/** Of one pair at once: an arm, and what is left of the one before it. */
const MOST_IN_TURN = 2;
const WAIT_MS = 20;
/** One flow that slows down may be an odd one out. */
const LEAST_SLOWED = 2;
/** How much of what is asked for flows move where others slowed down at its end. */
const LARGER_SHARE = 1.5;
/** Of idle lanes. Less than the shortest phase of a flow that is held to a rate (verdict/pair/rate-limit.ts). */
const WITNESS_EVERY_MS = 1800;

/** `run` carries transfers out. */
export async function runCourse(options: CourseOptions, run = runTransfer): Promise<CourseResult> {
  const { arms, random, lanes, budgetBytes, budgetMs } = options;
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const observations: Observation[] = [];
  const ports: FlowPort[] = [];
  const begun = new Map<string, number>();
  const watched = new LineWatch(WITNESS_EVERY_MS);
  const underWay = new Map<string, Wanted>();
  /** Second arms of pairs that were begun: the next lane takes what is due. */
  const queue: { readonly one: Wanted; readonly arm: Arm; readonly pair: number; dueMs: number }[] = [];
  const foresight = new Foresight();
  /** By direction: flows that had slowed down when their bytes had moved. */
  const slowed = { down: new Set<object>(), up: new Set<object>() };
  let finishedBytes = 0;
  const movingBytes = new Map<object, number>();
  /** When any flow last began. */
  let begunAtMs = 0;
  /** When any flow was last seen to move. */
  let movedAtMs = 0;
  const movedBytes = (): number =>
    [...movingBytes.values()].reduce((sum, bytes) => sum + bytes, finishedBytes);
  let ended: CourseResult["ended"] | undefined;
  let decisive: number | undefined;
  /** Of so many observations: lanes that wait ask again and again. */
  let decided: { readonly of: number; readonly decision: Decision } | undefined;
  const decide = (): Decision => {
    const of = observations.length;
    if (decided?.of !== of) decided = { of, decision: options.decide(observations) };
    return decided.decision;
  };
  const isOver = (): boolean => {
    if (ended === undefined && options.signal?.aborted) ended = "aborted";
    if (ended === undefined && movedBytes() >= budgetBytes) ended = "bytes";
    if (ended === undefined && elapsedMs() >= budgetMs) ended = "time";
    return ended !== undefined;
  };
  /**
   * Where others slowed down, one that ends just before a bucket runs dry tells nothing: it moves half as much again. Of either
   * arm, whatever it is compared with: the two of a pair are asked the same.
   */
  const goesOn = (flow: object, soFar: TransferOutcome, { bytes, direction }: TransferRequest): boolean => {
    if (isOver() || bytes > arms.bytes) return false;
    const isSlowing = options.watch.goesOn(soFar);
    const others = slowed[direction];
    if (isSlowing) others.add(flow);
    return isSlowing || (others.size >= LEAST_SLOWED && soFar.bytes < LARGER_SHARE * bytes);
  };
  /** A delay or a break is asked of targets; of either arm what else makes a flow slow, for load beside it must not go by the arm. */
  const noteForeseen = (one: Wanted, arm: Arm, flow: object, soFar: TransferOutcome): void => {
    const foreseen = options.watch.pairsFor?.(soFar, one);
    if (arm === "target" || !foreseen?.isBrief) foresight.note(keyOf(one), flow, foreseen);
  };
  const transfer = async (
    request: TransferRequest,
    one: Wanted,
    arm: Arm,
    isOfPair: boolean,
  ): Promise<TransferOutcome> => {
    const key = {};
    const left = Math.max(1, budgetMs - elapsedMs());
    const outcome = await run(
      { ...request, timeoutMs: Math.min(request.timeoutMs, left) },
      {
        isEnough: (soFar) => {
          if (soFar.bytes > (movingBytes.get(key) ?? 0)) movedAtMs = elapsedMs();
          movingBytes.set(key, soFar.bytes);
          if (isOfPair) noteForeseen(one, arm, key, soFar);
          return isOver() || options.watch.isEnough(soFar, one);
        },
        goesOn: (soFar) => goesOn(key, soFar, request),
      },
    );
    if (outcome.bytes > (movingBytes.get(key) ?? 0)) movedAtMs = elapsedMs();
    movingBytes.delete(key);
    const isTelling = outcome.failure === undefined && outcome.bytes > BRIEF_BYTES;
    if (isOfPair) foresight.end(keyOf(one), key, isTelling);
    finishedBytes += outcome.bytes;
    return outcome;
  };
  const note = (
    one: Wanted,
    arm: Arm,
    pair: number | undefined,
    outcome: TransferOutcome,
    request: TransferRequest,
  ): void => {
    // What a decision already made cut short says nothing, nor does a connection that was not waited for to the end.
    const isTimeUp = ended !== undefined || elapsedMs() + WAIT_MS >= budgetMs;
    const isCut =
      outcome.ended === "enough" || (isTimeUp && failureKind(outcome.failure ?? "") === "timeout");
    if (isCut && outcome.connectUs === undefined) return;
    if (ended === "settled" && outcome.ended === "enough") return;
    const { comparison, direction } = one;
    if (outcome.localPort !== undefined)
      ports.push({ comparison, direction, arm, localPort: outcome.localPort });
    const { measurementId, origin } = options;
    observations.push(
      pairObservation({ comparison, direction, measurementId, origin, arm, pair, outcome, request }),
    );
    options.onProgress?.({ observations, bytes: movedBytes(), elapsedMs: elapsedMs() });
    if (ended === undefined && decide().isSettled) {
      ended = "settled";
      decisive = observations.length;
    }
  };
  const runArm = async (one: Wanted, arm: Arm, pair: number | undefined, turn = pair ?? 0): Promise<void> => {
    const planned = armRequest(arms, one, arm, turn);
    const request = { ...planned, bytes: bytesOf(one, planned.bytes, pair) };
    // Beside another comparison's target a control is alone in its own.
    const isAlone = pair === undefined || (ofSharedTargets(one) !== undefined && pair < MOST_PAIRS);
    const kind = isAlone ? "look" : arm;
    underWay.set(keyOf(one), one);
    watched.begin(keyOf(one), kind);
    begunAtMs = elapsedMs();
    const outcome = await transfer(request, one, arm, pair !== undefined);
    watched.end(keyOf(one), kind, elapsedMs());
    note(one, arm, pair, outcome, request);
  };
  /** Whose targets are taken beside other sites: to its own address the target's flow is the same whatever it is held against. */
  const ofSharedTargets = ({ comparison, direction }: Wanted): string | undefined =>
    comparison === "site" ? keyOf({ comparison: "same-address", direction }) : undefined;
  /** At the control, of no pair. */
  const look = (one: Wanted, turn = 0): Promise<void> => runArm(one, "control", undefined, turn);
  const lacksWitness = (one: Wanted): boolean =>
    !one.isAlone &&
    !one.isQuiet &&
    (one.atOnce !== 1 || arms.controlServer !== undefined) &&
    watched.lacksWitness(keyOf(one), elapsedMs(), ofSharedTargets(one));
  /** Where all lanes wait for flows that stand still, none is idle to look at the line: one more does, which costs nobody anything. */
  const witness = async (): Promise<void> => {
    while (!isOver()) {
      await sleep(WAIT_MS);
      if (elapsedMs() - movedAtMs < WITNESS_EVERY_MS) continue;
      const ofRunning = [...underWay.values()].filter((one) => watched.running(keyOf(one)) > 0);
      const unseen = ofRunning.some(({ isQuiet }) => isQuiet)
        ? undefined
        : [...underWay.values()].find(lacksWitness);
      if (unseen) await look(unseen);
    }
  };
  const withForeseen = (one: Wanted): Wanted =>
    one.isAlone ? one : foresight.widened(one, keyOf(one), begun.get(keyOf(one)) ?? 0);
  const pairsOf = ({ pairs }: Wanted): number => Math.min(MOST_PAIRS, pairs);
  /** Until the first arm ends, when the second would be due at the latest. */
  const dueAtMs = (one: Wanted): number => {
    const { comparison, atOnce, isQuiet } = one;
    if (isQuiet) return Number.POSITIVE_INFINITY;
    if (atOnce !== undefined) return atOnce === 1 ? elapsedMs() + STAGGER_MS : 0;
    // Servers that are not ours get no more flows at once than there are pairs, where all rests on them.
    if (!arms.controlServer) return Number.POSITIVE_INFINITY;
    const isKnown = observations.some(({ role }) => role === "target");
    return isKnown && comparison === "control-server" ? 0 : elapsedMs() + STAGGER_MS;
  };
  /** Arms that run, or are due, of the one that is asked for, and of others. */
  const armsOpen = (one: Wanted): { ours: number; others: number } => {
    const key = keyOf(one);
    const ours = watched.running(key) + queue.filter((waiting) => keyOf(waiting.one) === key).length;
    return { ours, others: watched.runningAll() + queue.length - ours };
  };
  const mustWait = (one: Wanted): boolean => {
    const { ours: open, others } = armsOpen(one);
    if (one.isAlone || one.isQuiet) return open + others > 0;
    if (one.atOnce === undefined) return false;
    const ours = open - foresight.slowed(keyOf(one));
    // An arm that has left slow start takes little of the next one's speed; of either arm, whichever it is.
    if (one.atOnce === 1) return others > 0 || ours > 1 || elapsedMs() - begunAtMs < STAGGER_MS;
    return others > 0 || ours > 2 * (one.atOnce - 1);
  };
  const lane = async (): Promise<void> => {
    while (!isOver()) {
      const due = queue.findIndex(
        ({ one, dueMs }) =>
          dueMs <= elapsedMs() &&
          (one.atOnce !== 1 || watched.running(keyOf(one)) - foresight.slowed(keyOf(one)) < MOST_IN_TURN),
      );
      const [second] = due < 0 ? [] : queue.splice(due, 1);
      if (second) {
        await runArm(second.one, second.arm, second.pair);
        continue;
      }
      const { wanted } = decide();
      // The one of those wanted that fewest lanes are at.
      const next = wanted
        .map((one) => withForeseen(one))
        .filter((one) => (begun.get(keyOf(one)) ?? 0) < pairsOf(one))
        .sort((a, b) => watched.running(keyOf(a)) - watched.running(keyOf(b)))[0];
      const isBusy = queue.length > 0 || watched.runningAll() > 0;
      if (next && mustWait(next)) {
        if (lacksWitness(next)) await look(next);
        else await sleep(WAIT_MS);
        continue;
      }
      if (!next) {
        // Other lanes are at what is left; their results may ask for more.
        if (!isBusy) ended ??= "pairs";
        if (ended !== undefined) return;
        const unseen = wanted.find(lacksWitness);
        if (unseen) await look(unseen);
        else await sleep(WAIT_MS);
        continue;
      }
      const turn = begun.get(keyOf(next)) ?? 0;
      begun.set(keyOf(next), turn + 1);
      if (next.isAlone) {
        await look(next, turn);
        continue;
      }
      const shared = ofSharedTargets(next);
      if (shared !== undefined && turn < (begun.get(shared) ?? 0)) {
        await runArm(next, "control", turn);
        continue;
      }
      const pair = shared === undefined ? turn : MOST_PAIRS + turn;
      // Which arm goes first is drawn; the other follows as soon as a lane is free, so that both meet the same line.
      const [first, other] = random.shuffle<Arm>(["target", "control"]);
      const waiting = { one: next, arm: other!, pair, dueMs: dueAtMs(next) };
      queue.push(waiting);
      await runArm(next, first!, pair);
      waiting.dueMs = 0;
    }
  };
  // Before the target's name is sent anywhere: what each comparison's control is like on an address without a past.
  for (const one of decide()
    .wanted.filter(({ direction }) => direction === "down")
    .slice(0, 1)) {
    await look(one);
  }
  await Promise.all([...Array.from({ length: lanes }, lane), witness()]);
  return {
    ...{ observations, ports, bytes: movedBytes(), elapsedMs: elapsedMs(), ended: ended ?? "time" },
    decisive: decisive ?? observations.length,
  };
}

/** Enough to see a handshake and a speed. */
const LOOK_BYTES = 65_536;
/** Of each arm of a pair that no speed is asked of; a control that moved less is no witness of much. */
const BRIEF_BYTES = 131_072;

/** `planned`: of an arm of a pair. */
function bytesOf({ bytes = 0, isAlone, isBrief }: Wanted, planned: number, pair: number | undefined): number {
  if (pair === undefined) return isAlone ? Math.max(bytes, LOOK_BYTES) : LOOK_BYTES;
  return isBrief ? Math.min(BRIEF_BYTES, planned) : Math.max(bytes, planned);
}

function keyOf({ comparison, direction, isAlone }: Omit<Wanted, "pairs">): string {
  return `${comparison} ${direction}${isAlone ? " alone" : ""}`;
}
