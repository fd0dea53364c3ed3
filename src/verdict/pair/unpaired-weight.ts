/** What the flows to the target's own address weigh without a server of ours, and what more of them could. */
import { median } from "../../stats/quantile.ts";
import { POSITIVE_BAYES_FACTOR, speedPairBayesFactor, THROTTLED_BAYES_FACTOR } from "../speed-pair.ts";
import type { Compared } from "./compare-flows.ts";
import { type EachLimited, eachLimited } from "./each-limited.ts";
import { type Flow, wentWell } from "./flow.ts";
import { EQUAL_RATE_FACTOR, type HeldRate } from "./held-rate.ts";
import { alphaOfLine, areHeldToo, areManyWithin, lineCapital } from "./line-apart.ts";
import { haveOutlasted } from "./outlasted.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { isHeldToRate } from "./slow-judgement.ts";
import {
  BEHIND_ALPHA,
  BEHIND_FACTOR,
  LEAST_ALIKE,
  LEAST_FLOWS,
  LEAST_PAIRS,
  OK_ALPHA,
  SLOWER_FACTOR,
  THROTTLED_ALPHA,
} from "./thresholds.ts";
import { wantOfLead } from "./wanted-pairs.ts";
import { wholeOf, wholePairs } from "./whole-pairs.ts";

/** Of looks at another name alone: past slow start at 100 ms and 20 Mbit/s. Eight of them are within what one target may cost. */
const LOOK_BYTES = 700_000;
/** At the target's own address: the scale that the factor is told by is that of medians of five. */
const OWN_LOOKS = LEAST_ALIKE;
/** The test by pairs may have decided before enough flows were large enough to show the rate. */
const MOST_PAIRS_TO_WEIGH = LEAST_PAIRS + LEAST_ALIKE;

/**
 * Of one server's pairs, two names at one address, against the slower of its own controls and of other sites: a server may pace
 * one name's objects, and what it sends under the other is no measure of the line then. A rate is held against what controls
 * reached past slow start, as in the transfers of 3 MB that the factor is made for; with the line to themselves, where that was
 * seen, and targets show the same rate then.
 */
export function bayesFactorOf(own: Compared, site: Compared): number {
  return factorOf(own, referenceBps(own, site), Math.min(flowsOf(own), referenceFlows(own)));
}

/** What the bet has reached, and the sign of a limit beside it, where that is not one rate. */
export interface Bet {
  readonly alpha: number;
  readonly each?: EachLimited;
}

/** What has weight enough is slow without ten pairs (seven at least): the limit is seen in the flows themselves. */
export function withBet(own: Compared): Compared {
  const { word, aheadCapital, targetBps = 0, controlBps = 0 } = own;
  if (word !== "open" || targetBps * BEHIND_FACTOR > controlBps) return own;
  const bet = betOf(own);
  if (!bet) return own;
  return { ...own, word: "slow-by-pairs", capital: aheadCapital, alpha: bet.alpha, isByBehind: true };
}

/**
 * Two names that got the same from one address are exchangeable where the name makes no difference: the capital of the bet by size is
 * a Bayes factor against that very hypothesis, whatever pairs of other places scatter by (docs/decisions/0003). Beside a rate it must
 * prove the line (line-apart.ts), or stand alone; or each flow has a rate of its own. Undefined: it does not.
 */
export function betOf(own: Compared): Bet | undefined {
  const alpha = alphaOfLineBet(own);
  return alpha === undefined ? betOnEach(own) : { alpha };
}

function alphaOfLineBet(own: Compared): number | undefined {
  const { heldRate, aheadCapital } = own;
  if (!heldRate || !isHeldToRate(own) || !canBet(own, heldRate)) return undefined;
  const [controls, controlBps] = [controlsOf(own), steadyOf(own)];
  if (lineCapital(aheadCapital, heldRate, { controls, controlBps }) !== undefined)
    return alphaOfLine(heldRate);
  const isOneRate = heldRate.flows >= LEAST_ALIKE && !areHeldToo(controls, heldRate.rateBps);
  return isBetAlone(own) && isOneRate ? BEHIND_ALPHA : undefined;
}

function betOnEach(own: Compared): Bet | undefined {
  const { heldRate, aheadCapital } = own;
  if (aheadCapital < 1 / THROTTLED_ALPHA) return undefined;
  // What it is said to be held to, no control may be.
  if (heldRate && isHeldToRate(own) && areHeldToo(controlsOf(own), heldRate.rateBps)) return undefined;
  const each = eachLimited(own);
  return each && canBetOnEach(own, each) ? { alpha: THROTTLED_ALPHA, each } : undefined;
}

