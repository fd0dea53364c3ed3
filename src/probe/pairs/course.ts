/**
 * The course of a measurement: pairs of transfers, target and control in random order, in a few lanes side by side, until
 * whoever decides has seen enough or a budget is spent. What it wants to know next is the caller's to say. Bounds: bytes,
 * time, pairs. Never judges; whatever ends it, what was observed is kept.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../base/random.ts";
import type { Comparison, Observation, TransferDirection } from "../../observation/observation.ts";
import { runTransfer } from "../transfer/run-transfer.ts";
import type { TransferOutcome, TransferRequest, Watch } from "../transfer/transfer.ts";
import { type Arm, type ArmsPlan, armRequest } from "./arms.ts";
import { pairObservation } from "./pair-observation.ts";

export interface Wanted {
  readonly comparison: Comparison;
  readonly direction: TransferDirection;
  /** How many there should be in all. */
  readonly pairs: number;
  /** Not a pair, but one look at the control while nothing else runs. */
  readonly isAlone?: boolean;
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
  /** Pure: the same observations give the same decision. */
  readonly decide: (observations: readonly Observation[]) => Decision;
  readonly watch: Watch;
  /** Aborted: no further flow is begun, and those that run end. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CourseProgress) => void;
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

/** Of one comparison and direction: many more than any decision takes. */
const MOST_PAIRS = 60;

const WAIT_MS = 20;
/** Of idle lanes. */
const WITNESS_EVERY_MS = 1200;

/** `run` carries transfers out. */
export async function runCourse(options: CourseOptions, run = runTransfer): Promise<CourseResult> {
  const { arms, random, decide, lanes, budgetBytes, budgetMs } = options;
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const observations: Observation[] = [];
  const ports: FlowPort[] = [];
  const begun = new Map<string, number>();
  const running = new Map<string, number>();
  let finishedBytes = 0;
  const movingBytes = new Map<object, number>();
  const movedBytes = (): number =>
    [...movingBytes.values()].reduce((sum, bytes) => sum + bytes, finishedBytes);
  let ended: CourseResult["ended"] | undefined;
  let decisive: number | undefined;
  const isOver = (): boolean => {
    if (ended === undefined && options.signal?.aborted) ended = "aborted";
    if (ended === undefined && movedBytes() >= budgetBytes) ended = "bytes";
    if (ended === undefined && elapsedMs() >= budgetMs) ended = "time";
    return ended !== undefined;
  };
  const transfer = async (request: TransferRequest): Promise<TransferOutcome> => {
    const key = {};
    const left = Math.max(1, budgetMs - elapsedMs());
    const outcome = await run(
      { ...request, timeoutMs: Math.min(request.timeoutMs, left) },
      {
        isEnough: (soFar) => {
          movingBytes.set(key, soFar.bytes);
          return isOver() || options.watch.isEnough(soFar);
        },
        goesOn: (soFar) => !isOver() && options.watch.goesOn(soFar),
      },
    );
    movingBytes.delete(key);
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
    // What a decision already made cut short says nothing.
    if (ended === "settled" && outcome.ended === "enough") return;
    const { comparison, direction } = one;
    if (outcome.localPort !== undefined)
      ports.push({ comparison, direction, arm, localPort: outcome.localPort });
    const { measurementId, origin } = options;
    observations.push(
      pairObservation({ comparison, direction, measurementId, origin, arm, pair, outcome, request }),
    );
    options.onProgress?.({ observations, bytes: movedBytes(), elapsedMs: elapsedMs() });
    if (ended === undefined && decide(observations).isSettled) {
      ended = "settled";
      decisive = observations.length;
    }
  };
  const runPair = async (one: Wanted, pair: number): Promise<void> => {
    for (const arm of random.shuffle<Arm>(["target", "control"])) {
      if (isOver()) return;
      const request = armRequest(arms, one, arm, pair);
      note(one, arm, pair, await transfer(request), request);
    }
  };
  /** At the control, of no pair. */
  const look = async (one: Wanted): Promise<void> => {
    const request = armRequest(arms, one, "control", 0);
    note(one, "control", undefined, await transfer({ ...request, bytes: LOOK_BYTES }), request);
  };
  // Beside flows that take their time: that the line, and the other end, are well meanwhile.
  let witnessedAt = performance.now();
  const witness = async (one: Wanted): Promise<void> => {
    witnessedAt = performance.now();
    await look(one);
  };
  const lane = async (): Promise<void> => {
    while (!isOver()) {
      const { wanted } = decide(observations);
      // The one of those wanted that fewest lanes are at.
      const next = wanted
        .filter((one) => (begun.get(keyOf(one)) ?? 0) < Math.min(MOST_PAIRS, one.pairs))
        .sort((a, b) => (running.get(keyOf(a)) ?? 0) - (running.get(keyOf(b)) ?? 0))[0];
      const isBusy = [...running.values()].some((count) => count > 0);
      if (next?.isAlone && isBusy) {
        await sleep(WAIT_MS);
        continue;
      }
      if (!next) {
        // Other lanes are at what is left; their results may ask for more.
        if (!isBusy) ended ??= "pairs";
        if (ended !== undefined) return;
        const busy = wanted.find((one) => !one.isAlone && (running.get(keyOf(one)) ?? 0) > 0);
        if (busy && performance.now() - witnessedAt >= WITNESS_EVERY_MS) await witness(busy);
        else await sleep(WAIT_MS);
        continue;
      }
      const key = keyOf(next);
      const pair = begun.get(key) ?? 0;
      begun.set(key, pair + 1);
      running.set(key, (running.get(key) ?? 0) + 1);
      await (next.isAlone ? look(next) : runPair(next, pair));
      running.set(key, running.get(key)! - 1);
    }
  };
  // Before the target's name is sent anywhere: what each comparison's control is like on an address without a past.
  for (const one of decide(observations)
    .wanted.filter(({ direction }) => direction === "down")
    .slice(0, 1)) {
    await look(one);
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return {
    ...{ observations, ports, bytes: movedBytes(), elapsedMs: elapsedMs(), ended: ended ?? "time" },
    decisive: decisive ?? observations.length,
  };
}

/** Enough to see a handshake and a speed. */
const LOOK_BYTES = 65_536;

function keyOf({ comparison, direction, isAlone }: Wanted): string {
  return `${comparison} ${direction}${isAlone ? " alone" : ""}`;
}
