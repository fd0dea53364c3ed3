/**
 * What `bench:probe` prints of its cases: the confusion matrix, shares with their 95 % bounds (Wilson), the same for other
 * rules on the same transfers, and what a verdict cost. Cases in which the box's driver was late are counted, not used.
 */
import { median } from "../../src/stats/quantile.ts";
import { PEERS } from "../../src/verdict/peer-rules.ts";
import type { ProbeLine } from "./measure-case.ts";
import { isBurstOutlasted } from "./probe-burst.ts";
import { PROBE_KINDS, type ProbeKind, type ProbeTruth } from "./probe-cases.ts";
import { wilson } from "./probe-interval.ts";
import { PEERS_BESIDE_SITES, peersBesideSites } from "./probe-peers.ts";

export interface ProbeResult extends ProbeLine {
  readonly seed: number;
  readonly number: number;
  readonly kind: ProbeKind;
  readonly hasControlServer: boolean;
  readonly explains: boolean;
  /** Of the code that measured and judged. */
  readonly code: string;
  readonly backend: string;
  readonly truth: ProbeTruth;
}

const MOST_DRIVER_DELAY_US = 5000;
const STATES = ["ok", "throttled", "blocked", "down", "insufficient", "invalid", "nothing"];
const NEAR = 0.05;

