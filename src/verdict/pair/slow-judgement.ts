/**
 * What is said of a comparison whose targets were slow, late, frozen or broken off: state, slowness, mechanism, direction
 * and rate, as far as its flows carry it.
 */
import type { TransferDirection } from "../../observation/observation.ts";
import type { Slowness } from "../../observation/vocabulary.ts";
import { median } from "../../stats/quantile.ts";
import type { Compared } from "./compare-flows.ts";
import { isMostlyHeld } from "./held-rate.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import {
  describeAnswered,
  describeFrozen,
  describeSlow,
  evidenceOf,
  mechanismOfBreak,
  type Suspect,
} from "./pair-sentences.ts";
import { LEAST_FLOWS } from "./thresholds.ts";

/** Pairs of a second direction, or of the target's own address, beside a decision that stands. */
export const SIDE_PAIRS = 3;

const THROTTLES = { sni: "tls.throttle.sni", host: "http.throttle.host", address: "tls.throttle" } as const;
const FREEZES = { sni: "tls.freeze.sni", host: "http.freeze", address: "tcp.freeze" } as const;

const SLOW_WORDS = new Set(["slow-by-rate", "slow-by-pairs", "delayed", "frozen", "broken"]);
export const isSlow = ({ word }: Compared): boolean => SLOW_WORDS.has(word);

/** One rate is theirs: it decided, or most flows show it. */
export function isHeldToRate({ word, heldRate, targets }: Compared): boolean {
  return word === "slow-by-rate" || isMostlyHeld(heldRate, targets);
}

export function slowJudgement(seen: Compared, all: readonly Compared[], what: Suspect): PairJudgement {
  const lead = isHeldToRate(seen) ? seen : { ...seen, heldRate: undefined };
  const slow = all.filter(isSlow);
  const common = { isSettled: true, wanted: [], ...speedsOf(lead), ...evidenceOf(lead, all) };
  if (lead.word === "frozen") {
    return {
      ...common,
      state: "blocked",
      slowness: "frozen",
      mechanisms: [FREEZES[what]],
      confidence: 0.95,
      evidence: [describeFrozen(lead), ...common.evidence],
    };
  }
  if (lead.word === "broken") {
    const evidence =
      lead.broken === "answered" ? [describeAnswered(lead), ...common.evidence] : common.evidence;
    const mechanisms = [mechanismOfBreak(lead, what)];
    return { ...common, state: "blocked", mechanisms, confidence: 0.95, evidence };
  }
  const directions = new Set(slow.map(({ direction }) => direction));
  const direction = directions.size === 2 ? "both" : directionOf(lead, all);
  const delayed = lead.word === "delayed";
  return {
    ...common,
    state: "throttled",
    slowness: delayed ? "delayed" : slownessOf(lead),
    mechanisms: [
      // Of clear text nothing is called delayed: there is no handshake.
      delayed ? (what === "sni" ? "tls.delay.sni" : "tls.delay") : THROTTLES[what],
    ],
    ...(direction === undefined || delayed ? {} : { direction }),
    ...(delayed ? {} : rateOf(lead)),
    confidence: lead.word === "slow-by-pairs" || speakingOf(lead) >= 2 * LEAST_FLOWS ? 0.98 : 0.95,
    evidence: [describeSlow(lead), ...betBeside(lead, what), ...common.evidence],
  };
}

/** What decided, where flows that share a rate are told of first. */
function betBeside(lead: Compared, what: Suspect): string[] {
  // At the target's own address judge-by-address.ts names the bet by size.
  const isNamed = what === "address" && lead.isByBehind === true;
  const isBeside = lead.word === "slow-by-pairs" && lead.heldRate !== undefined && !isNamed;
  return isBeside ? [describeSlow({ ...lead, heldRate: undefined })] : [];
}

/** Of flows that are held to a rate only those that show it speak. */
function speakingOf({ word, heldRate, targets }: Compared): number {
  return word === "slow-by-rate" ? (heldRate?.flows ?? 0) : targets.length;
}

/** One direction is named only where the other was looked at and is not slow. */
function directionOf(lead: Compared, all: readonly Compared[]): TransferDirection | undefined {
  const other = all.find(({ direction }) => direction !== lead.direction);
  return other && other.pairs >= SIDE_PAIRS ? lead.direction : undefined;
}

/**
 * What exceeds a policer's rate is lost, what exceeds a shaper's waits: a flow that lost a noticeable share without its
 * round trips growing was policed, however evenly it got along.
 */
function slownessOf(compared: Compared): Slowness {
  const { heldRate, targets, direction } = compared;
  if (!heldRate || isStarved(compared)) return "undecided";
  if (heldRate.kind === "saw-tooth") return "policed";
  const limited = targets.filter(({ rateLimit }) => rateLimit !== undefined);
  const waited = limited.filter(
    ({ observation: { rttUs, rttMaxUs } }) =>
      rttUs !== undefined && rttMaxUs !== undefined && rttMaxUs > 2 * rttUs + LEAST_WAIT_US,
  );
  if (direction === "up" && waited.length * 2 > limited.length) return "shaped";
  return isLosing({ targets, direction }) ? "policed" : "shaped";
}

