/** Of the bench's cases: which state was said of which kind, how often that is wrong, and what was found out beside it. */
import { isBurstOutlasted } from "./probe-burst.ts";
import { wilson } from "./probe-interval.ts";
import { PROBE_KINDS } from "./probe-kinds.ts";
import {
  isCutOff,
  isDecided,
  isFastHeld,
  isFound,
  negatives,
  type ProbeResult,
  STATES,
  stateOf,
  throttled,
} from "./probe-result.ts";
import { printShare } from "./probe-share.ts";

const NEAR = 0.05;
const NAME_WIDTH = 36;

/** Cases held to more than 1 Mbit/s stand apart. Bounds are of those called throttled, whatever they were. */
export function printMatrix(kept: readonly ProbeResult[]): void {
  const head = ["n".padStart(5), ...STATES.map(inColumn), inColumn("decided"), "   throttled, 95 %"];
  console.log(["kind".padEnd(NAME_WIDTH), ...head].join(""));
  for (const kind of new Set(PROBE_KINDS)) {
    for (const hasControlServer of [true, false]) {
      for (const isFast of [false, true]) {
        const name = `${kind}${isFast ? " above 1 Mbit/s" : ""}${hasControlServer ? ", server" : ""}`;
        printRow(
          name,
          kept.filter(
            (one) =>
              one.kind === kind && one.hasControlServer === hasControlServer && isFastHeld(one) === isFast,
          ),
        );
      }
    }
  }
}

function printRow(name: string, of: readonly ProbeResult[]): void {
  if (of.length === 0) return;
  const counts = STATES.map((state) => of.filter((one) => stateOf(one) === state).length);
  const decided = `${Math.round((100 * of.filter(isDecided).length) / of.length)} %`;
  const [low, high] = wilson(of.filter(isFound).length, of.length).map((share) => (100 * share).toFixed(1));
  const bounds = `   ${low} to ${high} %`;
  const cells = [String(of.length).padStart(5), ...counts.map(inColumn), inColumn(decided), bounds];
  console.log([name.padEnd(NAME_WIDTH), ...cells].join(""));
}

function inColumn(content: string | number): string {
  return String(content).padStart(13);
}

export function printStates(kept: readonly ProbeResult[]): void {
  const blocked = kept.filter(({ truth }) => truth.state === "blocked");
  const fine = kept.filter(({ truth }) => truth.state === "ok");
  const down = kept.filter(({ truth }) => truth.state === "down");
  const slowed = throttled(kept);
  printShare("negative cases called throttled", negatives(kept), isFound);
  printShare("  of those that were decided", negatives(kept).filter(isDecided), isFound);
  printShare("blocked or frozen called throttled", blocked, isFound);
  printShare("nothing wrong, called blocked or down", fine, isCutOff);
  printShare("throttled, called blocked or down", slowed, isCutOff);
  printShare("something wrong, called ok", [...blocked, ...slowed, ...down], (one) => stateOf(one) === "ok");
  printShare(
    "control server throttled, called slow for everything",
    kept.filter(({ kind }) => kind === "control-throttled"),
    isSlowForEverything,
  );
}

function isSlowForEverything({ verdict }: ProbeResult): boolean {
  return ((verdict?.["evidence"] ?? []) as string[]).some((line) => line.startsWith("slow for everything"));
}

/** Of all that was found and was to be explained: where no trigger or no hop was told, that is a miss. */
export function printExplained(kept: readonly ProbeResult[]): void {
  const found = kept.filter(
    (one) =>
      one.explains &&
      (one.truth.state === "throttled" || one.truth.state === "blocked") &&
      (isFound(one) || stateOf(one) === "blocked"),
  );
  printShare("hop right, of those found and to be explained", found, (one) => hopOf(one) === one.truth.hop);
  printShare(
    "pattern right, of those found and to be explained",
    found,
    (one) => patternOf(one) === one.truth.pattern,
  );
}

function hopOf({ verdict, truth }: ProbeResult): unknown {
  const place = (verdict?.["place"] ?? {}) as Record<string, unknown>;
  return place[truth.state === "throttled" ? "throttlerHop" : "blockerHop"];
}

function patternOf({ verdict }: ProbeResult): unknown {
  return (verdict?.["trigger"] as { pattern?: unknown } | undefined)?.pattern;
}

export function printFound(kept: readonly ProbeResult[], hasControlServer: boolean): void {
  const beside = hasControlServer ? "with a control server" : "without one";
  const ours = throttled(kept).filter((one) => one.hasControlServer === hasControlServer);
  const outlasted = ours.filter(({ spent = [], truth }) => isBurstOutlasted(spent, truth, hasControlServer));
  const found = ours.filter(isFound);
  const print = (what: string, of: readonly ProbeResult[]): void => {
    printShare(`${what}, ${beside}`, of, isFound);
    printShare(
      "  held to at most 1 Mbit/s, or delayed",
      of.filter((one) => !isFastHeld(one)),
      isFound,
    );
    printShare("  held to more than 1 Mbit/s", of.filter(isFastHeld), isFound);
  };
  print("throttled found", ours);
  print("of those whose burst was outlasted", outlasted);
  printShare(
    `slowness right of those found, ${beside}`,
    found,
    (one) => one.verdict!["slowness"] === one.truth.slowness,
  );
  const ofRate = found.filter(({ truth }) => truth.rateBps !== undefined);
  printShare(
    `rate within 5 %, ${beside}`,
    ofRate,
    ({ truth, verdict }) => Math.abs(Number(verdict!["rateBps"] ?? Number.NaN) / truth.rateBps! - 1) <= NEAR,
  );
}
