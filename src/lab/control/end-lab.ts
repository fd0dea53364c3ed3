/**
 * Ends a running laboratory from outside: asked first, by force when it does not end in time, and not called over before the
 * kernel has let go of its processes.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { askLab } from "./control-client.ts";
import { type LabRecord, labFolder, startOf } from "./lab-record.ts";

const LOOK_EVERY_MS = 10;
/** It has its captures to write out, and lets followers hear the end for two seconds (run/lab-process.ts). */
const ENDS_ITSELF_WITHIN_MS = 5000;
/** A killed process is gone after its memory was given back: milliseconds, on a busy machine more. */
const GONE_WITHIN_MS = 10_000;

/** Resolves when nothing of it is left but its records; rejects when a process of it outlives SIGKILL. */
export async function endLab({ id, pid, started, cellPid }: LabRecord): Promise<void> {
  const isOutsideThere = () => startOf(pid) === started;
  const inside = cellPid !== undefined && isOutsideThere() ? startOf(cellPid) : undefined;
  const isInsideThere = () => inside !== undefined && startOf(cellPid!) === inside;
  const isThere = () => isOutsideThere() || isInsideThere();
  const isAsked = await Promise.race([
    askLab(id, { do: "stop" }).then(
      () => true,
      () => false,
    ),
    sleep(ENDS_ITSELF_WITHIN_MS, false, { ref: false }),
  ]);
  if (isAsked) await until(() => !isThere(), ENDS_ITSELF_WITHIN_MS);
  if (isOutsideThere()) kill(pid);
  if (!(await until(() => !isThere(), GONE_WITHIN_MS)))
    throw new Error(`the laboratory ${id} does not end: its process is ${pid}`);
  rmSync(labFolder(id), { recursive: true, force: true, maxRetries: 3 });
}

/** Whether it was so in time. */
async function until(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() > deadline) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
