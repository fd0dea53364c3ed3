/**
 * Judges one target by pairs of transfers. Only a control server, where both names meet the same machine, way and bytes,
 * proves that the name is the trigger; without one `throttled` needs a rate limit in the flows themselves and a Bayes
 * factor of 20, is called unpaired, and its confidence ends at 0.8. docs/method.md, "Pairs".
 */
import { counted, formatRate } from "../../base/units.ts";
import type { Comparison, Observation, TransferDirection } from "../../observation/observation.ts";
import { SLOWEST_CAP_BPS, speedPairBayesFactor, THROTTLED_BAYES_FACTOR } from "../speed-pair.ts";
import {
  type Compared,
  compareFlows,
  isHeldAlike,
  LEAST_ALIKE,
  LEAST_FLOWS,
  LEAST_PAIRS,
} from "./compare-flows.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { evidenceOf } from "./pair-sentences.ts";
import { isSlow, rateOf, SIDE_PAIRS, slowJudgement, speedsOf } from "./slow-judgement.ts";
import { isOdd, want, wholePairs } from "./wanted-pairs.ts";

/** What the course of a measurement can do. */
export interface PairPlan {
  readonly hasControlServer: boolean;
  /** How many control sites can be reached by name. */
  readonly sites: number;
  readonly directions: readonly TransferDirection[];
}

export const UNPAIRED_CONFIDENCE = 0.8;
/** Of what a single vantage point cannot tell apart: a server that is down, an address that is blocked. */
const UNREACHED_CONFIDENCE = 0.6;

export function judgePairs(observations: readonly Observation[], plan: PairPlan): PairJudgement {
  const compare = (comparison: Comparison, direction: TransferDirection = "down"): Compared =>
    compareFlows(observations, comparison, direction);
  const own = compare("same-address");
  const site = compare("site");
  if (plan.hasControlServer) {
    const down = compare("control-server");
    if (down.word !== "control-fails") {
      return judgeByServer(down, compare("control-server", "up"), own, site, plan);
    }
    const rest = judgeByAddress(own, site, plan);
    return { ...rest, evidence: [...rest.evidence, "the control server failed, too: its pairs say nothing"] };
  }
  return judgeByAddress(own, site, plan);
}

function judgeByServer(
  down: Compared,
  up: Compared,
  own: Compared,
  site: Compared,
  plan: PairPlan,
): PairJudgement {
  const spoiled = spoiledJudgement(down) ?? spoiledJudgement(up);
  if (spoiled) return spoiled;
  const wantsDown = down.word === "open";
  // One after the other: uploads that fill a thin line make downloads wait, and handshakes.
  const wantsUp = plan.directions.includes("up") && !wantsDown && isSideOpen(up);
  if (isSlow(down) || isSlow(up)) {
    const lead = isSlow(down) ? down : up;
    // A rate has two ways; what ends a connection, or delays it, has none.
    const wanted = wantsUp && lead.word.startsWith("slow-") ? [want(up, SIDE_PAIRS)] : [];
    return { ...slowJudgement(lead, [down, up], "sni"), wanted, isSettled: wanted.length === 0 };
  }
  // The target's own address is looked at beside: it may be slow while its name is not what makes it so.
  const isNext = down.pairs >= SIDE_PAIRS && !(isOdd(down) && down.pairs < LEAST_ALIKE);
  const wantsOwn = isNext && !isOwnSlow(own, down) && (isSideOpen(own) || isHardlySeen(own));
  if (wantsDown || wantsUp || wantsOwn) {
    const wanted = [
      ...(wantsDown ? [want(down, LEAST_PAIRS)] : []),
      ...(wantsOwn ? [want(own, SIDE_PAIRS)] : []),
      ...(wantsUp ? [want(up, SIDE_PAIRS)] : []),
    ];
    return open(wanted, [down, up, own]);
  }
  const unreached = unreachedJudgement(own, site, down);
  if (unreached) return unreached;
  const untrusted = spoiledJudgement(own);
  if (untrusted) return untrusted;
  if (!isWell(own) || isSlowBeside(own, down)) return routeJudgement(own, down);
  return okJudgement(down, [down, up, own]);
}

