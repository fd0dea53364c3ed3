/**
 * The course of an incident: the share of trouble over time, in equal bins, of the names that it was about, from the networks
 * that were affected; from some hours before it to some after. A bin without an attempt is a gap. Only networks that may be
 * told count: those seen from three places, and all of a simulation.
 */
import type { Attempt } from "./attempt.ts";
import { networkOf } from "./attempt.ts";
import { affectedNames, affectedNetworks, type Event } from "./event.ts";
import type { Incident } from "./incident.ts";
import { isTroubled, LEAST_PLACES } from "./neighbours.ts";
import { type Bin, binsOf } from "./report/picture.ts";

const LEAST_MARGIN_MS = 3 * 3_600_000;

/** `attempts`: all, in order of time, with speeds. Empty: nothing of it may be told. */
export function courseOf({ findings, onset, end }: Incident, attempts: readonly Attempt[]): Bin[] {
  const { event } = findings[0]!;
  const names = affectedNames(event);
  const networks = toldNetworks(event);
  // Of what is slow, attempts that could not show it say nothing: a prompt answer without a transfer is not a fast one.
  const isSlow = event.slow > event.troubles / 2;
  const isDelayed = event.delayed > event.slow / 2;
  const votes = attempts
    .filter(
      ({ target, network, outcome, speed, answer }) =>
        names.has(target) &&
        (network === undefined || networks.has(network)) &&
        outcome !== "unclear" &&
        (!isSlow || (isDelayed ? answer : speed) !== undefined),
    )
    .map((attempt) => ({ timeMs: attempt.timeMs, isTrouble: isTroubled(attempt) }));
  if (votes.length === 0) return [];
  const marginMs = Math.max(LEAST_MARGIN_MS, ((end?.toMs ?? onset.toMs) - onset.toMs) / 2);
  const fromMs = Math.max(votes[0]!.timeMs, (onset.fromMs ?? onset.toMs) - marginMs);
  const toMs = Math.min(votes.at(-1)!.timeMs, (end?.toMs ?? Number.POSITIVE_INFINITY) + marginMs);
  return binsOf(votes, fromMs, toMs);
}

function toldNetworks(event: Event): Set<string> {
  return new Set(
    affectedNetworks(event)
      .filter(({ places }) => event.origin === "simulated" || places >= LEAST_PLACES)
      .map(({ asn, accessKind }) => networkOf(asn, accessKind)),
  );
}