export function printSummary(results: readonly ProbeResult[]): void {
  const kept = results.filter(({ driverP99Us }) => driverP99Us <= MOST_DRIVER_DELAY_US);
  console.log(
    `\n${kept.length} cases, ${results.length - kept.length} thrown away (driver later than 5 ms)\n`,
  );
  printMatrix(kept);
  console.log("");
  printStates(kept);
  printExplained(kept);
  for (const hasControlServer of [true, false])
    printFound(
      throttled(kept).filter((one) => one.hasControlServer === hasControlServer),
      hasControlServer,
    );
  console.log("");
  printPeers(kept);
  console.log("");
  const found = throttled(kept).filter(isFound);
  printCost(found, "throttled");
  for (const hasControlServer of [true, false])
    printCost(
      found.filter((one) => one.hasControlServer === hasControlServer && !one.explains),
      `throttled, ${hasControlServer ? "with" : "without"} a control server, not explained`,
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

const stateOf = ({ verdict }: ProbeResult): unknown => verdict?.["state"];
const isFound = (one: ProbeResult): boolean => stateOf(one) === "throttled";
const isCutOff = (one: ProbeResult): boolean => stateOf(one) === "blocked" || stateOf(one) === "down";
const throttled = (all: readonly ProbeResult[]) => all.filter(({ truth }) => truth.state === "throttled");
const negatives = (all: readonly ProbeResult[]) =>
  all.filter(({ truth }) => truth.state === "ok" || truth.state === "down");

function printMatrix(kept: readonly ProbeResult[]): void {
  console.log(["kind".padEnd(26), "n".padStart(5), ...STATES.map((state) => state.padStart(13))].join(""));
  for (const kind of new Set(PROBE_KINDS)) {
    for (const hasControlServer of [true, false]) {
      const ours = kept.filter((one) => one.kind === kind && one.hasControlServer === hasControlServer);
      if (ours.length === 0) continue;
      const counts = STATES.map(
        (state) => ours.filter((one) => (stateOf(one) ?? "nothing") === state).length,
      );
      const name = `${kind}${hasControlServer ? ", server" : ""}`.padEnd(26);
      console.log([name, String(ours.length).padStart(5), ...counts.map(inColumn)].join(""));
    }
  }
}

function inColumn(count: number): string {
  return String(count).padStart(13);
}

function printShare(what: string, of: readonly ProbeResult[], isHit: (one: ProbeResult) => boolean): void {
  if (of.length === 0) return;
  const hits = of.filter(isHit).length;
  const [share, low, high] = [hits / of.length, ...wilson(hits, of.length)].map((value) =>
    (100 * value).toFixed(1),
  );
  console.log(`${what.padEnd(66)} ${hits}/${of.length} (${share} %, 95 % ${low}-${high})`);
}

function printStates(kept: readonly ProbeResult[]): void {
  const blocked = kept.filter(({ truth }) => truth.state === "blocked");
  const fine = kept.filter(({ truth }) => truth.state === "ok");
  const down = kept.filter(({ truth }) => truth.state === "down");
  const slowed = throttled(kept);
  printShare("negative cases called throttled", negatives(kept), isFound);
  printShare("blocked or frozen called throttled", blocked, isFound);
  printShare("nothing wrong, called blocked or down", fine, isCutOff);
  printShare("throttled, called blocked or down", slowed, isCutOff);
  printShare("something wrong, called ok", [...blocked, ...slowed, ...down], (one) => stateOf(one) === "ok");
}

function printExplained(kept: readonly ProbeResult[]): void {
  const explained = kept.filter(({ explains, verdict }) => explains && verdict?.["trigger"] !== undefined);
  printShare("hop right, of those explained", explained, (one) => hopOf(one) === one.truth.hop);
  printShare("pattern right, of those explained", explained, (one) => patternOf(one) === one.truth.pattern);
}

function hopOf({ verdict }: ProbeResult): unknown {
  const { throttlerHop, blockerHop } = (verdict?.["place"] ?? {}) as Record<string, unknown>;
  return throttlerHop ?? blockerHop;
}

function patternOf({ verdict }: ProbeResult): unknown {
  return (verdict?.["trigger"] as { pattern?: unknown } | undefined)?.pattern;
}

function printFound(ours: readonly ProbeResult[], hasControlServer: boolean): void {
  const beside = hasControlServer ? "with a control server" : "without one";
  const found = ours.filter(isFound);
  printShare(`throttled found, ${beside}`, ours, isFound);
  printShare(
    `of those whose burst was outlasted, ${beside}`,
    ours.filter(({ spent = [], truth }) => isBurstOutlasted(spent, truth, hasControlServer)),
    isFound,
  );
  printShare(
    `slowness right of those, ${beside}`,
    found,
    (one) => one.verdict!["slowness"] === one.truth.slowness,
  );
  printShare(
    `rate within 5 %, ${beside}`,
    found.filter(({ truth }) => truth.rateBps !== undefined),
    ({ truth, verdict }) => Math.abs(Number(verdict!["rateBps"] ?? Number.NaN) / truth.rateBps! - 1) <= NEAR,
  );
}

type Rule = (one: ProbeResult) => boolean;

function printPeers(kept: readonly ProbeResult[]): void {
  const withPeers = kept.filter(({ peers }) => peers !== undefined);
  printRules(withPeers, [
    ["Brakelight", isFound],
    ...PEERS.map((peer): [string, Rule] => [peer, (one) => one.peers![peer]]),
  ]);
  const withSites = kept.filter(({ spent = [] }) => peersBesideSites(spent) !== undefined);
  if (withSites.length === 0) return;
  console.log("\nThe target's own site beside other sites, where both were fetched:");
  printRules(withSites, [
    ["Brakelight", isFound],
    ...PEERS_BESIDE_SITES.map((peer): [string, Rule] => [
      peer,
      ({ spent = [] }) => peersBesideSites(spent)![peer],
    ]),
  ]);
}

function printRules(of: readonly ProbeResult[], rules: readonly (readonly [string, Rule])[]): void {
  for (const [name, says] of rules) {
    printShare(`${name}: slowed though nothing is`, negatives(of), says);
    printShare(`${name}: throttled and missed`, throttled(of), (one) => !says(one));
  }
}

function printCost(ours: readonly ProbeResult[], what: string): void {
  if (ours.length === 0) return;
  const seconds = ours.map(({ verdict }) => Number(verdict?.["seconds"] ?? 0));
  const megabytes = ours.map(({ verdict }) => Number(verdict?.["bytes"] ?? 0) / 1e6);
  console.log(
    `cost of a verdict, ${what}: median ${median(seconds).toFixed(1)} s, ${median(megabytes).toFixed(2)} MB`,
  );
}