function canBetOnEach(own: Compared, { middleBps, flows }: EachLimited): boolean {
  return canBet(own, { rateBps: middleBps, flows });
}

/**
 * Nothing is missing but the sign of a limit: the bet stands alone, and no control is held to twice the target's speed or less, but
 * for one of eight and more. What targets moved at: over all of their bytes; or in the second half, before which a deep bucket was
 * emptied. Undefined: more is missing.
 */
export function speedWithoutLimit(own: Compared): number | undefined {
  const { targetBps = 0, controlBps = 0, targets } = own;
  if (!isBetAlone(own) || areManyWithin(controlsOf(own), SLOWER_FACTOR * targetBps)) return undefined;
  if (canBet(own, { rateBps: targetBps, flows: targets.length }, controlBps)) return targetBps;
  const steady = targets.flatMap(({ steadyBps }) => steadyBps ?? []);
  if (steady.length < LEAST_FLOWS) return undefined;
  const rateBps = median(steady);
  return canBet(own, { rateBps, flows: steady.length }) ? rateBps : undefined;
}

function isBetAlone({ aheadCapital }: Compared): boolean {
  return aheadCapital >= 1 / BEHIND_ALPHA;
}

/** Same answers, of which controls moved past where the target's flows are slow, and speeds that speak for a limit by themselves. */
function canBet(
  own: Compared,
  { rateBps, flows }: Pick<HeldRate, "rateBps" | "flows">,
  fastBps = steadyOf(own),
): boolean {
  return (
    isOneAnswer(own) &&
    // How fast small ones follow one another is the server's thinking.
    !own.isSmall &&
    haveOutlasted(controlsOf(own), wholeOf(own).targets) &&
    rateBps > 0 &&
    speedPairBayesFactor(rateBps, fastBps, Math.min(flows, timedControls(own))) >= POSITIVE_BAYES_FACTOR
  );
}

/** Of controls past slow start. */
function steadyOf({ controlBps = 0, controlSteadyBps = controlBps }: Compared): number {
  return controlSteadyBps;
}

/** Of whole pairs, those that went well. */
function controlsOf(own: Compared): readonly Flow[] {
  return wholeOf(own).controls.filter(wentWell);
}

/**
 * What would weigh more: what another name, and other sites, reach with the line to themselves, where flows side by side shared it
 * or ended in slow start; then more flows at that rate. Nothing is asked for that would not do at the best speed seen.
 */
export function moreToWeigh(own: Compared, site: Compared): PairJudgement["wanted"] {
  // Medians of a few pairs move.
  const couldDo = (fastBps: number): boolean =>
    wholePairs(own) < LEAST_ALIKE || factorOf(own, fastBps, LEAST_ALIKE) >= THROTTLED_BAYES_FACTOR;
  const unclear = [own, site].filter((one) => {
    const speed = speedOf(one, own);
    const flows = Math.min(LEAST_ALIKE, one === own ? referenceFlows(own) : LEAST_ALIKE);
    return speed !== undefined && factorOf(own, speed, flows) < THROTTLED_BAYES_FACTOR;
  });
  const isFull = wholePairs(own) >= MOST_PAIRS_TO_WEIGH;
  if (unclear.length === 0) {
    return flowsOf(own) >= LEAST_ALIKE || isFull ? [] : [morePairs(own)];
  }
  // A few more pairs like these do it sooner.
  if (isNearlyProven(own) && !isFull) return [morePairs(own)];
  if (!couldDo(Math.max(fastestOf(own), fastestOf(site)))) return [];
  if (!isRateQuiet(own)) {
    const isOver = wholePairs(own) >= MOST_PAIRS_TO_WEIGH + LEAST_FLOWS || own.quiet.targets >= LEAST_FLOWS;
    return isOver ? [] : [quietPair(own)];
  }
  return unclear
    .map((one) => ({ one, looks: one === own ? OWN_LOOKS : LEAST_FLOWS }))
    .filter(({ one: { quiet }, looks }) => quiet.largeLooks < looks && quiet.looks < 2 * looks)
    .map(({ one: { comparison, direction, quiet }, looks }) => {
      const pairs = quiet.looks + looks - quiet.largeLooks;
      return { comparison, direction, pairs, bytes: LOOK_BYTES, isAlone: true };
    });
}

