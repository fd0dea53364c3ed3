/**
 * What attribution goes by: counts out of the attempts made while an event lasted, and of the time before it. No conclusion.
 */
import { binomialLowerTail } from "../../stats/binomial.ts";
import { median } from "../../stats/quantile.ts";
import type { Attempt, FailureKind } from "../attempt.ts";
import { affectedNames, affectedNetworkNames, affectedTargets, type Event, hostOf } from "../event.ts";
import { centreOf } from "../when.ts";

export interface Facts {
  readonly event: Event;
  /** Failures of affected targets from affected networks, while all of it lasted, by kind; and how many in all. */
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  readonly failed: number;
  readonly slow: number;
  readonly votes: number;
  /** Names tried at the hosting network that most affected names lie in, from affected networks. */
  readonly host: {
    readonly asn?: number;
    readonly affected: number;
    readonly sparedNames: number;
    readonly sparedPlaces: number;
  };
  /** Hosting networks of affected names. */
  readonly hosts: number;
  readonly operators: { readonly affected: number; readonly spared: number; readonly sparedVotes: number };
  /** Countries of the affected networks, and whether some network of another country is spared. */
  readonly countries: { readonly affected: number; readonly sparedElsewhere: boolean };
  /** From clients inside the hosting network: its own names, and others. */
  readonly inside: { readonly own: Reached; readonly others: Reached };
  /** Median round trips to affected names that were reached, µs. */
  readonly rtt: { readonly beforeUs?: number; readonly duringUs?: number; readonly during: number };
  /** Of those who tried the same name more than once: whether it went now and then. */
  readonly isPartial: boolean;
}

/** Counted by place: one that measures often, or by a wrong clock, is one voice. */
interface Reached {
  readonly reached: number;
  readonly tried: number;
}

const BEFORE_MS = 24 * 3_600_000;
/** Attempts of which an event with all of its targets down would let none through. */
const LEAST_VOTES = 8;
/** A share of trouble below it is no whole outage. */
const WHOLE = 0.85;
const CERTAIN = 0.01;

/** `attempts`: all, in order of time. */
export function factsOf(event: Event, attempts: readonly Attempt[]): Facts {
  const targets = affectedNames(event);
  const networks = affectedNetworkNames(event);
  const { fromMs, toMs } = spanOf(event, attempts);
  const during = attempts.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  const asn = hostOf(event);
  const isInside = (attempt: Attempt): boolean =>
    attempt.accessKind === "hosting" && attempt.asn === asn && asn !== undefined;
  const isFromAffected = ({ network }: Attempt): boolean => network === undefined || networks.has(network);
  const own = during.filter(
    (attempt) => targets.has(attempt.target) && !isInside(attempt) && isFromAffected(attempt),
  );
  const failures: Partial<Record<FailureKind, number>> = {};
  for (const { failure } of own) if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  const failed = own.filter(({ outcome }) => outcome === "failed").length;
  const slow = own.filter(({ speed, answer }) => speed === "slow" || answer === "delayed").length;
  const votes = own.filter(({ outcome }) => outcome !== "unclear").length;
  const before = attempts.filter(
    ({ timeMs, target }) => timeMs >= fromMs - BEFORE_MS && timeMs < fromMs && targets.has(target),
  );
  const duringRtts = rttsOf(own);
  const beforeRtts = rttsOf(before);
  const namesOfHost = new Set(own.flatMap(({ hostingAsn, target }) => (hostingAsn === asn ? target : [])));
  const outside = event.networks.filter((one) => one.asn !== asn || one.accessKind !== "hosting");
  const operatorsSpared = outside.filter(({ part }) => part === "spared");
  const operatorsAffected = outside.filter(({ part }) => part === "affected");
  const countries = new Set(operatorsAffected.flatMap(({ country }) => country ?? []));
  return {
    ...{ event, failures, failed, slow, votes },
    host: {
      ...(asn !== undefined && { asn }),
      affected: namesOfHost.size,
      sparedNames: event.neighbours.names,
      sparedPlaces: event.neighbours.places,
    },
    hosts: new Set(affectedTargets(event).flatMap(({ hostingAsn }) => hostingAsn ?? [])).size,
    operators: {
      affected: operatorsAffected.length,
      spared: operatorsSpared.length,
      sparedVotes: sum(operatorsSpared.map((one) => one.votes)),
    },
    countries: {
      affected: countries.size,
      sparedElsewhere: operatorsSpared.some(
        ({ country }) => country !== undefined && !countries.has(country),
      ),
    },
    inside: {
      own: reachedOf(during.filter((attempt) => isInside(attempt) && targets.has(attempt.target))),
      others: reachedOf(during.filter((attempt) => isInside(attempt) && attempt.hostingAsn !== asn)),
    },
    rtt: {
      ...(beforeRtts.length > 0 && { beforeUs: median(beforeRtts) }),
      ...(duringRtts.length > 0 && { duringUs: median(duringRtts) }),
      during: duringRtts.length,
    },
    isPartial:
      votes >= LEAST_VOTES &&
      failed > 0 &&
      binomialLowerTail(failed, votes, WHOLE) < CERTAIN &&
      slow < failed,
  };
}

function spanOf({ onset, end }: Event, attempts: readonly Attempt[]): { fromMs: number; toMs: number } {
  return { fromMs: onset.toMs, toMs: end ? centreOf(end) : (attempts.at(-1)?.timeMs ?? onset.toMs) };
}

function reachedOf(attempts: readonly Attempt[]): Reached {
  const known = attempts.filter(({ outcome }) => outcome !== "unclear");
  return { reached: placesOf(known.filter(({ outcome }) => outcome === "reached")), tried: placesOf(known) };
}

function placesOf(attempts: readonly Attempt[]): number {
  return new Set(attempts.map(({ place }) => place)).size;
}

function rttsOf(attempts: readonly Attempt[]): number[] {
  return attempts.flatMap(({ rttUs, outcome }) =>
    rttUs === undefined || outcome !== "reached" ? [] : rttUs,
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
