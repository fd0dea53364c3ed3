/**
 * What `bench:probe` prints of its cases: the confusion matrix, shares with their 95 % bounds (Wilson), the same for other
 * rules on the same transfers, and what a verdict cost. Cases in which the 99th percentile of a packet's delay by the
 * laboratory's own programs (boxes or links, the later of them) was above 5 ms are counted, not used; it is told as the
 * next power of two of a µs, so that 4096 is the most that is used.
 */
import { median, quantile } from "../../src/stats/quantile.ts";
import { isFound, type ProbeResult, throttled } from "./probe-result.ts";
import { printPeers } from "./probe-rules-beside.ts";
import { printExplained, printFound, printMatrix, printStates } from "./probe-states.ts";

const MOST_DRIVER_DELAY_US = 5000;

export function printSummary(results: readonly ProbeResult[]): void {
  // Relays have no driver; of a network whose driver did not say, nobody knows how late it was.
  const kept = results.filter(
    ({ backend, verdict, driverP99Us = backend === "relay" || !verdict ? 0 : Number.POSITIVE_INFINITY }) =>
      driverP99Us <= MOST_DRIVER_DELAY_US,
  );
  console.log(
    `\n${kept.length} cases, ${results.length - kept.length} thrown away (driver later than 5 ms, 99th percentile)\n`,
  );
  printMatrix(kept);
  console.log("");
  printStates(kept);
  // Of relays states alone are told: what they make of losses and delays is no network's.
  if (kept.every(({ backend }) => backend === "relay")) return;
  printExplained(kept);
  for (const hasControlServer of [true, false]) printFound(kept, hasControlServer);
  console.log("");
  printPeers(kept);
  console.log("");
  const found = throttled(kept).filter(isFound);
  printCost(found, "throttled");
  for (const hasControlServer of [true, false])
    printCost(
      found.filter((one) => one.hasControlServer === hasControlServer),
      `throttled, ${hasControlServer ? "with" : "without"} a control server`,
    );
  printCost(
    kept.filter(({ kind }) => kind === "healthy"),
    "healthy",
  );
  printCost(
    kept.filter(({ kind }) => kind === "healthy-50"),
    "healthy, 50 Mbit/s",
  );
}

function printCost(of: readonly ProbeResult[], what: string): void {
  const verdicts = of.flatMap(({ explains, verdict }) =>
    explains || verdict === undefined ? [] : [verdict],
  );
  if (verdicts.length === 0) return;
  const seconds = verdicts.map((verdict) => Number(verdict["seconds"] ?? 0));
  const megabytes = verdicts.map((verdict) => Number(verdict["bytes"] ?? 0) / 1e6);
  const [middle, p95, most] = [0.5, 0.95, 1].map((share) => quantile(seconds, share).toFixed(1));
  console.log(
    `cost of a verdict, not explained, ${what} (${verdicts.length}): median ${middle} s, 95th percentile ${p95} s, at most ${most} s; median ${median(megabytes).toFixed(2)} MB`,
  );
}
