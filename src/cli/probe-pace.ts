/**
 * The rate of a box that drops, where flows leave it open: downloads from the control server under the target's name at a steady
 * pace, one after the other (probe/pairs/paced-download.ts), until those told it (verdict/pair/paced-rate.ts). Bounds: bytes, time,
 * MOST_TRIALS.
 */
import type { Arm, ArmsPlan } from "../probe/pairs/arms.ts";
import { pacedDownload } from "../probe/pairs/paced-download.ts";
import { burstPace, nextPace, type PacePlan, pacesOfLine } from "../verdict/pair/pace-plan.ts";
import type { PacedTrial } from "../verdict/pair/paced-bucket.ts";
import { isAtPace, pacedBounds, toldBucket, withPacedRate } from "../verdict/pair/paced-rate.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";

const PACE_FROM = 0.33;
const MOST_TRIALS = 10;
/** Of a connection: handshakes, the request, and until the pace is reached. */
const ROUND_TRIPS = 8;
/** With what is sent until the pace is reached. */
const MOST_TIMES_BYTES = 2;
/** Of the time that it needs by plan, and of a handshake that loses packets. */
const TIMEOUT_FACTOR = 1.5;
const HANDSHAKE_MS = 2000;

export interface PaceMeans {
  readonly arms: ArmsPlan;
  /** The shortest round trip to the control server. */
  readonly rttUs: number;
  readonly budgetBytes: number;
  /** Of performance.now(). */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onBegin: () => void;
}

export interface Paced {
  readonly judgement: PairJudgement;
  readonly bytes: number;
}

/** Of the time a share so large has passed, and the rate is still open: what else is looked at beside a decision that stands would leave none. */
export function isTimeToPace(judgement: PairJudgement, shareSpent: number): boolean {
  return shareSpent >= PACE_FROM && pacedBounds(judgement) !== undefined;
}

export async function pacedJudgement(judgement: PairJudgement, means: PaceMeans): Promise<Paced> {
  const byFlows = pacedBounds(judgement);
  if (!byFlows) return { judgement, bytes: 0 };
  means.onBegin();
  let bytes = 0;
  const send = async (arm: Arm, pace: PacePlan): Promise<PacedTrial | undefined> => {
    const leftMs = means.deadlineMs - performance.now();
    const neededMs = pace.restMs + (8000 * pace.bytes) / pace.paceBps + (ROUND_TRIPS * means.rttUs) / 1000;
    const isAffordable = bytes + MOST_TIMES_BYTES * pace.bytes <= means.budgetBytes;
    if (neededMs >= leftMs || !isAffordable || means.signal.aborted) return undefined;
    const timeoutMs = Math.min(leftMs, TIMEOUT_FACTOR * neededMs + HANDSHAKE_MS);
    const request = { ...pace, timeoutMs, rttUs: means.rttUs };
    const { movedBytes, passed } = await pacedDownload(means.arms, arm, request, means.signal);
    bytes += movedBytes;
    const trial = passed && { ...passed, paceBps: pace.paceBps };
    return trial && isAtPace(trial) ? trial : undefined;
  };
  const passingBps = async (): Promise<number | undefined> => {
    for (const pace of pacesOfLine(byFlows)) {
      const trial = await send("control", pace);
      if (trial?.isLost === false) return pace.paceBps;
    }
    return undefined;
  };
  const [lineBps, burst] = await Promise.all([passingBps(), send("target", burstPace(byFlows))]);
  // A line that loses the neutral name's packets at any pace is no witness of what a box does.
  if (lineBps === undefined || !burst) return { judgement, bytes };
  const bounds = { ...byFlows, highBps: lineBps };
  const trials = [burst];
  while (trials.length < MOST_TRIALS && !toldBucket(trials, bounds)) {
    const pace = nextPace(trials, bounds);
    const trial = pace && (await send("target", pace));
    if (!trial) break;
    trials.push(trial);
  }
  return { judgement: withPacedRate(judgement, trials, bounds), bytes };
}
