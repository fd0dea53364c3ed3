/**
 * What the flows of one comparison and direction say together: target against control, pair by pair.
 *
 * Slower: the target's speed is below half of its control's. Under the hypothesis that the name does not matter the two of
 * a pair are exchangeable (their order is drawn), so that this happens in at most half of the pairs whatever happened
 * before; stats/sign-betting.ts is valid whenever one stops. The reverse bet is on "not slower". How far they are apart is a bet of
 * its own (stats/size-betting.ts).
 */

import type { Comparison, Observation, TransferDirection } from "../../observation/observation.ts";
import { median } from "../../stats/quantile.ts";
import { signCapital } from "../../stats/sign-betting.ts";
import { sizeCapital } from "../../stats/size-betting.ts";
import { areHeldDeep } from "./deep-bucket.ts";
import { answerBytesOf, type Flow, flowOf, LEAST_OBJECT_BYTES, wentWell } from "./flow.ts";
import { SAME_POINT_FACTOR } from "./freeze.ts";
import {
  controlsAsLarge,
  EQUAL_RATE_FACTOR,
  type HeldRate,
  heldRateOf,
  isHeldAlike,
  isMostlyHeld,
} from "./held-rate.ts";
import { alphaOfLine, lineCapital } from "./line-apart.ts";
import { haveOutlasted } from "./outlasted.ts";
import { type Pace, paceOf } from "./pace.ts";
import { type QuietLine, quietLine } from "./quiet-line.ts";
import { isAlone, taintOf } from "./taint.ts";
import {
  BEHIND_ALPHA,
  BEHIND_FACTOR,
  CONTROLS_WITH_ODD_ONE,
  DELAYED_FACTOR,
  FASTER_FACTOR,
  LEAST_ALIKE,
  LEAST_DELAY_US,
  LEAST_FLOWS,
  LEAST_PAIRS,
  LEAST_RAGGED,
  OK_ALPHA,
  POSSIBLE_BURST_BYTES,
  SLOWER_FACTOR,
  THROTTLED_ALPHA,
} from "./thresholds.ts";
import { isWitnessed } from "./witness.ts";

export interface Compared {
  readonly comparison: Comparison;
  readonly direction: TransferDirection;
  readonly targets: readonly Flow[];
  /** Of pairs: drawn to go first or second. */
  readonly controls: readonly Flow[];
  /** At the control alone: before anything, and as witnesses of the line meanwhile. */
  readonly looks: readonly Flow[];
  /** Whole pairs whose speeds, or handshakes, are both known. */
  readonly pairs: number;
  readonly slower: number;
  /** The target's speed is below its control's at all. */
  readonly behind: number;
  readonly delayed: number;
  /** Of these: that came to an end. */
  readonly late: number;
  readonly targetBps: number | undefined;
  readonly controlBps: number | undefined;
  /** Past slow start, as a rate is that a flow is held to; of controls that moved as much as flows that are held, where there are. */
  readonly controlSteadyBps: number | undefined;
  readonly pace: Pace;
  readonly quiet: QuietLine;
  readonly targetHandshakeUs: number | undefined;
  readonly controlHandshakeUs: number | undefined;
  readonly heldRate: HeldRate | undefined;
  /** The controls are held to a rate of their own: what is slow is slow for everything, when it is the same. */
  readonly controlHeldRate: HeldRate | undefined;
  readonly isBurstExhausted: boolean;
  /** Another name gets a page there that is too short to tell a speed. */
  readonly isControlShort: boolean;
  /** The target gives small objects: how fast one follows another tells of round trips, not of the line. */
  readonly isSmall: boolean;
  readonly word: CompareWord;
  /** Of the bet by size: so much speaks for the target being behind rather than for names that make no difference. */
  readonly aheadCapital: number;
  /** The capital of the bet that decided, where one did. */
  readonly capital?: number;
  /** What its reciprocal had to reach. */
  readonly alpha?: number;
  /** That bet was on how far it is behind, not on being slower than half. */
  readonly isByBehind?: boolean;
  readonly frozenAfterBytes?: readonly number[];
  readonly broken?: Flow["broken"];
}

export type CompareWord =
  | "slow-by-rate" // the saw tooth, or a straight line, in each of three flows; or in those of the target alone, pair by pair
  | "slow-by-pairs"
  | "delayed"
  | "frozen"
  | "broken" // targets fail, controls do not
  | "alike"
  | "tainted" // the control turned slow after the target's name had been sent there
  | "maybe-tainted" // or it only shares the line with other flows: a look at it alone would tell
  | "control-fails"
  | "open"; // nothing is decided yet

