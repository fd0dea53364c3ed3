/**
 * Claims held against an incident. A claim is an entry of the timeline that carries a predicate: terms that must all hold,
 * joined by "and", of the forms below; before a colon it may say which kind of incident it speaks of.
 *   where = hosting-network | upstream      what = equipment      linked = not-linked
 *   kind = outage      reach = some-networks      inside = works | fails
 *   names >= 24      networks <= 3      minutes 40..80      share < 0.5
 *   affects reddit.com      spares example.org
 * Numbers are those of the main finding: names and networks affected, its length, the share of troubled votes. The answer is
 * supported, contradicted or not testable, with what says so; a tie of answers is never support, and what was counted is a
 * least. A claim that names neither a kind nor targets is held against nothing.
 */
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import { jeffreysInterval } from "../stats/beta.ts";
import type { Attribution } from "./attribution/attribute.ts";
import { names } from "./attribution/order-link.ts";
import { ANSWERS, type Question } from "./attribution/questions.ts";
import { affectedNetworks, affectedTargets, EVENT_KINDS, type Event } from "./event.ts";
import type { Incident } from "./incident.ts";

export type ClaimState = "supported" | "contradicted" | "not-testable";

export interface ClaimJudgement {
  readonly entry: TimelineEntry;
  readonly state: ClaimState;
  readonly because: string;
}

interface Finding {
  readonly state: ClaimState;
  readonly because: string;
}

const COMPARISON = /^(names|networks|minutes|share)\s*(<=|>=|<|>|=)\s*(\d+(?:\.\d+)?)$/;
const RANGE = /^(names|networks|minutes|share)\s+(\d+(?:\.\d+)?)\s*\.\.\s*(\d+(?:\.\d+)?)$/;
const WORDS = /^(where|what|linked|kind|reach|inside)\s*=\s*([a-z-]+(?:\s*\|\s*[a-z-]+)*)$/;
const NAME = /^(affects|spares)\s+(\S+)$/;
/** Probabilities of the wanted answers from which a claim is supported, and up to which it is contradicted. */
const SUPPORTED_FROM = 0.8;
const CONTRADICTED_TO = 0.05;
/** A name must have been tried so often to be called spared. */
const LEAST_VOTES = 3;

/** Undefined: well formed. Otherwise what is wrong with it. */
export function predicateProblem(predicate: string): string | undefined {
  const { kind, terms } = partsOf(predicate);
  if (kind !== undefined && !(EVENT_KINDS as readonly string[]).includes(kind))
    return `'${kind}' is no kind of incident`;
  const odd = terms.find(
    (term) => !(COMPARISON.test(term) || RANGE.test(term) || isWordTerm(term) || NAME.test(term)),
  );
  return odd === undefined ? undefined : `'${odd}' is no term of a predicate`;
}

/** Those entries of the incident's timeline that carry a predicate about it. */
export function judgeClaims(incident: Incident, attributions: readonly Attribution[]): ClaimJudgement[] {
  return incident.timeline.flatMap((entry) => {
    const { predicate } = entry;
    if (predicate === undefined || predicateProblem(predicate) !== undefined || !isAbout(entry, incident))
      return [];
    return { entry, ...judgePredicate(predicate, incident, attributions) };
  });
}

/** A claim must say what it is about: a kind, names, or both; then both must fit. */
function isAbout(entry: TimelineEntry, { kind, findings }: Incident): boolean {
  const wanted = partsOf(entry.predicate!).kind;
  if (wanted === undefined && entry.targets === undefined) return false;
  if (wanted !== undefined && wanted !== kind) return false;
  if (entry.targets === undefined) return true;
  return findings.some(({ event }) => affectedTargets(event).some(({ target }) => names(entry, target)));
}

export function judgePredicate(
  predicate: string,
  incident: Incident,
  attributions: readonly Attribution[],
): Finding {
  const judged = partsOf(predicate).terms.map((term) => judgeTerm(term, incident, attributions));
  const decisive =
    judged.find(({ state }) => state === "contradicted") ??
    judged.find(({ state }) => state === "not-testable");
  return decisive ?? { state: "supported", because: judged.map(({ because }) => because).join("; ") };
}

function partsOf(predicate: string): { kind?: string; terms: string[] } {
  const colon = /^([a-z-]+):(.*)$/s.exec(predicate.trim());
  const terms = (colon?.[2] ?? predicate).split(/\band\b/).map((term) => term.trim());
  return { ...(colon && { kind: colon[1]! }), terms };
}

function isWordTerm(term: string): boolean {
  const match = WORDS.exec(term);
  if (!match) return false;
  const [, subject, words] = match;
  const allowed: readonly string[] | undefined = (ANSWERS as Record<string, readonly string[]>)[subject!];
  return !allowed || words!.split("|").every((word) => allowed.includes(word.trim()));
}

