/**
 * Ends a running laboratory from outside: asked first, then by force, and not called over before the kernel has let go of
 * its processes.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { askLab } from "./control-client.ts";
import { type LabRecord, labFolder, startOf } from "./lab-record.ts";

const LOOK_EVERY_MS = 10;
/** A killed process is gone after its memory was given back: milliseconds, on a busy machine more. */
const GONE_WITHIN_MS = 10_000;

/** Resolves when nothing of it is left but its records; rejects when a process of it outlives SIGKILL. */
export async function endLab({ id, pid, started, cellPid }: LabRecord): Promise<void> {
  const isOutsideThere = () => startOf(pid) === started;
  const inside = cellPid !== undefined && isOutsideThere() ? startOf(cellPid) : undefined;
  const isInsideThere = () => inside !== undefined && startOf(cellPid!) === inside;
  await askLab(id, { do: "stop" }).catch(() => {});
  if (isOutsideThere()) kill(pid);
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (isOutsideThere() || isInsideThere()) {
    if (Date.now() > deadline) throw new Error(`the laboratory ${id} does not end: its process is ${pid}`);
    await sleep(LOOK_EVERY_MS);
  }
  rmSync(labFolder(id), { recursive: true, force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
