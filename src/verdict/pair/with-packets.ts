/**
 * What the packets of the target's flows add to a judgement by pairs, flow by flow as `analyze` judges them: kind, rate and
 * bucket. Whether something is throttled stays with the pairs; where those lack nothing but the sign of a limit, fits that agree
 * are that sign.
 */
import { median } from "../../stats/quantile.ts";
import type { RateInterval, SlownessFinding } from "../slowness/finding.ts";
import { type PairJudgement, withoutRate } from "./pair-judgement.ts";
import { LEAST_ALIKE, LEAST_FLOWS } from "./thresholds.ts";

/** Packets and progress must tell of the same rate; a flow's progress reads low by its headers and pauses. */
const SAME_RATE = 0.12;
/** What a packet that is not alone in a shaper's queue waits at least: for the one before it to leave, at the rate. */
const PACKET_BYTES = 1500;
/** Along a queue flows move at its very rate, and not faster; where they stall in between, what they moved at is less exact. */
const LEAST_SHARE = { policed: 1 - SAME_RATE, shaped: 0.97 } as const;
/** A queue that overflows holds so many packets and more. */
const QUEUE_PACKETS = 10;
/** Of a fit to few packets: wider, it tells less of the rate than the flows' own do. */
const WIDEST_INTERVAL = 1.5;
/** Fits that need no other witness than each other: so narrow, so near, so many. */
const NARROW_INTERVAL = 1.12;
const AGREEING = 0.05;
const LEAST_AGREEING = LEAST_FLOWS;
/** Where they are the only sign of a limit: so many, and most of those whose packets tell anything. */
const LEAST_AS_SIGN = LEAST_ALIKE;
/** Fits so far above what flows moved at: a bucket of some packets kept them below its rate, which is not told then. */
const MOST_BELOW = 1.25;
/** A deeper one lets windows pass, and what flows move at behind it is its rate; one flow's losses, all in a row, leave that open. */
const MOST_SHALLOW_BYTES = 65_536;

interface Fit extends RateInterval {
  readonly kind: "policed" | "shaped";
  readonly finding: SlownessFinding;
}

/**
 * Only rate limits are taken over: flows that were held to one rate were policed or shaped, whatever else a short capture
 * looks like. Narrow fits of several flows that agree come first; then a fit that agrees with progress. A queue that only one
 * name meets is a shaper's, if packets waited in it as long as one takes at that rate: what delay varies by otherwise is the
 * line's, or the machine's.
 */
export function withPackets(judgement: PairJudgement, findings: readonly SlownessFinding[]): PairJudgement {
  if (judgement.ifLimited) {
    const { ifLimited } = judgement;
    const most = Math.max(
      ...(["policed", "shaped"] as const).map((kind) => agreeing(fitsOf(findings, kind), ifLimited).length),
    );
    const decided = findings.filter(({ slowness }) => slowness !== "undecided");
    const isSign = most >= LEAST_AS_SIGN && most * 2 > decided.length;
    const judged = isSign ? withPackets(ifLimited, findings) : judgement;
    return judged.isRateAgreed ? judged : judgement;
  }
  const policed = fitsOf(findings, "policed");
  const shaped = fitsOf(findings, "shaped");
  const ofBucket = agreeing(policed, judgement);
  const ofQueue = agreeing(shaped, judgement);
  if (ofBucket.length > ofQueue.length && ofBucket.length >= shaped.length)
    return { ...taken(judgement, findings, ofBucket), isRateAgreed: true };
  if (ofQueue.length > ofBucket.length && ofQueue.length >= policed.length)
    return { ...taken(judgement, findings, ofQueue), isRateAgreed: true };
  const { heldBps, rateBps, targetBps } = judgement;
  const movedBps = heldBps ?? targetBps;
  if (movedBps === undefined) return judgement;
  const isOpen = rateBps === undefined;
  // Where progress leaves it open, the little that queues of the line itself add says nothing.
  const waited = findings.filter((one) =>
    hasWaited(one, isOpen ? movedBps / QUEUE_PACKETS : movedBps, !isOpen),
  );
  const lost = findings.filter(({ slowness }) => slowness === "policed");
  const most = Math.max(waited.length, lost.length);
  // What progress leaves open takes more than one flow's packets.
  if (most === 0 || (isOpen && (most < LEAST_FLOWS || most * 2 <= findings.length))) return judgement;
  // Along a queue flows move at its rate; behind a bucket only those that empty it do.
  if (waited.length > lost.length)
    return (
      near(judgement, findings, shaped) ??
      explained(
        heldBps === undefined ? judgement : { ...judgement, rateBps: rateBps ?? heldBps },
        findings,
        waited,
        "shaped",
      )
    );
  const isShallow = (judgement.heldBurstBytes ?? 0) <= MOST_SHALLOW_BYTES;
  const isBelow =
    isOpen ||
    (isShallow &&
      policed.length >= LEAST_FLOWS &&
      median(policed.map((fit) => fit.rateBps)) > MOST_BELOW * rateBps);
  return (
    (isBelow ? undefined : near(judgement, findings, policed)) ??
    explained(isBelow ? withoutRate(judgement) : judgement, findings, lost, "policed")
  );
}