function judgeTerm(term: string, incident: Incident, attributions: readonly Attribution[]): Finding {
  const { event } = incident.findings[0]!;
  const word = WORDS.exec(term);
  if (word)
    return judgeWord(
      word[1]!,
      word[2]!.split("|").map((one) => one.trim()),
      event,
      incident,
      attributions,
    );
  const name = NAME.exec(term);
  if (name) return judgeName(name[1] === "affects", name[2]!.toLowerCase(), incident);
  const range = RANGE.exec(term);
  if (range) return judgeNumber(range[1]!, Number(range[2]), Number(range[3]), event);
  const [, subject, sign, text] = COMPARISON.exec(term)!;
  const value = Number(text);
  const low =
    sign === ">="
      ? value
      : sign === ">"
        ? value + Number.EPSILON * Math.max(1, value)
        : sign === "="
          ? value
          : Number.NEGATIVE_INFINITY;
  const high =
    sign === "<="
      ? value
      : sign === "<"
        ? value - Number.EPSILON * Math.max(1, value)
        : sign === "="
          ? value
          : Number.POSITIVE_INFINITY;
  return judgeNumber(subject!, low, high, event);
}

function judgeWord(
  subject: string,
  wanted: readonly string[],
  event: Event,
  { kind }: Incident,
  attributions: readonly Attribution[],
): Finding {
  const holds = (found: string, says: string): Finding => ({
    state: wanted.includes(found) ? "supported" : "contradicted",
    because: says,
  });
  if (subject === "kind") return holds(kind, `it is of kind ${kind}`);
  if (subject === "reach") return holds(event.reach, `it was seen from ${event.reach}`);
  if (subject === "inside") {
    const inside = attributions
      .flatMap(({ evidence }) => evidence)
      .find(({ id }) => id === "inside-works" || id === "inside-fails-too");
    if (!inside) return { state: "not-testable", because: "nobody measured from inside the hosting network" };
    return holds(inside.id === "inside-works" ? "works" : "fails", inside.says);
  }
  const answered = attributions.find(({ question }) => question === (subject as Question));
  if (!answered) return { state: "not-testable", because: `nothing is known that would answer '${subject}'` };
  const { leading, answers, missing } = answered;
  const shown = answers
    .slice(0, 2)
    .map(({ answer, probability }) => `${answer} ${Math.round(100 * probability)} %`)
    .join(", ");
  const probability = answers
    .filter(({ answer }) => wanted.includes(answer))
    .reduce((sum, one) => sum + one.probability, 0);
  if (probability >= SUPPORTED_FROM && leading.every((one) => wanted.includes(one)))
    return { state: "supported", because: shown };
  if (probability <= CONTRADICTED_TO) return { state: "contradicted", because: shown };
  return {
    state: "not-testable",
    because: `${shown}: that does not settle it${missing ? `; missing: ${missing}` : ""}`,
  };
}

function judgeName(shouldAffect: boolean, name: string, { findings }: Incident): Finding {
  const parts = findings.flatMap(({ event }) =>
    event.targets.filter(({ target }) => target.toLowerCase() === name),
  );
  const hit = parts.find(({ part }) => part === "affected");
  const counts = hit ?? parts[0];
  if (!counts) return { state: "not-testable", because: `${name} was not measured` };
  if (!hit && (counts.part !== "spared" || counts.votes < LEAST_VOTES))
    return {
      state: "not-testable",
      because: `${name}: ${counts.troubles} of ${counts.votes} attempts in trouble say too little`,
    };
  return {
    state: (hit !== undefined) === shouldAffect ? "supported" : "contradicted",
    because: `${name}: trouble in ${counts.troubles} of ${counts.votes} attempts`,
  };
}

function judgeNumber(subject: string, low: number, high: number, event: Event): Finding {
  const interval = intervalOf(subject, event);
  if (!interval) return { state: "not-testable", because: "when it began or ended was not measured" };
  const [least, most, says] = interval;
  if (least >= low && most <= high) return { state: "supported", because: says };
  if (most < low || least > high) return { state: "contradicted", because: says };
  return { state: "not-testable", because: `${says}: that may be inside or outside of it` };
}

function intervalOf(subject: string, event: Event): readonly [number, number, string] | undefined {
  const { onset, end, troubles, votes } = event;
  if (subject === "names" || subject === "networks") {
    const count = subject === "names" ? affectedTargets(event).length : affectedNetworks(event).length;
    // Those that were not tried, or too little, may be affected as well: a count is a least.
    return [
      count,
      Number.POSITIVE_INFINITY,
      `${count} ${subject} were seen to be affected, and there may be more`,
    ];
  }
  if (subject === "share") {
    const { low, high } = jeffreysInterval(troubles, votes);
    return [low, high, `trouble in ${troubles} of ${votes} attempts`];
  }
  if (onset.fromMs === undefined || end?.fromMs === undefined) return undefined;
  const least = Math.max(0, end.fromMs - onset.toMs) / 60_000;
  const most = (end.toMs - onset.fromMs) / 60_000;
  return [least, most, `it lasted ${Math.round(least)} to ${Math.round(most)} minutes`];
}
