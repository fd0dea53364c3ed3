/** Judges without a server of ours: docs/method.md, "Pairs", (a). */
import { THROTTLED_BAYES_FACTOR } from "../speed-pair.ts";
import type { Compared } from "./compare-flows.ts";
import { SAME_POINT_FACTOR } from "./freeze.ts";
import { areHelloesHeld, describeHeldHelloes } from "./held-hello.ts";
import type { PairPlan } from "./judge-pairs.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { describeBet, describeEachLimited, describeFactor } from "./pair-sentences.ts";
import { insufficient, okJudgement, open } from "./plain-judgements.ts";
import { isSideOpen, isSlowBeside, routeJudgement } from "./side-comparison.ts";
import { isHeldToRate, isSlow, PACKET_OVERHEAD, SIDE_PAIRS, slowJudgement } from "./slow-judgement.ts";
import { BEHIND_ALPHA, LEAST_ALIKE, LEAST_FLOWS, LEAST_PAIRS } from "./thresholds.ts";
import {
  bayesFactorOf,
  betOf,
  moreToShowRate,
  moreToWeigh,
  speedWithoutLimit,
  withBet,
} from "./unpaired-weight.ts";
import {
  spoiledJudgement,
  UNREACHED_CONFIDENCE,
  unreachedJudgement,
  untrustedJudgement,
} from "./unusable-speeds.ts";
import { isOdd, want, wantOfLead } from "./wanted-pairs.ts";
import { wholePairs } from "./whole-pairs.ts";

export const UNPAIRED_CONFIDENCE = 0.8;

export function judgeByAddress(seen: Compared, site: Compared, plan: PairPlan): PairJudgement {
  const own = withBet(seen);
  const unreached = unreachedJudgement(own, site);
  if (unreached) return unreached;
  const spoiled = spoiledJudgement(own) ?? untrustedJudgement([own, site]);
  if (spoiled) return spoiled;
  // A server that answers to no other name leaves the named sites to compare with.
  const isUnlike = own.word === "control-fails" || (own.word === "open" && own.isControlShort);
  const lead = isUnlike ? site : own;
  // What another name at the target's own address is spared needs no other sites.
  if (site.word === "control-fails" && !(lead === own && isSlow(own))) {
    // What is wrong with the target's own flows may be what is wrong with the controls.
    return own.targets.length < LEAST_FLOWS
      ? open([want(own, SIDE_PAIRS)], [own, site])
      : insufficient("the control sites failed as well", [own, site]);
  }
  // What a rate is held against is the slower of the address's own speed and of other sites'; a bet on pairs needs no others.
  const isToldByBet = lead === own && isBySpeed(lead) && betOf(own) !== undefined;
  if (lead === own && isBySpeed(lead) && !isToldByBet && plan.sites > 0 && site.controls.length < SIDE_PAIRS)
    return open([{ ...want(site, SIDE_PAIRS), pairs: SIDE_PAIRS }], [own, site]);
  if (isSlow(lead)) return unpairedJudgement(lead, own, site);
  if (lead === site && plan.sites === 0) {
    return insufficient(
      "the target's address answers to no other name, and no control site can be looked up",
      [own],
    );
  }
  const refused = own.targets.filter(({ isRefused }) => isRefused);
  if (refused.length >= LEAST_FLOWS && refused.length === own.targets.length) {
    // Whether it is the server that fails is told by other sites that do not.
    if (plan.sites > 0 && site.controls.length < SIDE_PAIRS)
      return open([{ ...want(site, SIDE_PAIRS), pairs: SIDE_PAIRS }], [own, site]);
    return insufficient(
      `the target answers ${refused[0]!.observation.statusCode}: name the URL of an object of 300 kB or more, or a control server`,
      [own, site],
    );
  }
  // What breaks, or is late, under one of two names at one address is told without other sites, where five pairs tell it.
  const isAlone = lead.word === "open" && isOdd(lead) && wholePairs(lead) < LEAST_ALIKE;
  const wantsSite =
    lead !== site && plan.sites > 0 && isSiteDue(own) && isSideOpen(site, lead.word !== "open") && !isAlone;
  const leads =
    lead.word === "open" ? [lead === own ? wantOfLead(lead, LEAST_PAIRS) : want(lead, LEAST_PAIRS)] : [];
  if (leads.some(({ atOnce }) => atOnce !== undefined)) return open(leads, [own, site]);
  const wanted = [...leads, ...(wantsSite ? [want(site, SIDE_PAIRS)] : [])];
  if (wanted.length > 0) return open(wanted, [own, site]);
  if (isSlow(site) || isSlowBeside(own, site)) return routeJudgement(own, site);
  return okJudgement(lead, [own, site]);
}

