// A thread that sleeps 2 ms again and again and writes down, for each tenth of a second, by how much it woke too late in
// all and at worst, and how long a fixed piece of work took. Shared memory: 3 numbers a slot (ms).
import { workerData } from "node:worker_threads";

const SLEEP_MS = 2;
/** The kernel's own grain: later than that is late. */
const GRAIN_MS = 3;
const WORK_STEPS = 100_000;

const { slots, startMs, slotMs } = workerData;
const numbers = new Float64Array(slots);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const nowMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;

let sink = 1;
let worked = -1;
for (;;) {
  const before = nowMs();
  Atomics.wait(sleeper, 0, 0, SLEEP_MS);
  const late = nowMs() - before - SLEEP_MS;
  const slot = Math.floor((nowMs() - startMs) / slotMs);
  const at = (slot * 3) % numbers.length;
  if (slot !== worked) {
    worked = slot;
    const workFrom = nowMs();
    for (let step = 0; step < WORK_STEPS; step++) sink = (sink * 16_807) % 2_147_483_647;
    numbers[at + 2] = nowMs() - workFrom;
  }
  if (late > GRAIN_MS) {
    numbers[at] += late;
    numbers[at + 1] = Math.max(numbers[at + 1], late);
  }
}
