/**
 * What speaks for which answer in one event, as named evidence with its counts. Evidence that comes from the same cause is
 * in one group, and only the strongest of a group counts; strength is how far it moves the answers apart.
 */
import { formatDuration } from "../../base/units.ts";
import type { FailureKind } from "../attempt.ts";
import { LEAST_PLACES } from "../neighbours.ts";
import type { Facts } from "./facts.ts";
import type { OrderLink } from "./order-link.ts";
import type { Answer, Question } from "./questions.ts";
import { type EvidenceId, WEIGHTS } from "./weights.ts";

export const EVIDENCE_GROUPS = [
  "names",
  "users",
  "inside",
  "manner",
  "path",
  "announced",
  "time",
  "boxes",
  "rules",
] as const;
export type EvidenceGroup = (typeof EVIDENCE_GROUPS)[number];

export interface Evidence {
  readonly id: EvidenceId;
  readonly group: EvidenceGroup;
  /** For people, with its counts. */
  readonly says: string;
  /** Attempts, names or networks that it rests on; absent: it rests on no count. */
  readonly size?: number;
}

/** Names of a hosting network that must have been tried before "all of them" says anything. */
const LEAST_NAMES = 3;
const LEAST_VOTES = 3;
/** Of the failures: the way in which most of them fail. */
const MOST = 0.5;
/** Round trips that load makes longer, and that nothing made longer. */
const LONGER = 2;
const SAME = 1.3;
const LEAST_ROUND_TRIPS = 5;

const MANNERS: readonly (readonly [EvidenceId, readonly FailureKind[], string])[] = [
  ["no-answer-to-connect", ["connect-timeout"], "got no answer to their first packet"],
  ["refused-at-connect", ["connect-refused"], "were refused at connecting"],
  ["cut-after-hello", ["hello-reset"], "were cut after the hello"],
  ["silent-after-hello", ["hello-timeout"], "met silence after the hello"],
  ["answered-by-a-page", ["page"], "were answered by a page in the site's place"],
  ["stopped-after-bytes", ["stall"], "stopped in the middle of the transfer"],
  ["no-route", ["unreachable"], "were told by a router that there is no way"],
  ["server-errors", ["server-error", "no-answer"], "were connected and got no proper answer"],
  ["name-not-found", ["name"], "failed at the name's look-up"],
];

export function evidenceOf(facts: Facts, link: OrderLink | undefined): Evidence[] {
  return [
    ...namesEvidence(facts),
    ...usersEvidence(facts),
    ...insideEvidence(facts),
    ...mannerEvidence(facts),
    ...pathEvidence(facts),
    ...(link ? linkEvidence(link) : []),
  ];
}

function namesEvidence({ host, hosts, event }: Facts): Evidence[] {
  const names = event.targets.filter(({ part }) => part === "affected").length;
  const one = (id: EvidenceId, says: string, size: number): Evidence[] => [
    { id, group: "names", says, size },
  ];
  if (hosts >= 2 && host.affected < 0.8 * names)
    return one("several-hosts", `the ${names} affected names lie in ${hosts} hosting networks`, names);
  if (host.asn === undefined) return [];
  if (host.sparedPlaces >= LEAST_PLACES && host.sparedNames > 0) {
    const spared = `${host.sparedNames} other names of AS${host.asn} went as ever from the same networks (seen from ${host.sparedPlaces} places)`;
    return names === 1
      ? one("one-name-of-host", `only one name is affected; ${spared}`, host.sparedPlaces)
      : one(
          "some-names-of-host",
          `${host.affected} names of AS${host.asn} are affected; ${spared}`,
          host.sparedPlaces,
        );
  }
  if (host.affected >= LEAST_NAMES)
    return one(
      "whole-host",
      `all ${host.affected} names of AS${host.asn} that were tried are affected`,
      host.affected,
    );
  return [];
}

function usersEvidence({ operators, countries, event }: Facts): Evidence[] {
  const one = (id: EvidenceId, says: string): Evidence => ({
    id,
    group: "users",
    says,
    size: operators.affected,
  });
  const spared = `${operators.spared} others had no trouble (${operators.sparedVotes} attempts)`;
  if (operators.affected === 0) return [];
  if (operators.spared > 0 && operators.sparedVotes >= LEAST_VOTES) {
    if (operators.affected === 1)
      return [one("one-operator", `the users of one network are affected; ${spared}`)];
    const some = one(
      "from-some-operators",
      `the users of ${operators.affected} networks are affected; ${spared}`,
    );
    return countries.sparedElsewhere && countries.affected === 1
      ? [
          some,
          one(
            "not-abroad",
            `${operators.affected} networks of one country are affected, none of those abroad`,
          ),
        ]
      : [some];
  }
  if (event.reach === "everywhere" && operators.affected >= 2) {
    return countries.affected >= 2
      ? [
          one(
            "from-everywhere",
            `all ${operators.affected} networks that tried are affected, in ${countries.affected} countries`,
          ),
        ]
      : [
          one(
            "from-all-of-one-country",
            `all ${operators.affected} networks that tried are affected; none of another country tried`,
          ),
        ];
  }
  return [];
}

