/**
 * Brakelight beside other rules on the same transfers, over the same cases: how often each is wrong, and how often it
 * decides nothing (counted as a miss where there was something to find, never as right).
 */
import { PEERS, type PeerAnswers } from "../../src/verdict/peer-rules.ts";
import { PEERS_BESIDE_SITES, peersBesideSites } from "./probe-peers.ts";
import { isDecided, isFound, negatives, type ProbeResult, throttled } from "./probe-result.ts";
import { printShare } from "./probe-share.ts";

/** Undefined: nothing decided. */
type Rule = (one: ProbeResult) => boolean | undefined;

const OURS: readonly [string, Rule] = ["Brakelight", (one) => (isDecided(one) ? isFound(one) : undefined)];

export function printPeers(kept: readonly ProbeResult[]): void {
  printRules(
    kept,
    rulesOf(PEERS, ({ peers }) => peers),
    "throttled (a delayed handshake, which speeds do not show, left out) and missed",
    throttled(kept).filter(({ truth }) => truth.slowness !== "delayed"),
  );
  const withSites = kept.filter(({ spent = [] }) => peersBesideSites(spent) !== undefined);
  if (withSites.length === 0) return;
  console.log("\nThe target's own site beside other sites, set-up included, where any was fetched:");
  printRules(
    withSites,
    rulesOf(PEERS_BESIDE_SITES, ({ spent = [] }) => peersBesideSites(spent)),
    "throttled and missed",
    throttled(withSites),
  );
}

function rulesOf(
  peers: readonly (typeof PEERS)[number][],
  answersOf: (one: ProbeResult) => PeerAnswers | undefined,
): (readonly [string, Rule])[] {
  return [OURS, ...peers.map((peer): [string, Rule] => [peer, (one) => answersOf(one)?.[peer]])];
}

function printRules(
  kept: readonly ProbeResult[],
  rules: readonly (readonly [string, Rule])[],
  missed: string,
  toFind: readonly ProbeResult[],
): void {
  for (const [name, says] of rules) {
    const undecided = (of: readonly ProbeResult[]): string =>
      `, ${of.filter((one) => says(one) === undefined).length} undecided`;
    const fine = negatives(kept);
    printShare(`${name}: slowed though nothing is`, fine, (one) => says(one) === true, undecided(fine));
    printShare(`${name}: ${missed}`, toFind, (one) => says(one) !== true, undecided(toFind));
  }
}