/** Of what is slow, though not held to one rate: larger ones, where usual ones were too short to show it. */
export function moreToShowRate(own: Compared): PairJudgement["wanted"] {
  const more = morePairs(own);
  const isWorthIt = more.bytes !== undefined || (isNearlyProven(own) && eachLimited(own) !== undefined);
  return isWorthIt && wholePairs(own) < MOST_PAIRS_TO_WEIGH ? [more] : [];
}

/** A few more pairs like these would do. */
function isNearlyProven(own: Compared): boolean {
  const { aheadCapital, heldRate, targetBps = 0, targets, controlBps } = own;
  const areFree = heldRate === undefined || !areHeldToo(controlsOf(own), heldRate.rateBps);
  if (aheadCapital < 1 / OK_ALPHA || !areFree) return false;
  const each = eachLimited(own);
  if (each && canBetOnEach(own, each)) return true;
  // What five would say.
  if (heldRate)
    return canBet(own, { rateBps: heldRate.rateBps, flows: Math.max(heldRate.flows, LEAST_ALIKE) });
  return canBet(own, { rateBps: targetBps, flows: targets.length }, controlBps);
}

function morePairs(own: Compared): PairJudgement["wanted"][number] {
  const { isBrief: _, ...more } = wantOfLead(own, LEAST_ALIKE);
  return { ...more, pairs: Math.min(more.pairs, MOST_PAIRS_TO_WEIGH) };
}

/** One more, as large as those that show the rate, and nothing beside it. */
function quietPair(own: Compared): PairJudgement["wanted"][number] {
  const { comparison, direction, targets } = own;
  const held = targets.flatMap(({ rateLimit, observation }) => (rateLimit ? (observation.bytes ?? 0) : []));
  const bytes = held.length > 0 ? { bytes: Math.round(median(held)) } : {};
  return { comparison, direction, pairs: wholePairs(own) + 1, ...bytes, atOnce: 1, isQuiet: true };
}

/** A box holds a flow to the same rate when nothing runs beside it; what shares a line gets more then. */
function isRateQuiet({ heldRate, quiet: { rateBps } }: Compared): boolean {
  if (!heldRate || rateBps === undefined) return false;
  return Math.max(rateBps / heldRate.rateBps, heldRate.rateBps / rateBps) <= EQUAL_RATE_FACTOR;
}

/** Past slow start: of one control at its best. */
function fastestOf({ controls, looks }: Compared): number {
  return Math.max(
    0,
    ...[...controls, ...looks].map(({ steadyBps = 0, speedBps = 0 }) => Math.max(steadyBps, speedBps)),
  );
}

function factorOf(own: Compared, fastBps: number, flows: number): number {
  const slowBps = own.heldRate?.rateBps ?? own.targetBps;
  return slowBps ? speedPairBayesFactor(slowBps, fastBps, isOneAnswer(own) ? flows : 1) : 0;
}

function referenceBps(own: Compared, site: Compared): number {
  return Math.min(speedOf(own, own) ?? 0, speedOf(site, own) ?? speedOf(own, own) ?? 0);
}

/** Another name's, behind the speed that a rate is held against: looks, where those are it. */
function referenceFlows(own: Compared): number {
  const isByLooks = own.heldRate && isRateQuiet(own) && own.quiet.steadyBps !== undefined;
  return isByLooks ? own.quiet.largeLooks : Number.POSITIVE_INFINITY;
}

function speedOf({ controlBps, controlSteadyBps, quiet }: Compared, own: Compared): number | undefined {
  if (!own.heldRate) return controlBps;
  return (isRateQuiet(own) ? quiet.steadyBps : undefined) ?? controlSteadyBps ?? controlBps;
}

/** Medians scatter less only where both names got the same from one server. */
function isOneAnswer({ targets, controls }: Compared): boolean {
  const statuses = [...targets, ...controls].flatMap(({ observation }) => observation.statusCode ?? []);
  return new Set(statuses).size === 1;
}

/** Of the rarer side; of what is held to a rate only those that show it. */
function flowsOf(own: Compared): number {
  return Math.min(own.heldRate?.flows ?? own.targets.length, timedControls(own));
}

function timedControls({ controls }: Compared): number {
  return controls.filter(({ speedBps }) => speedBps !== undefined).length;
}