export function compareFlows(
  observations: readonly Observation[],
  comparison: Comparison,
  direction: TransferDirection,
  protocol: "https" | "http" = "https",
): Compared {
  const ours = observations.filter(
    (one) =>
      one.comparison === comparison &&
      (one.direction ?? "down") === direction &&
      (one.protocol ?? "https") === protocol,
  );
  const others = ours.filter(({ role }) => role === "control").map(flowOf);
  const targets = targetsOf(ours, comparison === "site" ? observations : []).map(flowOf);
  const looks = others.filter(({ observation }) => observation.pair === undefined);
  const pairs = targets.flatMap((target) => {
    const control = others.find(({ observation }) => observation.pair === target.observation.pair);
    return control ? [{ target, ...asLargeAs(target, control) }] : [];
  });
  const unpaired = others.filter(
    ({ observation }) =>
      observation.pair !== undefined && !pairs.some(({ control }) => control.observation === observation),
  );
  const controls = [...pairs.map(({ control }) => control), ...unpaired];
  // The same is asked of both: what crept through its handshake counts as slow on either side.
  const timed = pairs.filter(
    ({ target, control, isShort }) =>
      isTimed(target) &&
      isTimed(control) &&
      !isShort &&
      // Another server's large object is no measure of how fast small ones follow one another.
      !(comparison === "site" && target.isSmall),
  );
  const short = pairs.filter(({ control, isShort }) => isShort && isTimed(control));
  const slower = timed.filter(
    ({ target, control }) => (target.speedBps ?? 0) * SLOWER_FACTOR < (control.speedBps ?? 0),
  ).length;
  const behind = timed.filter(
    ({ target, control }) => (target.speedBps ?? 0) < (control.speedBps ?? 0),
  ).length;
  const shaken = pairs.filter(({ control }) => control.isOpen);
  const delayed = shaken.filter(({ target, control }) => isDelayed(target, control));
  const alone = looks.filter((flow) => isAlone(flow, observations));
  const common = {
    ...{ comparison, direction, targets, controls, looks, pairs: timed.length, slower, behind },
    ...{ delayed: delayed.length, late: delayed.filter(({ target }) => target.isOpen).length },
    targetBps: medianOf(targets.map(({ speedBps }) => speedBps)),
    controlBps: medianOf(controls.map(({ speedBps }) => speedBps)),
    controlSteadyBps: medianOf(controlsAsLarge(controls, targets).map(({ steadyBps }) => steadyBps)),
    pace: paceOf(timed),
    quiet: quietLine(targets, alone, observations),
    targetHandshakeUs: medianOf(targets.map(({ handshakeUs }) => handshakeUs)),
    controlHandshakeUs: medianOf(
      controls.map(({ isOpen, handshakeUs }) => (isOpen ? handshakeUs : undefined)),
    ),
    heldRate: heldRateOf(targets),
    controlHeldRate: heldRateOf(controls),
    isSmall: targets.filter(({ isSmall }) => isSmall).length * 2 > targets.length,
    isControlShort: timed.length === 0 && short.length >= LEAST_FLOWS,
    isBurstExhausted: isBurstExhausted(timed),
    aheadCapital: sizeCapital(timed.map(({ target, control }) => logRatio(control, target))),
  };
  return { ...common, ...decide(common, shaken.length, alone) };
}

/**
 * To its own address a target's flow is the same whatever it is held against: of pairs with other sites that have none, the one of
 * that number beside another name (`all`).
 */
function targetsOf(ours: readonly Observation[], all: readonly Observation[]): readonly Observation[] {
  const pairsOf = (role: Observation["role"]): ReadonlySet<number | undefined> =>
    new Set(ours.filter((one) => one.role === role).map(({ pair }) => pair));
  const [held, answered] = [pairsOf("target"), pairsOf("control")];
  const shared = all.filter(
    ({ comparison, role, pair, direction = "down", protocol = "https" }) =>
      comparison === "same-address" &&
      role === "target" &&
      direction === "down" &&
      protocol === "https" &&
      answered.has(pair) &&
      !held.has(pair),
  );
  return [...ours.filter(({ role }) => role === "target"), ...shared];
}

/** Both arms of most pairs moved more than what a bucket may let by: of those that were late, or broke, less is asked. */
function isBurstExhausted(timed: readonly { readonly target: Flow; readonly control: Flow }[]): boolean {
  const exhausted = timed.filter(({ target, control }) =>
    [target, control].every(({ observation }) => (observation.bytes ?? 0) > POSSIBLE_BURST_BYTES),
  );
  return exhausted.length * 2 > timed.length;
}

/**
 * A server that answers another name with a short page of its own, however often it is asked for, says nothing of speed by it: its
 * control is left without one. One answer that crept, and was ended for it, is no short page.
 */
