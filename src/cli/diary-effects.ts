/** The diary's effects on this machine: its clock, its timers, stderr, and SIGINT and SIGTERM as the end. */
import { setTimeout as wait } from "node:timers/promises";
import type { DiaryEffects } from "./probe-diary.ts";

export const nodeDiaryEffects: DiaryEffects = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
  random: () => Math.random(),
  say: (line) => {
    process.stderr.write(`brakelight: ${line}\n`);
  },
  // A second signal ends the process as it would without this.
  ending: () => {
    const controller = new AbortController();
    const end = (): void => {
      release();
      controller.abort();
    };
    const release = (): void => {
      process.off("SIGINT", end);
      process.off("SIGTERM", end);
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
    return { signal: controller.signal, release };
  },
};