function judgeByAddress(own: Compared, site: Compared, plan: PairPlan): PairJudgement {
  const unreached = unreachedJudgement(own, site, site);
  if (unreached) return unreached;
  const spoiled = spoiledJudgement(own) ?? untrustedJudgement([own, site]);
  if (spoiled) return spoiled;
  // A server that answers to no other name leaves the named sites to compare with.
  const lead = own.word === "control-fails" ? site : own;
  if (site.word === "control-fails") {
    // What is wrong with the target's own flows may be what is wrong with the controls.
    return own.targets.length < LEAST_FLOWS
      ? open([want(own, SIDE_PAIRS)], [own, site])
      : insufficient("the control sites failed as well", [own, site]);
  }
  if (isSlow(lead)) return unpairedJudgement(lead, site);
  if (lead === site && plan.sites === 0) {
    return insufficient(
      "the target's address answers to no other name, and no control site can be looked up",
      [own],
    );
  }
  const refused = own.targets.filter(({ isRefused }) => isRefused);
  if (refused.length >= LEAST_FLOWS && refused.length === own.targets.length) {
    return insufficient(
      `the target answers ${refused[0]!.observation.statusCode}: name the URL of an object of 300 kB or more, or a control server`,
      [own, site],
    );
  }
  // What breaks, or is late, under one of two names at one address is told without more of other sites.
  const isAlone = lead.word === "open" && isOdd(lead) && wholePairs(site) >= SIDE_PAIRS;
  const wantsSite = lead !== site && plan.sites > 0 && isSideOpen(site) && !isAlone;
  const wanted = [
    ...(lead.word === "open" ? [want(lead, LEAST_PAIRS)] : []),
    ...(wantsSite ? [want(site, SIDE_PAIRS)] : []),
  ];
  if (wanted.length > 0) return open(wanted, [own, site]);
  if (isSlow(site) || isSlowBeside(own, site)) return routeJudgement(own, site);
  return okJudgement(lead, [own, site]);
}

/** A comparison beside the leading one needs three pairs that went well; more where one did not. */
function isSideOpen(side: Compared): boolean {
  if (side.word !== "open") return false;
  const done = wholePairs(side);
  return isWell(side) ? done < SIDE_PAIRS : done < LEAST_PAIRS;
}

/** An address that answers to no name fails its controls first: whether it is down takes the target's flows, too. */
function isHardlySeen({ word, targets }: Compared): boolean {
  return word === "control-fails" && targets.length < LEAST_FLOWS;
}

/** Nothing that was seen of it is against "ok"; a look at nothing is. */
function isWell({ word, targets, pairs, slower, delayed }: Compared): boolean {
  if (word === "alike") return true;
  return (
    word === "open" &&
    slower * 2 < Math.max(1, pairs) &&
    delayed === 0 &&
    targets.every(({ isOpen, isRefused, broken, freeze }) => (isOpen || isRefused) && !broken && !freeze)
  );
}

/** What makes a comparison say nothing at all. */
function spoiledJudgement(seen: Compared): PairJudgement | undefined {
  if (seen.word === "maybe-tainted") {
    const { comparison, direction } = seen;
    return open([{ comparison, direction, pairs: 1, isAlone: true }], [seen]);
  }
  if (seen.word === "tainted") {
    const because =
      "the control turned slow after the target's name had been sent to the same address (tainted): wait, or use another control server";
    return { ...insufficient(because, [seen]), isTainted: true };
  }
  return untrustedJudgement([seen]);
}

/** No flow of the target's got past its certificate. */
function untrustedJudgement(all: readonly Compared[]): PairJudgement | undefined {
  const targets = all.flatMap((one) => one.targets);
  const untrusted = targets.filter(({ broken }) => broken === "certificate");
  // One that ended before its certificate came says nothing of it.
  const isMost = untrusted.length >= LEAST_FLOWS && 2 * untrusted.length > targets.length;
  if (!isMost || targets.some(({ isOpen }) => isOpen)) return undefined;
  return insufficient(
    `the certificate is not trusted (${untrusted[0]!.observation.failure}): the clock, somebody in between, or the server itself; --insecure goes on all the same`,
    all,
  );
}

