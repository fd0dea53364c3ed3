/** What the flows to the target's own address weigh without a server of ours, and what more of them could. */
import { median } from "../../stats/quantile.ts";
import { speedPairBayesFactor, THROTTLED_BAYES_FACTOR } from "../speed-pair.ts";
import type { Compared } from "./compare-flows.ts";
import type { Flow } from "./flow.ts";
import { AS_LARGE_SHARE } from "./held-rate.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { SIDE_PAIRS } from "./slow-judgement.ts";
import { LEAST_ALIKE, LEAST_PAIRS } from "./thresholds.ts";
import { wantOfLead, wholePairs } from "./wanted-pairs.ts";

/** Past slow start at 100 ms and 20 Mbit/s; three pairs of it are within what one target may cost. */
const MOST_SITE_BYTES = 700_000;
/** The test by pairs may have decided before enough flows were large enough to show the rate. */
const MOST_PAIRS_TO_WEIGH = LEAST_PAIRS + LEAST_ALIKE;

/**
 * Of one server's pairs, two names at one address, against the slower of its own controls and of other sites: a server may pace
 * one name's objects, and what it sends under the other is no measure of the line then. A rate is held against what controls
 * reached past slow start, as in the transfers of 3 MB that the factor is made for.
 */
export function bayesFactorOf(own: Compared, site: Compared): number {
  return factorOf(own, referenceBps(own, site), flowsOf(own));
}

/**
 * What would weigh more: other sites' flows nearly as large as those that show the rate, where theirs ended in slow start and
 * are the slower ones for it; then more flows at that rate. From five pairs on nothing is
 * asked for that would not do at the speeds seen.
 */
export function moreToWeigh(own: Compared, site: Compared): PairJudgement["wanted"] {
  // Medians of a few pairs move.
  const couldDo = (fastBps: number): boolean =>
    wholePairs(own) < LEAST_ALIKE || factorOf(own, fastBps, LEAST_ALIKE) >= THROTTLED_BAYES_FACTOR;
  const ownBps = speedOf(own, own) ?? 0;
  const isSiteSlower = referenceBps(own, site) < ownBps;
  if (isSiteSlower && couldDo(ownBps) && wholePairs(site) > 0 && wholePairs(site) < 2 * SIDE_PAIRS) {
    const { comparison, direction, controls } = site;
    const held = own.targets.filter(({ rateLimit }) => rateLimit).map(bytesOf);
    const bytes = Math.min(MOST_SITE_BYTES, Math.round(median(held)));
    const smaller = controls.filter((flow) => bytesOf(flow) < AS_LARGE_SHARE * bytes);
    if (smaller.length * 2 > controls.length)
      return [{ comparison, direction, pairs: 2 * SIDE_PAIRS, bytes }];
  }
  if (
    flowsOf(own) < LEAST_ALIKE &&
    wholePairs(own) < MOST_PAIRS_TO_WEIGH &&
    couldDo(referenceBps(own, site))
  ) {
    const more = wantOfLead(own, LEAST_ALIKE);
    return [{ ...more, pairs: Math.min(more.pairs, MOST_PAIRS_TO_WEIGH) }];
  }
  return [];
}

function factorOf(own: Compared, fastBps: number, flows: number): number {
  const slowBps = own.heldRate?.rateBps ?? own.targetBps;
  return slowBps ? speedPairBayesFactor(slowBps, fastBps, isOneAnswer(own) ? flows : 1) : 0;
}

function referenceBps(own: Compared, site: Compared): number {
  return Math.min(speedOf(own, own) ?? 0, speedOf(site, own) ?? speedOf(own, own) ?? 0);
}

function speedOf({ controlBps, controlSteadyBps }: Compared, own: Compared): number | undefined {
  return own.heldRate ? (controlSteadyBps ?? controlBps) : controlBps;
}

const bytesOf = ({ observation }: Flow): number => observation.bytes ?? 0;

/** Medians scatter less only where both names got the same from one server. */
function isOneAnswer({ targets, controls }: Compared): boolean {
  const statuses = [...targets, ...controls].flatMap(({ observation }) => observation.statusCode ?? []);
  return new Set(statuses).size <= 1;
}

/** Of the rarer side; of what is held to a rate only those that show it. */
function flowsOf({ heldRate, targets, controls }: Compared): number {
  return Math.min(
    heldRate?.flows ?? targets.length,
    controls.filter(({ speedBps }) => speedBps !== undefined).length,
  );
}
