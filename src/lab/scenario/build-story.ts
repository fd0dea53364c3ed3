/**
 * The story part of a checked scenario file: times made absolute, absent fields left out.
 */
import { definedFields } from "./defined-fields.ts";
import type { ScenarioFile } from "./scenario-schema.ts";
import type {
  CourtCase,
  DemandOutcome,
  OrderTemplate,
  PlannedFault,
  RoundVisit,
  Rung,
  Story,
} from "./story.ts";
import { DEMAND_OUTCOMES } from "./story.ts";

type Time = ScenarioFile["end"];
type OrderEntry = NonNullable<ScenarioFile["ladders"][number]["rungs"][number]["order"]>;
type CourtEntry = NonNullable<ScenarioFile["platforms"][number]["suit"]>;
type VisitEntry = ScenarioFile["rounds"][number]["visits"][number];

export function buildStory(file: ScenarioFile, startMs: number): Story {
  const at = (time: Time): number => ("ms" in time ? time.ms : startMs + time.afterStartMs);
  return {
    platforms: file.platforms.map(({ policy, delay, suit, name, sites }) => ({
      name,
      sites,
      policy: wholePolicy(policy),
      delayMs: delay,
      ...(suit ? { suit: courtCase(suit) } : {}),
    })),
    demands: file.demands.map(({ from, until, ...rest }) => ({
      ...rest,
      fromMs: at(from),
      untilMs: at(until),
    })),
    lawsuits: file.lawsuits.map(({ id, platforms, at: time, ...suit }) => ({
      id,
      platforms,
      atMs: at(time),
      ...courtCase(suit),
    })),
    ladders: file.ladders.map(({ platform, rungs }) => ({
      platform,
      rungs: rungs.map((rung) => rungOf(rung, at)),
    })),
    orders: file.orders.map(({ id, at: time, reason, cause, ...rest }) => ({
      ...template(rest),
      id,
      atMs: at(time),
      ...definedFields({ reason, cause }),
    })),
    rollOut: { delayMs: file.rollOut.delay, missShare: file.rollOut.missShare },
    faults: file.faults.map((fault) => faultOf(fault, at)),
    causes: file.causes,
    statements: file.statements
      .map(({ at: time, ...rest }) => ({ ...rest, atMs: at(time) }))
      .sort((a, b) => a.atMs - b.atMs),
    rounds: file.rounds
      .map(({ at: time, from, visits }) => ({
        atMs: at(time),
        ...definedFields({ from }),
        visits: visits.map(visitOf),
      }))
      .sort((a, b) => a.atMs - b.atMs),
    ...(file.afterSteps
      ? { afterSteps: { waitMs: file.afterSteps.wait, visits: file.afterSteps.visits.map(visitOf) } }
      : {}),
  };
}

function courtCase({ about, decided }: CourtEntry): CourtCase {
  return { about, ...(decided ? { decidedAfterMs: decided.after, decision: decided.decision } : {}) };
}

function rungOf(rung: ScenarioFile["ladders"][number]["rungs"][number], at: (time: Time) => number): Rung {
  const { from, after, ...counts } = rung.when;
  return {
    step: rung.step,
    when: {
      ...definedFields(counts),
      ...definedFields({ fromMs: from && at(from), afterPreviousMs: after }),
    },
    ...definedFields({
      order: rung.order && template(rung.order),
      platformPolicy: rung.policy && wholePolicy(rung.policy),
      lawsuit: rung.lawsuit && courtCase(rung.lawsuit),
    }),
  };
}

function template({ for: forMs, share, ...rest }: OrderEntry): OrderTemplate {
  const { rules, networks, lifts, kind, targets } = rest;
  return { kind, targets, share: definedFields(share), ...definedFields({ rules, networks, lifts, forMs }) };
}

function faultOf(entry: ScenarioFile["faults"][number], at: (time: Time) => number): PlannedFault {
  const { at: time, for: forMs, rate, recovery, id, kind, ...rest } = entry;
  return {
    id,
    kind,
    atMs: at(time),
    forMs,
    ...definedFields({ ...rest, rateBps: rate, recoveryMs: recovery }),
  };
}

function visitOf({ timeout, ...rest }: VisitEntry): RoundVisit {
  const { site, path, direction, bytes, at } = rest;
  return { site, path, direction, timeoutMs: timeout, ...definedFields({ bytes, at }) };
}

function wholePolicy(policy: Partial<Record<DemandOutcome, number>>): Record<DemandOutcome, number> {
  return Object.fromEntries(DEMAND_OUTCOMES.map((outcome) => [outcome, policy[outcome] ?? 0])) as Record<
    DemandOutcome,
    number
  >;
}