function asLargeAs(target: Flow, control: Flow): { readonly control: Flow; readonly isShort: boolean } {
  const { comparison, answers = 1 } = control.observation;
  const least = Math.min(LEAST_OBJECT_BYTES, answerBytesOf(target) / 2);
  const isCreeping = answers === 1 && (control.isLong || control.rateLimit !== undefined);
  const isShort =
    comparison === "same-address" && control.isOpen && !isCreeping && answerBytesOf(control) < least;
  const withoutSpeed = { speedBps: undefined, steadyBps: undefined, rateLimit: undefined };
  return { control: isShort ? { ...control, ...withoutSpeed } : control, isShort };
}

/** Two that both moved nothing are as fast. */
function logRatio({ speedBps: above = 0 }: Flow, { speedBps: below = 0 }: Flow): number {
  return above === below ? 0 : Math.log(above / below);
}

type Decided = "word" | "capital" | "alpha" | "isByBehind" | "frozenAfterBytes" | "broken";
type Common = Omit<Compared, Decided>;

function decide(seen: Common, shaken: number, looks: readonly Flow[]): Pick<Compared, Decided> {
  const { targets, controls, pairs, slower, delayed, heldRate, controlBps, aheadCapital } = seen;
  const { controlSteadyBps = controlBps } = seen;
  const openControls = controls.filter(wentWell);
  const witnesses = [...openControls, ...seen.looks.filter(wentWell)];
  if (controls.length >= LEAST_FLOWS && openControls.length * 2 < controls.length)
    return { word: "control-fails" };
  const taint = taintOf(seen, looks);
  if (taint) return { word: taint };
  const frozen = targets.flatMap((flow) =>
    flow.freeze && isWitnessed(flow, witnesses) ? [flow.freeze.afterBytes] : [],
  );
  if (
    frozen.length >= LEAST_FLOWS &&
    frozen.length * 2 > targets.length &&
    openControls.length >= LEAST_FLOWS &&
    Math.max(...frozen) <= SAME_POINT_FACTOR * Math.min(...frozen)
  )
    return { word: "frozen", frozenAfterBytes: frozen };
  const broken = sameBreak(targets);
  const isSeenApart = targets.filter((flow) => isWitnessed(flow, witnesses)).length >= LEAST_ALIKE;
  if (broken && isSeenApart && openControls.length >= LEAST_ALIKE) return { word: "broken", broken };
  if (delayed >= LEAST_ALIKE) {
    const delayCapital = signCapital(delayed, shaken - delayed);
    const isApart = delayed === shaken && isSeenApart && areHandshakesApart(seen);
    // Late is what comes: handshakes that never end are a block's.
    if (seen.late >= LEAST_FLOWS && (isApart || delayCapital >= 1 / THROTTLED_ALPHA))
      return { word: "delayed", capital: delayCapital };
  }
  const capital = signCapital(slower, pairs - slower);
  const isBehind = aheadCapital >= 1 / OK_ALPHA;
  // Behind again and again, though not by half, nor by much: a limit not far below what slow start reaches looks like that.
  const isHardlyAlike = isBehind || signCapital(seen.behind, pairs - seen.behind) >= 1 / OK_ALPHA;
  const besideHeld = controlsAsLarge(openControls, targets);
  const areComparable = (): boolean =>
    seen.comparison === "control-server" || haveOutlasted(openControls, targets);
  const areWitnessed = (): boolean =>
    targets.filter((flow) => flow.rateLimit && isWitnessed(flow, witnesses)).length >= LEAST_FLOWS;
  // Where others ended too soon to show it, or to be compared with it, the pairs must speak as well.
  const isToldByHeld = (held: HeldRate): boolean =>
    isMostlyHeld(held, targets) &&
    ((held.flows * 2 > targets.length && besideHeld.length === openControls.length) || isBehind);
  const isDeep = isBehind && heldRate !== undefined && areHeldDeep(heldRate, targets, controls);
  if (
    heldRate &&
    (isDeep || isToldByHeld(heldRate)) &&
    openControls.length >= LEAST_FLOWS &&
    areComparable() &&
    areFaster(besideHeld, isDeep ? [] : targets, heldRate, isDeep || capital >= 1 / OK_ALPHA) &&
    areWitnessed() &&
    (isDeep || heldRate.kind !== "ragged" || (slower === pairs && pairs >= LEAST_RAGGED))
  )
    return { word: "slow-by-rate" };
  // With a bucket that deep nearly every usual flow is excused from showing the rate: the bet carries it. It needs no witnesses:
  // what hits a line hits whichever arm was drawn.
  const isApart = (seen.targetBps ?? 0) * BEHIND_FACTOR <= (controlBps ?? 0);
  const mostBurstBytes = heldRate?.isOneDepth
    ? Math.max(POSSIBLE_BURST_BYTES, heldRate.burstBytes)
    : POSSIBLE_BURST_BYTES;
  const ofLine =
    isMostlyHeld(heldRate, targets, mostBurstBytes) && areComparable()
      ? lineCapital(aheadCapital, heldRate, { controls: openControls, controlBps: controlSteadyBps })
      : undefined;
  if (heldRate && ofLine !== undefined && (isApart || heldRate.flows >= LEAST_ALIKE))
    return { word: "slow-by-rate", capital: ofLine, alpha: alphaOfLine(heldRate)! };
  if (pairs >= LEAST_PAIRS && capital >= 1 / THROTTLED_ALPHA)
    return { word: "slow-by-pairs", capital, alpha: THROTTLED_ALPHA };
  if (pairs >= LEAST_PAIRS && aheadCapital >= 1 / BEHIND_ALPHA && isApart)
    return { word: "slow-by-pairs", capital: aheadCapital, alpha: BEHIND_ALPHA, isByBehind: true };
  // Fewer pairs could not speak against it.
  if (!isHardlyAlike && isHeldAlike(seen, pairs < LEAST_RAGGED ? EQUAL_RATE_FACTOR : undefined))
    return { word: "alike" };
  const okCapital = signCapital(pairs - slower, slower);
  if (pairs >= LEAST_PAIRS && okCapital >= 1 / OK_ALPHA && !heldRate && !isHardlyAlike)
    return { word: "alike", capital: okCapital };
  return { word: "open" };
}