/** The target's own address is far slower than our server under either name: more pairs would not say why. */
function isOwnSlow(own: Compared, down: Compared): boolean {
  return wholePairs(own) >= SIDE_PAIRS && isSlowBeside(own, down) && isSlowBeside(asTarget(own), down);
}

/** Far slower than the controls, in the middle of what was measured. */
function isSlowBeside(own: Compared, other: Compared): boolean {
  return (
    own.targetBps !== undefined &&
    other.controlBps !== undefined &&
    own.targetBps * 2 < other.controlBps &&
    (own.heldRate !== undefined ||
      own.targetBps < SLOWEST_CAP_BPS ||
      speedPairBayesFactor(own.targetBps, other.controlBps) >= THROTTLED_BAYES_FACTOR)
  );
}

/**
 * Of one server's pairs, two names at one address, against the slower of its own controls and of other sites: a server may pace
 * one name's objects, and what it sends under the other is no measure of the line then. A rate is held against what controls
 * reached past slow start, as in the transfers of 3 MB that the factor is made for.
 */
function bayesFactorOf(own: Compared, site: Compared): number {
  const speedOf = ({ controlBps, controlSteadyBps }: Compared): number | undefined =>
    own.heldRate ? (controlSteadyBps ?? controlBps) : controlBps;
  const fastBps = Math.min(speedOf(own) ?? 0, speedOf(site) ?? speedOf(own) ?? 0);
  const slowBps = own.heldRate?.rateBps ?? own.targetBps;
  return slowBps ? speedPairBayesFactor(slowBps, fastBps, isOneAnswer(own) ? flowsOf(own) : 1) : 0;
}

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

/** Without a server of ours: docs/method.md, "Pairs", (a). */
function unpairedJudgement(lead: Compared, site: Compared): PairJudgement {
  const isOwn = lead.comparison === "same-address";
  const whatElse = "the name as the trigger is not proven: add a control server (--control ADDRESS)";
  if (lead.word === "slow-by-rate" || lead.word === "slow-by-pairs") {
    // Against other sites a rate may be the server's own pacing, or what random loss on the way to it leaves (Mathis et al.,
    // CCR 27(3), 1997: one rate for all flows): nothing here tells either from a box.
    if (!isOwn)
      return insufficient(
        `slow where other sites are not, and the address answers to no other name: server, route or address; ${whatElse}`,
        [lead, site],
      );
    const factor = bayesFactorOf(lead, site);
    const isLimited = lead.heldRate !== undefined;
    if (!isLimited || factor < THROTTLED_BAYES_FACTOR) {
      // More flows at the same rate weigh more.
      if (isLimited && flowsOf(lead) < LEAST_ALIKE) return open([want(lead, LEAST_ALIKE)], [lead, site]);
      return insufficient(
        isLimited
          ? `a Bayes factor of ${factor.toFixed(1)} is below ${THROTTLED_BAYES_FACTOR}; ${whatElse}`
          : `slow, but not held to one rate: server, route or address; ${whatElse}`,
        [lead, site],
      );
    }
  }
  const isFrozen = lead.word === "frozen";
  if (!isOwn && !isFrozen && !lead.word.startsWith("slow-")) {
    return insufficient(
      `the target fails or is late where other sites do not: server, route or address; ${whatElse}`,
      [lead, site],
    );
  }
  const judged = slowJudgement(lead, [lead], "address");
  return {
    ...judged,
    confidence: Math.min(judged.confidence ?? 0, isOwn ? UNPAIRED_CONFIDENCE : UNREACHED_CONFIDENCE),
    isUnpaired: true,
    evidence: [...judged.evidence, whatElse],
  };
}