/** Other sites take the line from what is compared first; where not even another name was answered, only they tell whether it works. */
function isSiteDue(own: Compared): boolean {
  return wholePairs(own) >= SIDE_PAIRS || own.looks[0]?.isOpen !== true;
}

const WHAT_ELSE = "the name as the trigger is not proven: add a control server (--control ADDRESS)";

function unpairedJudgement(lead: Compared, own: Compared, site: Compared): PairJudgement {
  if (isBySpeed(lead)) return lead === own ? rateJudgement(own, site) : pacedJudgement(lead);
  if (lead !== own && !(lead.word === "frozen" && freezesUnderAnyName(own))) {
    return insufficient(
      `the target fails or is late where other sites do not: server, route or address; ${WHAT_ELSE}`,
      [lead, site],
    );
  }
  if (lead.word === "delayed" && !areHelloesHeld(lead)) {
    return insufficient(
      `its handshake is late under this name alone, and nothing shows that its hello was held on the way: server or box; ${WHAT_ELSE}`,
      [lead, site],
    );
  }
  return unpaired(lead, lead.word === "delayed" ? [describeHeldHelloes(lead)] : []);
}

/**
 * Against other sites a rate may be the server's own pacing, or what random loss on the way to it leaves (Mathis et al., CCR
 * 27(3), 1997: one rate for all flows): nothing here tells either from a box.
 */
function pacedJudgement(site: Compared): PairJudgement {
  return insufficient(
    `slow where other sites are not, and the address answers to no other name: server, route or address; ${WHAT_ELSE}`,
    [site],
  );
}

/** Needs a limit in the flows themselves, and weight: a Bayes factor of ordinary speeds, or of the bet on the pairs. */
function rateJudgement(own: Compared, site: Compared): PairJudgement {
  const factor = bayesFactorOf(own, site);
  const bet = betOf(own);
  const isHeld = isHeldToRate(own);
  const isWeighed = isHeld && factor >= THROTTLED_BAYES_FACTOR;
  if (isWeighed && (!bet || site.controls.length >= SIDE_PAIRS))
    return unpaired(own, [describeFactor(factor)]);
  if (bet) {
    const { alpha, each } = bet;
    const told = own.isByBehind ? { ...own, alpha } : own;
    return unpaired(told, [...(each ? [describeEachLimited(each)] : []), describeBet(own, alpha)]);
  }
  const because = isHeld
    ? `a Bayes factor of ${factor.toFixed(1)} is below ${THROTTLED_BAYES_FACTOR}; ${WHAT_ELSE}`
    : `slow, but not held to one rate: server, route or address; ${WHAT_ELSE}`;
  const wanted = isHeld ? moreToWeigh(own, site) : moreToShowRate(own);
  return {
    ...insufficient(because, [own, site]),
    ...ifLimited(own),
    ...{ wanted, isSettled: wanted.length === 0 },
  };
}

/** What it would be if packets showed a limit. */
function ifLimited(own: Compared): Pick<PairJudgement, "ifLimited"> {
  const isTold = isHeldToRate(own) && (own.heldRate?.flows ?? 0) >= LEAST_ALIKE;
  const movedBps = isTold ? undefined : speedWithoutLimit(own);
  if (movedBps === undefined) return {};
  const judged = unpaired(own, [describeBet(own, BEHIND_ALPHA)]);
  // What fits are held against: behind a deep bucket they moved at the rate in the second half alone.
  const isHalf = judged.heldBps === undefined && movedBps !== own.targetBps;
  return { ifLimited: { ...judged, ...(isHalf ? { heldBps: movedBps * PACKET_OVERHEAD } : {}) } };
}

/** The verdict, and what it lacks. */
function unpaired(lead: Compared, weighed: readonly string[] = []): PairJudgement {
  const judged = slowJudgement(lead, [lead], "address");
  const most = lead.comparison === "same-address" ? UNPAIRED_CONFIDENCE : UNREACHED_CONFIDENCE;
  return {
    ...judged,
    confidence: Math.min(judged.confidence ?? 0, most),
    isUnpaired: true,
    evidence: [...judged.evidence, ...weighed, WHAT_ELSE],
  };
}

function isBySpeed({ word }: Compared): boolean {
  return word === "slow-by-rate" || word === "slow-by-pairs";
}

/**
 * Flows of either name stop after as many bytes, as where a box counts what comes from an address (net4people/bbs issue 490); an
 * answer that its server does not end stops at its own.
 */
function freezesUnderAnyName({ targets, controls }: Compared): boolean {
  const stops = (flows: Compared["targets"]): number[] =>
    flows.flatMap(({ freeze }) => freeze?.afterBytes ?? []);
  const all = [...stops(targets), ...stops(controls)];
  return (
    Math.min(stops(targets).length, stops(controls).length) >= LEAST_FLOWS &&
    Math.max(...all) <= SAME_POINT_FACTOR * Math.min(...all)
  );
}
