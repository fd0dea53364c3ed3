/**
 * The rate behind a small bucket, out of all captured flows of the target together. Such a bucket keeps flows below
 * its rate: what they moved at, and the best fit to one of them, are then not the box's. A rate that the packets of all rule out
 * is withdrawn; where they leave little, theirs is taken, of a shaper's only then. Whether something is throttled, and how, stays as it was told.
 */
import { formatRate } from "../../base/units.ts";
import type { Transfer } from "../../transfer/transfer.ts";
import { fitLikeBuckets, type LikeBuckets } from "../slowness/like-buckets.ts";
import { type PairJudgement, withoutRate } from "./pair-judgement.ts";
import { LEAST_FLOWS } from "./thresholds.ts";

/** What flows moved at includes what the bucket held at first. */
const LEAST_OF_MOVED = 0.9;
/** Of what controls reached, slow start included: a rate beyond is not looked for, and an interval that ends there is open. */
const MOST_OF_CONTROL = 1.2;
/** Without controls: flows of a tenth of the rate were not seen behind the smallest buckets. */
const MOST_OF_MOVED = 20;
/**
 * Gaps, and the shares of gaps and packets that the fit may leave. Tuned on 65 drawn cases of the laboratory: narrow intervals that
 * missed the box's rate left 14 % of the gaps and more, those that held it 10 % and less, but for shapers with 14 and 16 %.
 */
const LEAST_GAPS = 10;
const MOST_STRAY_GAPS = 0.1;
const MOST_STRAY_PACKETS = 0.01;
/** A rate in the middle of such an interval is at most 6 % off. */
const NARROW_INTERVAL = 1.12;
/** A rate so far outside is ruled out; fits to single flows lie within that of the truth where they are right. */
const OUTSIDE = 1.03;

/** `isTimeUp`: what could not be looked at by then changes nothing. */
export function withLikeBuckets(
  judgement: PairJudgement,
  transfers: readonly Transfer[],
  isTimeUp?: () => boolean,
): PairJudgement {
  const { slowness, heldBps, targetBps, controlBps, rateBps } = judgement;
  const movedBps = heldBps ?? targetBps;
  const isShaped = slowness === "shaped";
  if ((slowness !== "policed" && !isShaped) || movedBps === undefined || transfers.length < LEAST_FLOWS)
    return judgement;
  const mostBps = controlBps === undefined ? MOST_OF_MOVED * movedBps : MOST_OF_CONTROL * controlBps;
  const fit = fitLikeBuckets(transfers, LEAST_OF_MOVED * movedBps, mostBps, isTimeUp);
  if (!fit || !isGood(fit)) return judgement;
  const { rateLowBps, rateHighBps } = fit;
  const isNarrow = !fit.isOpenAbove && rateHighBps <= NARROW_INTERVAL * rateLowBps;
  const isRuledOut =
    rateBps !== undefined &&
    (rateBps * OUTSIDE < rateLowBps || (!fit.isOpenAbove && rateBps > rateHighBps * OUTSIDE));
  // Two exact ways that exclude each other: something that both suppose is not so.
  const isTold = isNarrow && !judgement.isRateAgreed;
  // Packets leave a shaper's queue as its bucket alone lets them: a rate that flows stalled below is mended, no other touched.
  if (isShaped ? !isTold || !isRuledOut : !isTold && !isRuledOut) return judgement;
  const stray = Math.round(fit.strayGaps * fit.gaps);
  const evidence = [
    ...judgement.evidence,
    `${transfers.length} captured flows behind buckets alike, full at first: ${formatRate(rateLowBps)} ${fit.isOpenAbove ? "and more" : `to ${formatRate(rateHighBps)}`} ` +
      `agrees with what arrived and with ${fit.gaps - stray} of ${fit.gaps} runs of losses`,
  ];
  const rest = { ...withoutRate(judgement), evidence };
  if (!isTold) return rest;
  return { ...rest, rateBps: fit.rateBps, rateLowBps, rateHighBps, burstBytes: fit.burstBytes };
}

function isGood({ gaps, strayGaps, strayPackets }: LikeBuckets): boolean {
  return gaps >= LEAST_GAPS && strayGaps <= MOST_STRAY_GAPS && strayPackets <= MOST_STRAY_PACKETS;
}