/** Fits that agree with progress, if there are any. */
function near(
  judgement: PairJudgement,
  findings: readonly SlownessFinding[],
  fits: readonly Fit[],
): PairJudgement | undefined {
  const { heldBps } = judgement;
  if (heldBps === undefined) return undefined;
  const good = fits.filter(
    (fit) =>
      fit.rateBps >= LEAST_SHARE[fit.kind] * heldBps &&
      fit.rateBps <= (1 + SAME_RATE) * heldBps &&
      fit.rateHighBps <= WIDEST_INTERVAL * fit.rateLowBps,
  );
  return good.length > 0 ? taken(judgement, findings, good) : undefined;
}

/** A queue is told by it only where packets waited in it. */
function fitsOf(findings: readonly SlownessFinding[], kind: Fit["kind"]): Fit[] {
  return findings.flatMap((finding) => {
    const rate = kind === "policed" ? finding.policer : finding.shaper;
    if (finding.slowness !== kind || !rate) return [];
    return kind === "policed" || hasWaited(finding, rate.rateBps) ? [{ ...rate, kind, finding }] : [];
  });
}

/** Narrow fits around one rate that is neither below what the flows moved at nor what the controls reach. */
function agreeing(
  fits: readonly Fit[],
  { heldBps, rateBps, targetBps = 0, controlBps }: PairJudgement,
): Fit[] {
  if (controlBps === undefined) return [];
  const narrow = fits.filter(
    (fit) =>
      fit.rateHighBps <= NARROW_INTERVAL * fit.rateLowBps &&
      fit.rateBps >= LEAST_SHARE[fit.kind] * (heldBps ?? targetBps) &&
      fit.rateBps < controlBps &&
      // What progress tells of a rate stands.
      (rateBps === undefined || fit.rateBps <= (1 + SAME_RATE) * rateBps),
  );
  if (narrow.length === 0) return [];
  const middle = median(narrow.map((fit) => fit.rateBps));
  const near = narrow.filter((fit) => Math.abs(fit.rateBps / middle - 1) <= AGREEING);
  return near.length >= LEAST_AGREEING && near.length * 2 > narrow.length ? near : [];
}

/** Whether packets waited in a queue as long as one takes at the rate; `ifUnknown`: where delay does not tell. */
function hasWaited(
  { slowness, shaper, riseUs }: SlownessFinding,
  rateBps: number,
  ifUnknown = true,
): boolean {
  if (slowness !== "shaped" && slowness !== "congested") return false;
  const waitedUs = slowness === "shaped" ? shaper?.queueUs : riseUs;
  return waitedUs === undefined ? ifUnknown : waitedUs >= (PACKET_BYTES * 8e6) / rateBps;
}

/** The rate of fits of one kind. */
function taken(
  judgement: PairJudgement,
  all: readonly SlownessFinding[],
  fits: readonly Fit[],
): PairJudgement {
  const findings = fits.map(({ finding }) => finding);
  const slowness = fits[0]!.kind;
  const bursts = findings.flatMap(({ policer }) => policer?.burstBytes ?? []);
  const rated = {
    ...judgement,
    rateBps: median(fits.map(({ rateBps }) => rateBps)),
    rateLowBps: Math.min(...fits.map(({ rateLowBps }) => rateLowBps)),
    rateHighBps: Math.max(...fits.map(({ rateHighBps }) => rateHighBps)),
    ...(bursts.length > 0 ? { burstBytes: median(bursts) } : {}),
  };
  return explained(rated, all, findings, slowness);
}

function explained(
  judgement: PairJudgement,
  all: readonly SlownessFinding[],
  leading: readonly SlownessFinding[],
  slowness: "policed" | "shaped",
): PairJudgement {
  const known = new Set(judgement.ruledOut.map(({ explanation }) => explanation));
  return {
    ...judgement,
    slowness,
    evidence: [
      ...judgement.evidence,
      `packets of ${leading.length} of ${all.length} captured flows: ${leading[0]!.evidence.join("; ")}`,
    ],
    ruledOut: [
      ...judgement.ruledOut,
      ...leading[0]!.ruledOut.filter(
        ({ explanation }) => !known.has(explanation) && explanation !== slowness,
      ),
    ],
  };
}
