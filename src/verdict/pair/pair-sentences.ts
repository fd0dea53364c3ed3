/** Evidence of pairs in words that a person can check: numbers, how many flows, what they rule out. */
import { counted, formatBytes, formatDuration, formatRate } from "../../base/units.ts";
import type { Mechanism } from "../../observation/vocabulary.ts";
import { THROTTLED_BAYES_FACTOR } from "../speed-pair.ts";
import type { RuledOut } from "../verdict.ts";
import type { Compared } from "./compare-flows.ts";
import type { EachLimited } from "./each-limited.ts";
import type { HeldRate } from "./held-rate.ts";
import { smallObjectBytes } from "./object-size.ts";
import { DELAYED_FACTOR, SAME_RATE_FACTOR, SLOWER_FACTOR, THROTTLED_ALPHA } from "./thresholds.ts";

const AGAINST: Record<Compared["comparison"], string> = {
  "control-server": "a neutral name to the same control server",
  "same-address": "a neutral name to the target's own address",
  inverted: "the same bytes inverted to the same control server",
  site: "named control sites",
};

/** Less is a packet, and no bucket. */
const LEAST_BURST_BYTES = 1500;

export function describeSlow({ heldRate, targets, word, capital, ...seen }: Compared): string {
  const needed = 1 / (seen.alpha ?? THROTTLED_ALPHA);
  if (word === "delayed") {
    return (
      `handshakes with the target's name took ${formatDuration(seen.targetHandshakeUs ?? 0)} instead of ` +
      `${formatDuration(seen.controlHandshakeUs ?? 0)}, at least ${DELAYED_FACTOR} times as long in ${seen.delayed} of ` +
      `${counted(targets.length, "pair")}`
    );
  }
  if (heldRate) {
    const how =
      heldRate.kind === "saw-tooth"
        ? "stalling again and again (a saw tooth, as packets over a rate are dropped)"
        : heldRate.kind === "smooth"
          ? "evenly"
          : "with stops of different lengths";
    const { burstBytes } = heldRate;
    const after = burstBytes < LEAST_BURST_BYTES ? "" : `, after the first ${formatBytes(burstBytes)}`;
    const byLine =
      word === "slow-by-rate" && capital !== undefined
        ? `, and their controls, not held, got ahead of them in pair after pair (evidence ${capital.toFixed(0)} to 1, ${needed} needed)`
        : "";
    return (
      `${heldRate.flows} of ${counted(targets.length, "flow")} with the target's name moved at ${formatRate(heldRate.rateBps)} ` +
      `of payload (${formatRate(heldRate.lowBps)} to ${formatRate(heldRate.highBps)}), ${how}${after}${byLine}`
    );
  }
  if (seen.isByBehind) {
    return (
      `slower than its control in ${seen.behind} of ${counted(seen.pairs, "pair")}, by more than a fifth in the middle ` +
      `(evidence ${(capital ?? 0).toFixed(0)} to 1, ${needed} needed)`
    );
  }
  return (
    `slower than half of its control in ${seen.slower} of ${counted(seen.pairs, "pair")} ` +
    `(evidence ${(capital ?? 0).toFixed(0)} to 1, ${needed} needed)`
  );
}

export function describeEachLimited({ flows, of, lowBps, highBps, ...beside }: EachLimited): string {
  const near = beside.controlsNear === 0 ? "" : `, but for ${beside.controlsNear} of ${beside.controls}`;
  return (
    `${flows} of ${counted(of, "flow")} that went on for long enough were each held to a rate of their own (${formatRate(lowBps)} to ` +
    `${formatRate(highBps)}) and lost packets, and controls were not held near it${near}`
  );
}

/** What an ordinary pair of speeds would seldom show. */
export function describeFactor(factor: number): string {
  return `a Bayes factor of ${factor.toFixed(0)} for a limit against an ordinary pair of speeds (${THROTTLED_BAYES_FACTOR} needed)`;
}

/** What names that make no difference would seldom show. */
export function describeBet({ aheadCapital }: Compared, alpha: number): string {
  return (
    `how far it was behind, pair by pair, is evidence of ${aheadCapital.toFixed(0)} to 1 against names that make no difference ` +
    `(${1 / alpha} needed); a server that treats the two names differently would look the same`
  );
}

export function describeFrozen({ frozenAfterBytes = [], targets }: Compared): string {
  return (
    `no byte for ten seconds after ${frozenAfterBytes.map(formatBytes).join(", ")}, in ${frozenAfterBytes.length} of ` +
    `${counted(targets.length, "flow")}: a freeze, not a rate`
  );
}