/**
 * Every control is FASTER_FACTOR times as fast as the rate past slow start, as the rate itself is told, and twice as fast as the
 * flows that show it (`targets`) over all of its bytes: after a deep bucket, or a bad moment of the line, only one of the two may be. A
 * loss or two make one control of many slow for a while; `canSpareOne`: the pairs speak then, too.
 */
function areFaster(
  controls: readonly Flow[],
  targets: readonly Flow[],
  { rateBps }: HeldRate,
  canSpareOne: boolean,
): boolean {
  const heldBps = medianOf(targets.map(({ rateLimit, speedBps }) => (rateLimit ? speedBps : undefined))) ?? 0;
  const timed = controls.filter(({ speedBps }) => speedBps !== undefined);
  const slow = timed.filter(({ speedBps = 0, steadyBps = speedBps, rateLimit }) => {
    const least = Math.min(steadyBps, rateLimit?.rateBps ?? steadyBps);
    return least < FASTER_FACTOR * rateBps || speedBps < SLOWER_FACTOR * heldBps;
  });
  const spared = canSpareOne && timed.length >= CONTROLS_WITH_ODD_ONE ? 1 : 0;
  return timed.length >= LEAST_FLOWS && slow.length <= spared;
}

/** Every handshake under the target's name took longer than any under the other. */
function areHandshakesApart({ targets, controls }: Pick<Compared, "targets" | "controls">): boolean {
  const times = (flows: readonly Flow[]): number[] => flows.flatMap(({ handshakeUs }) => handshakeUs ?? []);
  return Math.min(...times(targets)) > Math.max(...times(controls.filter(({ isOpen }) => isOpen)));
}

/** Something moved after the handshake, or the handshake itself moved slowly: not broken off, not frozen. */
function isTimed({ isConnected, isRefused, broken, freeze }: Flow): boolean {
  return isConnected && !isRefused && broken === undefined && freeze === undefined;
}

function isDelayed(target: Flow, control: Flow): boolean {
  return (
    target.isConnected &&
    target.broken !== "reset" &&
    target.broken !== "eof" &&
    target.handshakeUs !== undefined &&
    target.handshakeUs >= LEAST_DELAY_US &&
    target.handshakeUs >= DELAYED_FACTOR * (control.handshakeUs ?? Number.POSITIVE_INFINITY) &&
    // Bytes that trickle in during the handshake are a rate, not a delay.
    (target.isOpen || target.rateLimit === undefined)
  );
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? median(known) : undefined;
}

/** No target got through, and all ended in the same way: which. */
function sameBreak(targets: readonly Flow[]): Flow["broken"] {
  const ends = targets.flatMap(({ broken, freeze }) => broken ?? (freeze ? "timeout" : []));
  if (ends.length < targets.length || ends.length < LEAST_FLOWS) return undefined;
  // A certificate that is not trusted is nobody's block: unusable-speeds.ts says what it is.
  return ends[0] !== "certificate" && ends.every((end) => end === ends[0]) ? ends[0] : undefined;
}
