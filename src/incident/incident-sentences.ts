/**
 * An incident in sentences that can be quoted: each with its sample size, and "Reconstruction" in front where it was played
 * in a laboratory. What cannot be told is said to be so.
 */
import { groupBy } from "../base/group-by.ts";
import { formatRate } from "../base/units.ts";
import type { Attribution } from "./attribution/attribute.ts";
import type { Answer } from "./attribution/questions.ts";
import type { Bounds } from "./detect/scan.ts";
import { affectedNetworks, affectedTargets, type Event, type EventKind } from "./event.ts";
import type { Incident } from "./incident.ts";
import { isCut, SHOWN_NAMES, toldNames } from "./told-names.ts";

const FEW = 0.05;
export const RECONSTRUCTION = "Reconstruction (SIMULATED): ";

/** Of one, and of several. */
const VERBS: Readonly<Record<EventKind, readonly [string, string]>> = {
  throttling: ["was slowed down", "were slowed down"],
  blocking: ["was blocked", "were blocked"],
  outage: ["did not answer", "did not answer"],
  "general-slowdown": ["was slow", "were slow for everything"],
};

const ANSWER_WORDS: Readonly<Record<Answer, string>> = {
  site: "at the site itself",
  "hosting-network": "in the network that hosts it",
  "access-operator": "in the networks of its users",
  upstream: "on the way between the networks",
  "name-service": "in the name service",
  equipment: "ordinary equipment",
  "filtering-box": "a filtering box that malfunctions",
  "rule-or-order": "a rule or order that hits more than it says",
  load: "too much load",
  route: "a route",
  policy: "nothing failed: policy",
  linked: "linked to a known order",
  "not-linked": "not linked to a known order",
};

export function incidentSentence(incident: Incident): string {
  const { event } = incident.findings[0]!;
  const isOne = affectedTargets(event).length === 1 && !event.isOfUsers;
  if (event.reach === "one-vantage") return oneVantageSentence(incident);
  const verb =
    event.isOfUsers && incident.kind === "outage" ? "reached nothing" : VERBS[incident.kind][isOne ? 0 : 1]!;
  const networks = affectedNetworks(event);
  const seen = `seen from ${counted(networks.length, "network")}${countriesOf(event)}`;
  const speed =
    incident.kind === "throttling" && event.speeds && event.slow > 2 * event.delayed
      ? `, to ${formatRate(event.speeds.targetBps)} where controls reach ${formatRate(event.speeds.controlBps)}`
      : "";
  const also =
    incident.collateral.length > 0
      ? `; ${counted(incident.collateral.length, "other name")} hit with it`
      : "";
  const sample = `(trouble in ${event.troubles} of ${event.votes} measurements)`;
  return `${mark(incident)}${subjectOf(incident)} ${verb} ${whenWords(incident)}${stillWords(incident)}${speed}, ${seen}${also} ${sample}.`;
}

/** What nobody measures any more is not said to go on. */
function stillWords({ end, findings }: Incident): string {
  return end ? "" : `, and still at the last measurement, ${minute(findings[0]!.event.lastMs).slice(0, 10)}`;
}

/** One place may have a broken line; nobody's country is told by it. */
function oneVantageSentence(incident: Incident): string {
  const { event } = incident.findings[0]!;
  return `${mark(incident)}${subjectOf(incident)}: in trouble ${whenWords(incident)}, seen from one place alone, which may be its own line (trouble in ${event.troubles} of ${event.votes} measurements).`;
}

/** Simulated records say so in every sentence. */
function mark({ origin }: Incident): string {
  return origin === "simulated" ? RECONSTRUCTION : "";
}

export function subjectOf({ findings }: Incident): string {
  const { event } = findings[0]!;
  if (event.isOfUsers) {
    const networks = affectedNetworks(event).map(({ asn, networkName }) => networkName ?? `AS${asn}`);
    return `users of ${networks.slice(0, SHOWN_NAMES).join(", ")}`;
  }
  const names = toldNames(event.targets);
  return isCut(names)
    ? `${names.slice(0, SHOWN_NAMES).join(", ")} and ${names.length - SHOWN_NAMES} more`
    : names.join(", ");
}

/** Countries of a twentieth of the affected networks or more: a few networks are registered elsewhere than their users are. */
function countriesOf(event: Event): string {
  const networks = affectedNetworks(event);
  const counts = [...groupBy(networks, ({ country }) => country)].sort(([, a], [, b]) => b.length - a.length);
  const countries = counts.flatMap(([country, own]) =>
    country !== undefined && own.length >= FEW * networks.length ? country : [],
  );
  return countries.length > 0 ? ` in ${countries.slice(0, SHOWN_NAMES).join(", ")}` : "";
}

export function whenWords({ onset, end }: Pick<Incident, "onset" | "end">): string {
  const since =
    onset.fromMs === undefined ? "from before the first measurement on" : `from ${boundsWords(onset)} on`;
  if (!end) return since;
  const from =
    onset.fromMs === undefined ? "from before the first measurement" : `from ${boundsWords(onset)}`;
  return `${from} to ${boundsWords(end)}`;
}

/** "10 March 2021, 07:41-07:43 UTC" */
export function boundsWords({ fromMs, toMs }: Bounds): string {
  if (fromMs === undefined) return `before ${minute(toMs)} UTC`;
  const [from, to] = [minute(fromMs), minute(toMs)];
  if (from === to) return `${from} UTC`;
  return from.slice(0, 10) === to.slice(0, 10)
    ? `${from}-${to.slice(11)} UTC`
    : `between ${from} and ${to} UTC`;
}

function minute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

/** One sentence a question: what leads, or what cannot be told apart and what would tell it. */
export function attributionSentence({ question, answers, leading, missing }: Attribution): string {
  const asked = {
    where: "Where it failed",
    what: "What failed",
    linked: "Whether it has to do with an order",
  }[question];
  if (leading.length === answers.length) return `${asked}: cannot be told. Needed: ${missing}.`;
  if (leading.length > 1)
    return `${asked}: ${leading.map((answer) => ANSWER_WORDS[answer]).join(", or ")}; the measurements cannot tell these apart. Needed: ${missing}.`;
  const [first] = answers;
  return `${asked}: ${ANSWER_WORDS[first!.answer]} (${Math.round(100 * first!.probability)} %).`;
}

/** Where a box fails inside an operator, both who blames the operator and who blames the box are partly right. */
export function bothSidesSentence(attributions: readonly Attribution[]): string | undefined {
  const leads = (question: string, answer: Answer): boolean =>
    attributions.some((one) => one.question === question && one.leading.includes(answer));
  return leads("where", "hosting-network") && leads("what", "filtering-box")
    ? "If a filtering box failed inside the operator's network, both sides are partly right: it is the operator's device, and it is a box of the filtering system."
    : undefined;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