function ofSmall({ targets }: Compared): string {
  const bytes = smallObjectBytes(targets);
  return bytes === undefined ? "" : `; objects of ${formatBytes(bytes)} are too small to tell a line's speed`;
}

/** How the lead's controls did, and what that rules out. */
export function evidenceOf(
  lead: Compared,
  all: readonly Compared[],
): { evidence: string[]; ruledOut: RuledOut[] } {
  const evidence = all.flatMap((one) => {
    if (one.targets.length === 0) return [];
    const speed = (bps: number | undefined): string => (bps === undefined ? "nothing" : formatRate(bps));
    return [
      `${one.direction === "down" ? "download" : "upload"} against ${AGAINST[one.comparison]}: ${speed(one.targetBps)} beside ` +
        `${speed(one.controlBps)} (medians of ${one.targets.length} and ${counted(one.controls.length, "whole flow")}, first burst included` +
        `${one.pairs > 0 ? `; below 1/${SLOWER_FACTOR} in ${one.slower} of ${counted(one.pairs, "pair")}` : ""})${ofSmall(one)}`,
    ];
  });
  const ruledOut: RuledOut[] = [];
  if (["slow-by-rate", "slow-by-pairs", "delayed"].includes(lead.word)) {
    const controls = `${counted(lead.controls.length, "control flow")}, taken in turn with the target's in random order`;
    if (lead.word !== "delayed" && lead.controlBps !== undefined) {
      const because = `${controls}, reached ${formatRate(lead.controlBps)} over the same way`;
      ruledOut.push({ explanation: "congested", because }, { explanation: "slow subscription", because });
    }
    if (lead.comparison === "control-server") {
      ruledOut.push({ explanation: "slow server", because: "the same server is fast under another name" });
    }
    if (lead.heldRate && lead.comparison !== "site" && !isAnyHeld(lead.controls, lead.heldRate)) {
      const { flows, lowBps, highBps } = lead.heldRate;
      const because = `${flows} flows were held to one rate (${formatRate(lowBps)} to ${formatRate(highBps)}), and none under another name to that rate on the same way: random loss picks no name`;
      ruledOut.push({ explanation: "lossy", because });
    }
    ruledOut.push({ explanation: "blocked", because: "bytes kept coming until the end" });
  }
  if (lead.word === "alike") {
    const because = `below half of its control in ${lead.slower} of ${counted(lead.pairs, "pair")}`;
    ruledOut.push({ explanation: "throttled", because });
  }
  return { evidence, ruledOut };
}

/** A flow under another name that moved hardly faster, past slow start, than the rate that the target's are held to. */
function isAnyHeld(controls: Compared["controls"], { highBps }: HeldRate): boolean {
  return controls.some(({ steadyBps, rateLimit }) => {
    const movedBps = rateLimit?.rateBps ?? steadyBps;
    return movedBps !== undefined && movedBps < SAME_RATE_FACTOR * highBps;
  });
}

/** What the flows prove to be acted on: the name in the hello, the name in a plain request, or no more than an address. */
export type Suspect = "sni" | "host" | "address";

/** Of flows that somebody else answered in the control server's place. */
export function describeAnswered({ targets }: Compared): string {
  const statuses = [...new Set(targets.map(({ observation: { statusCode } }) => statusCode ?? "none"))];
  return (
    `${targets.length} of ${counted(targets.length, "request")} with the target's name got an answer that the control server does not give ` +
    `(status ${statuses.join(", ")}): somebody answers in its place`
  );
}

export function mechanismOfBreak({ broken, targets }: Compared, what: Suspect): Mechanism {
  if (broken === "answered") return targets.every(isRedirected) ? "http.redirect" : "http.blockpage";
  const isConnected = targets.every((flow) => flow.isConnected);
  if (!isConnected)
    return broken === "reset" ? "tcp.reset" : broken === "refused" ? "tcp.refused" : "tcp.timeout";
  const kind = broken === "reset" || broken === "eof" || broken === "timeout" ? broken : undefined;
  if (what === "host") {
    // The vocabulary has no "http.eof.host".
    return kind === "reset" || kind === "timeout" ? `http.${kind}.host` : kind ? "http.eof" : "http";
  }
  if (!kind) return "tls.handshake";
  return what === "sni" ? `tls.${kind}.sni` : `tls.${kind}`;
}

function isRedirected({ observation: { statusCode = 0 } }: Compared["targets"][number]): boolean {
  return statusCode >= 300 && statusCode < 400;
}
