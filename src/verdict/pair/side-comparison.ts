/** How one comparison did beside another: slow, well, or in need of more pairs. */
import { formatRate } from "../../base/units.ts";
import { SLOWEST_CAP_BPS, speedPairBayesFactor, THROTTLED_BAYES_FACTOR } from "../speed-pair.ts";
import type { Compared } from "./compare-flows.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { describeFrozen } from "./pair-sentences.ts";
import { insufficient } from "./plain-judgements.ts";
import { SIDE_PAIRS } from "./slow-judgement.ts";
import { LEAST_PAIRS } from "./thresholds.ts";
import { wholePairs } from "./whole-pairs.ts";

/** A comparison beside the leading one needs three pairs that went well; more where one did not, once the lead is decided. */
export function isSideOpen(side: Compared, isLeadDecided = true): boolean {
  if (side.word !== "open") return false;
  return wholePairs(side) < (isWell(side) || !isLeadDecided ? SIDE_PAIRS : LEAST_PAIRS);
}

/** Nothing that was seen of it is against "ok"; a look at nothing is. */
export function isWell({ word, targets, pairs, slower, delayed }: Compared): boolean {
  if (word === "alike") return true;
  return (
    word === "open" &&
    targets.length > 0 &&
    slower * 2 < Math.max(1, pairs) &&
    delayed === 0 &&
    targets.every(({ isOpen, isRefused, broken, freeze }) => (isOpen || isRefused) && !broken && !freeze)
  );
}

/** Far slower than the controls, in the middle of what was measured. */
export function isSlowBeside(own: Compared, other: Compared): boolean {
  return (
    own.targetBps !== undefined &&
    other.controlBps !== undefined &&
    own.targetBps * 2 < other.controlBps &&
    !own.isSmall &&
    (own.heldRate !== undefined ||
      own.targetBps < SLOWEST_CAP_BPS ||
      speedPairBayesFactor(own.targetBps, other.controlBps) >= THROTTLED_BAYES_FACTOR)
  );
}

export function routeJudgement(own: Compared, other: Compared): PairJudgement {
  if (own.word === "frozen")
    return insufficient(
      `the target's own address stalls, and others do not: server, route or address; ${describeFrozen(own)}`,
      [own, other],
    );
  const speed = own.targetBps === undefined ? "fails" : `reaches ${formatRate(own.targetBps)}`;
  const others = formatRate(other.controlBps ?? 0);
  const isByName =
    own.targetBps !== undefined &&
    own.slower * 2 > own.pairs &&
    isSlowBeside(own, other) &&
    !isSlowBeside(asTarget(own), other);
  if (!isByName)
    return insufficient(
      `the target's own address ${speed} whatever name is sent, and others ${others}: server, route or address`,
      [own, other],
    );
  return insufficient(
    `the target's own address ${speed} under the target's name alone, and others ${others}: server, route or address, or a bucket deeper than the flows to others (--flow-bytes asks for more)`,
    [own, other],
  );
}

/** Its controls in the place of its targets: how the address fares under another name. */
export function asTarget(own: Compared): Compared {
  return { ...own, targetBps: own.controlBps, heldRate: own.controlHeldRate };
}