function routeJudgement(own: Compared, other: Compared): PairJudgement {
  // A server that stalls for every name does so by itself, as far as anybody can see from here.
  if (own.word === "frozen") {
    const judged = slowJudgement(own, [own], "address");
    return {
      ...judged,
      ...{ confidence: Math.min(judged.confidence ?? 0, UNPAIRED_CONFIDENCE), isUnpaired: true },
    };
  }
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
function asTarget(own: Compared): Compared {
  return { ...own, targetBps: own.controlBps, heldRate: own.controlHeldRate };
}

/** The target's own address is never reached, or answers with an error, while controls work. */
function unreachedJudgement(own: Compared, site: Compared, other: Compared): PairJudgement | undefined {
  const targets = [...own.targets, ...site.targets];
  if (targets.length < LEAST_FLOWS) return undefined;
  const controls = [...site.controls, ...site.looks, ...other.controls, ...other.looks];
  const works = controls.some(({ isOpen }) => isOpen);
  if (!works && controls.length < LEAST_FLOWS) return undefined;
  const unconnected = targets.filter(({ isConnected }) => !isConnected);
  if (unconnected.length === targets.length) {
    if (!works)
      return insufficient("neither the target nor any control can be reached from here", [own, site]);
    const failures = [...new Set(unconnected.map(({ observation }) => observation.failure ?? "no answer"))];
    return {
      ...{ state: "down", isSettled: true, wanted: [], mechanisms: [], confidence: UNREACHED_CONFIDENCE },
      evidence: [
        `${targets.length} of ${targets.length} connections to the target's address failed (${failures.join(", ")}), whatever the name; controls were reached`,
        "or its address is blocked: only a look from another network tells the two apart",
      ],
      ruledOut: [{ explanation: "throttled", because: "no byte moved at all" }],
    };
  }
  const statuses = targets.map(({ observation }) => observation.statusCode);
  if (statuses.every((status) => status !== undefined && status >= SERVER_ERROR)) {
    return {
      ...{ state: "down", isSettled: true, wanted: [], mechanisms: [], confidence: 0.9 },
      evidence: [
        `the server answers ${[...new Set(statuses)].join(", ")} in ${statuses.length} of ${statuses.length} requests`,
      ],
      ruledOut: [{ explanation: "blocked", because: "the server's own answer came through" }],
    };
  }
  return undefined;
}

const SERVER_ERROR = 500;

function okJudgement(lead: Compared, all: readonly Compared[]): PairJudgement {
  const isHeld = isHeldAlike(lead);
  if (!isHeld && !lead.isBurstExhausted) {
    return insufficient(
      "burst not exhausted: transfers ended before a deep bucket would have been empty; ask for a larger object or more time",
      all,
    );
  }
  const { evidence, ruledOut } = evidenceOf(lead, all);
  return {
    ...{ state: "ok", isSettled: true, wanted: [], mechanisms: [], confidence: 0.95 },
    ...speedsOf(lead),
    ...(isHeld ? { slowness: lead.heldRate!.kind === "smooth" ? "shaped" : "policed", ...rateOf(lead) } : {}),
    evidence: isHeld
      ? [
          `slow for everything: controls are held to ${formatRate(lead.controlHeldRate!.rateBps)} as well`,
          ...evidence,
        ]
      : evidence,
    ruledOut,
  };
}

function insufficient(because: string, all: readonly Compared[]): PairJudgement {
  return {
    ...{ state: "insufficient", isSettled: true, wanted: [], mechanisms: [] },
    evidence: [because, ...evidenceOf(all[0]!, all).evidence],
    ruledOut: [],
  };
}

function open(wanted: PairJudgement["wanted"], all: readonly Compared[]): PairJudgement {
  const most = Math.max(...all.map(({ pairs }) => pairs));
  return {
    ...{ state: "insufficient", isSettled: false, wanted, mechanisms: [] },
    evidence: [
      most < LEAST_PAIRS
        ? `not enough measurements to say (${most} of ${LEAST_PAIRS} pairs)`
        : `${counted(most, "pair")} leave it open: not alike, and not apart, often enough`,
      ...evidenceOf(all[0]!, all).evidence,
    ],
    ruledOut: [],
  };
}
