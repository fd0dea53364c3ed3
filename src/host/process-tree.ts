/**
 * Signals for a program and all that it started, where they stand behind wrappers that pass no signal on (nsenter, ip netns exec).
 * Linux; elsewhere the program alone.
 */
import { readdirSync, readFileSync } from "node:fs";

/** Each is asked to end, the youngest first. What is gone already is fine. */
export function signalTree(pid: number | undefined, signal: "SIGTERM" | "SIGINT"): void {
  if (pid === undefined) return;
  for (const each of [...descendants(pid).reverse(), pid]) {
    try {
      process.kill(each, signal);
    } catch {
      // Gone.
    }
  }
}

function descendants(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of entries()) {
    const parent = parentOf(name);
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const below = (one: number): number[] =>
    (parents.get(one) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

function entries(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The fourth field of stat(5), behind a name in brackets that may hold anything. */
function parentOf(pid: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