/** Most limited flows lost or reordered a noticeable share of their segments; false where the kernel does not say. */
export function isLosing({ targets, direction }: Pick<Compared, "targets" | "direction">): boolean {
  const limited = targets.filter(({ rateLimit }) => rateLimit !== undefined);
  const lost = limited.filter(({ observation: { retransmits, outOfOrder, bytes = 0 } }) => {
    const seen = direction === "up" ? retransmits : outOfOrder;
    return seen !== undefined && seen >= LEAST_LOST_SHARE * (bytes / SEGMENT_BYTES);
  });
  return lost.length * 2 > limited.length;
}

/**
 * Held evenly, while packets were lost, and with no bucket to be seen, or a small one: a queue that overflowed, at whose rate they
 * moved, or a bucket that kept them below its rate. Packets tell which. It did so in either of two cases.
 * A window grows to what bucket and rate let by in a round trip, and falls to .7 of that (CUBIC, RFC 9438): below .43 of a round
 * trip's bytes the bucket is never emptied for long. And a small window ends in time-outs: in a round trip and the
 * least time-out the bucket fills, and what the rate would have let by then is lost.
 */
function isStarved({ heldRate, targets, direction }: Compared): boolean {
  if (!heldRate || heldRate.kind === "saw-tooth" || !isLosing({ targets, direction })) return false;
  const rtts = targets.flatMap(({ rateLimit, observation: { rttUs } }) =>
    rateLimit && rttUs ? [rttUs] : [],
  );
  if (rtts.length === 0) return false;
  const bytesPerUs = heldRate.rateBps / 8e6;
  const windowBytes = bytesPerUs * median(rtts);
  if (windowBytes > FEW_SEGMENTS * SEGMENT_BYTES && heldRate.burstBytes < STARVED_SHARE * windowBytes)
    return true;
  const pauseBytes = bytesPerUs * (median(rtts) + LEAST_TIMEOUT_US);
  return (
    windowBytes <= TIMED_OUT_SEGMENTS * SEGMENT_BYTES &&
    Math.max(heldRate.burstBytes, SMALLEST_BUCKET_BYTES) < OUTLASTED_SHARE * pauseBytes
  );
}

const STARVED_SHARE = 0.43;
/** Windows of so few end in time-outs, and may fill any bucket. */
const FEW_SEGMENTS = 4;
/** Linux's least; RFC 6298 asks for a second. */
const LEAST_TIMEOUT_US = 200_000;
/** At a loss of a fifth, as behind small buckets, windows up to this still end in time-outs. */
const TIMED_OUT_SEGMENTS = 12;
/** What flows show of a bucket reads low: none of a smaller one would let a window of four packets pass. */
const SMALLEST_BUCKET_BYTES = 6000;
/** Tuned on drawn policers with 6 kB: up to 199 kbit/s flows moved at most 3 % below the rate (7.7 kB a pause), from 279 on 9 to 87 %. */
const OUTLASTED_SHARE = 0.75;
const SEGMENT_BYTES = 1448;
/** Of segments lost or out of order. Policed downloads of the laboratory, at 146 kbit/s and 100 ms, had 0.2 and more. */
const LEAST_LOST_SHARE = 0.06;
/** A queue of a shaper holds far more than this; acknowledgements that wait (40 ms) less. */
const LEAST_WAIT_US = 100_000;

/** An IP packet carries 1448 bytes of payload in 1500: what a box counts. */
export const PACKET_OVERHEAD = 1500 / 1448;

/**
 * Of the rates of flows that stop and go: what a bucket of some packets lets by of each depends on its losses, and is no rate of the
 * box then. Laboratory: 317 kbit/s, spread 1.2, of a policer at 1,440 kbit/s; right ones spread 1.1 and less.
 */
const MOST_RAGGED_SPREAD = 1.12;

export function rateOf(
  compared: Compared,
): Pick<PairJudgement, "heldBps" | "heldBurstBytes" | "rateBps" | "rateLowBps" | "rateHighBps"> {
  if (!compared.heldRate) return {};
  const { kind, rateBps, lowBps, highBps, burstBytes } = compared.heldRate;
  if (kind === "ragged" && highBps > MOST_RAGGED_SPREAD * lowBps) return {};
  const held = { heldBps: rateBps * PACKET_OVERHEAD, heldBurstBytes: burstBytes };
  if (isStarved(compared)) return held;
  return {
    ...held,
    rateBps: rateBps * PACKET_OVERHEAD,
    rateLowBps: lowBps * PACKET_OVERHEAD,
    rateHighBps: highBps * PACKET_OVERHEAD,
  };
}

export function speedsOf({
  targetBps,
  controlBps,
}: Compared): Pick<PairJudgement, "targetBps" | "controlBps"> {
  return {
    ...(targetBps === undefined ? {} : { targetBps }),
    ...(controlBps === undefined ? {} : { controlBps }),
  };
}
