/** One line of the bench's tables: a share with its 95 % bounds (Wilson). */
import { wilson } from "./probe-interval.ts";
import type { ProbeResult } from "./probe-result.ts";

/** `more`: said after it. Nothing is printed of no cases. */
export function printShare(
  what: string,
  of: readonly ProbeResult[],
  isHit: (one: ProbeResult) => boolean,
  more = "",
): void {
  if (of.length === 0) return;
  const hits = of.filter(isHit).length;
  const [share, low, high] = [hits / of.length, ...wilson(hits, of.length)].map((value) =>
    (100 * value).toFixed(1),
  );
  console.log(`${what.padEnd(66)} ${hits}/${of.length} (${share} %, 95 % ${low}-${high})${more}`);
}