function insideEvidence({ inside: { own, others } }: Facts): Evidence[] {
  const found: Evidence[] = [];
  const add = (id: EvidenceId, says: string, size: number) => found.push({ id, group: "inside", says, size });
  if (own.tried >= 2) {
    if (2 * own.reached > own.tried)
      add(
        "inside-works",
        `from inside the hosting network ${own.reached} of ${own.tried} places reached them`,
        own.tried,
      );
    else
      add(
        "inside-fails-too",
        `from inside the hosting network ${own.tried - own.reached} of ${own.tried} places failed as well`,
        own.tried,
      );
  }
  if (others.tried >= 2 && 2 * others.reached < others.tried)
    add(
      "inside-cut-off",
      `clients inside the hosting network reached nothing outside (${others.tried - others.reached} of ${others.tried} failed)`,
      others.tried,
    );
  return found;
}

function mannerEvidence({ failures, failed, slow, votes, event }: Facts): Evidence[] {
  if (slow > failed) {
    const delayed = event.delayed > MOST * slow;
    return delayed
      ? [
          {
            id: "late-answers",
            group: "manner",
            says: `${slow} of ${votes} first answers came far too late`,
            size: slow,
          },
        ]
      : [
          {
            id: event.hasCommonRate ? "slow-at-one-rate" : "slow-beside-controls",
            group: "manner",
            says: `${slow} of ${votes} transfers were slow beside their control${event.hasCommonRate ? ", at one rate" : ""}`,
            size: slow,
          },
        ];
  }
  return MANNERS.flatMap(([id, kinds, words]): Evidence[] => {
    const count = kinds.reduce((sum, kind) => sum + (failures[kind] ?? 0), 0);
    return count > MOST * failed
      ? [{ id, group: "manner", says: `${count} of ${failed} failures ${words}`, size: count }]
      : [];
  });
}

function pathEvidence({ isPartial, failed, votes, rtt }: Facts): Evidence[] {
  const found: Evidence[] = [];
  if (isPartial)
    found.push({
      id: "works-now-and-then",
      group: "path",
      says: `${votes - failed} of ${votes} attempts got through all the same`,
      size: votes,
    });
  const { beforeUs, duringUs, during } = rtt;
  if (beforeUs === undefined || duringUs === undefined || during < LEAST_ROUND_TRIPS) return found;
  const says = `round trips took ${formatDuration(duringUs)} in the median, ${formatDuration(beforeUs)} the day before`;
  if (duringUs > LONGER * beforeUs)
    found.push({ id: "longer-round-trips", group: "path", says, size: during });
  else if (duringUs < SAME * beforeUs)
    found.push({ id: "same-round-trips", group: "path", says, size: during });
  return found;
}

function linkEvidence(link: OrderLink): Evidence[] {
  const found: Evidence[] = [
    { id: link.isSoon ? "soon-after-order" : "not-near-an-order", group: "time", says: link.timing },
  ];
  const add = (id: EvidenceId, group: EvidenceGroup, { says, size }: Pick<Evidence, "says" | "size">) =>
    found.push({ id, group, says, ...(size !== undefined && { size }) });
  if (link.named) add(link.named.holds ? "names-announced" : "names-not-announced", "announced", link.named);
  if (link.operators)
    add(
      link.operators.holds ? "same-operators-as-order" : "other-operators-than-order",
      "boxes",
      link.operators,
    );
  if (link.pattern) add("names-fit-orders-pattern", "rules", link.pattern);
  if (link.ended) add("began-and-ended-with-order", "rules", link.ended);
  return found;
}

/** How far it moves the answers of a question apart: the largest over the smallest likelihood; 1: not at all. */
export function strengthFor(id: EvidenceId, question: Question): number {
  const likelihoods = likelihoodsOf(id, question);
  if (!likelihoods) return 1;
  const values = Object.values(likelihoods);
  return Math.max(...values) / Math.min(...values);
}

export function likelihoodsOf(
  id: EvidenceId,
  question: Question,
): Readonly<Record<Answer, number>> | undefined {
  return (WEIGHTS[id] as Partial<Record<Question, Readonly<Record<Answer, number>>>>)[question];
}
