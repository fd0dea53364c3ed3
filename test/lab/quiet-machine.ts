/**
 * Tests of real time need a machine that keeps time: a virtual one whose host is busy stands still now and then, for all
 * programs alike, and a link's delay or a box's bucket is then not what it says. A thread measures that beside the tests.
 * What fails while the machine stood still is done again; after three such tries it is skipped, with the figures. What
 * fails on a machine that kept time fails.
 */
import { Worker } from "node:worker_threads";
import type { TestContext } from "vitest";

const TRIES = 3;
/** A machine that so many things in a row could not be made on, however often, is a busy one: what comes next gets one try. */
const GIVEN_UP = 2;
const SLOT_MS = 100;
const NUMBERS_A_SLOT = 3;
/** Half an hour: longer than any piece of work. */
const SLOTS = 18_000;
/**
 * Chosen above what a laboratory's own load did on two otherwise idle cores: in most ten-second windows of a whole run of
 * these tests the latest wake-up came less than 40 ms too late, in one 84 ms.
 */
const MOST_LATE_SHARE = 0.03;
const LATEST_MS = 80;
/** Other work on the same cores makes a thread slower by less. */
const SLOWEST = 2.5;

const nowMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
const startMs = nowMs();
const memory = new SharedArrayBuffer(SLOTS * NUMBERS_A_SLOT * 8);
const numbers = new Float64Array(memory);
new Worker(new URL("./stall-meter.mjs", import.meta.url), {
  workerData: { slots: memory, startMs, slotMs: SLOT_MS },
}).unref();

/** How the machine failed to keep time since then, or undefined. */
function disturbanceSince(sinceMs: number): string | undefined {
  const first = Math.floor((sinceMs - startMs) / SLOT_MS);
  const last = Math.floor((nowMs() - startMs) / SLOT_MS);
  let [lateMs, latestMs] = [0, 0];
  const workMs: number[] = [];
  for (let slot = Math.max(first, last - SLOTS + 1); slot <= last; slot++) {
    const at = (slot % SLOTS) * NUMBERS_A_SLOT;
    lateMs += numbers[at]!;
    latestMs = Math.max(latestMs, numbers[at + 1]!);
    if (numbers[at + 2]! > 0) workMs.push(numbers[at + 2]!);
  }
  const share = lateMs / ((last - first + 1) * SLOT_MS);
  const best = Math.min(...numbers.filter((ms, index) => index % NUMBERS_A_SLOT === 2 && ms > 0));
  const slower = workMs.length > 0 ? workMs.sort((a, b) => a - b)[workMs.length >> 1]! / best : 1;
  if (share <= MOST_LATE_SHARE && latestMs <= LATEST_MS && slower <= SLOWEST) return undefined;
  return (
    `the machine did not keep time: it stood still ${(100 * share).toFixed(1)} % of the time, ` +
    `${latestMs.toFixed(0)} ms at worst, and was ${slower.toFixed(1)} times slower than at its best`
  );
}

/** A test's body; what it does must be possible more than once. */
export async function onQuietMachine(
  { skip }: Pick<TestContext, "skip">,
  work: () => Promise<void>,
): Promise<void> {
  const reasons = new Set<string>();
  for (let tried = 1; ; tried++) {
    const sinceMs = nowMs();
    try {
      await work();
      return;
    } catch (error) {
      const disturbance = disturbanceSince(sinceMs);
      if (disturbance === undefined) throw error;
      const [reason = ""] = String(error).split("\n");
      reasons.add(reason);
      console.log(`try ${tried} of ${TRIES}: ${disturbance}; ${reason}`);
      if (tried < TRIES) continue;
      // What breaks in the same way each time, before anything could be looked at, has another cause.
      if (reasons.size === 1 && !reason.startsWith("AssertionError")) throw error;
      skip(disturbance);
    }
  }
}

/** In a row, of what is made. */
let givenUp = 0;

/**
 * Makes something whose timing will be looked at. What is not `isGood` is made again when the machine stood still
 * meanwhile; without `isGood` nothing made by a machine that stood still is good.
 */
export async function madeInQuiet<T>(
  make: () => Promise<T>,
  isGood: (value: T) => boolean = () => false,
): Promise<{ readonly value: T; readonly disturbance?: string }> {
  const tries = givenUp < GIVEN_UP ? TRIES : 1;
  for (let tried = 1; ; tried++) {
    const sinceMs = nowMs();
    const value = await make();
    const disturbance = disturbanceSince(sinceMs);
    if (disturbance === undefined || isGood(value)) {
      givenUp = 0;
      return { value };
    }
    console.log(`try ${tried} of ${tries}: ${disturbance}`);
    if (tried === tries) {
      givenUp++;
      return { value, disturbance };
    }
  }
}
