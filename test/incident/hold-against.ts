/** Holds what was found against what the story says; problems in words, none: as it should be. */
import { affectedTargets } from "../../src/incident/event.ts";
import type { Incident } from "../../src/incident/incident.ts";
import type { Told } from "../../src/incident/look-for-incidents.ts";
import { type Cause, type ExpectedIncident, type ExpectedStory, RIGHT } from "./expected.ts";
import type { Played } from "./played.ts";

/** More than this for a wrong answer is one too much. */
export const MOST_FOR_WRONG = 0.8;
const LEAST_VOTES = 5;
const INTERVALS = 2;

export function problemsOf(
  { incidents: expected }: ExpectedStory,
  told: readonly Told[],
  played: Played,
): string[] {
  const left = told.map(({ incident }) => incident);
  const problems: string[] = [];
  for (const one of expected) {
    const index = left.findIndex((incident) => incident.kind === one.kind && hit(incident).has(one.hits[0]!));
    const fits =
      index < 0
        ? left.findIndex(
            (incident) => incident.kind === one.kind && one.hits.some((name) => hit(incident).has(name)),
          )
        : index;
    if (fits < 0) problems.push(`no ${one.kind} of ${one.hits[0]}`);
    else problems.push(...problemsWith(one, left.splice(fits, 1)[0]!, played));
  }
  return [...problems, ...left.map(({ id }) => `${id} is in no story`)];
}

function hit({ findings }: Incident): Set<string> {
  return new Set(
    findings.flatMap(({ event, role }) =>
      role === "other-side" ? [] : affectedTargets(event).map(({ target }) => target),
    ),
  );
}

function problemsWith(expected: ExpectedIncident, incident: Incident, played: Played): string[] {
  const names = hit(incident);
  const problems = [
    ...expected.spares.filter((name) => names.has(name)).map((name) => `${incident.id} hits ${name}`),
    ...expected.hits
      .filter((name) => !names.has(name) && wasTried(name, incident, played))
      .map((name) => `${incident.id} leaves out ${name}`),
  ];
  const { fromMs, toMs } = incident.onset;
  if (expected.onset === undefined)
    return fromMs === undefined || isEarly(fromMs, played)
      ? problems
      : [...problems, `${incident.id} has an onset`];
  const trueMs = Date.parse(expected.onset);
  const intervalMs = samplingIntervalMs(expected, trueMs, played);
  const isEarlyEnough =
    (fromMs ?? Number.NEGATIVE_INFINITY) <= trueMs + expected.spreadMinutes * 60_000 + INTERVALS * intervalMs;
  const isLateEnough = toMs >= trueMs - INTERVALS * intervalMs;
  return isEarlyEnough && isLateEnough
    ? problems
    : [...problems, `${incident.id} begins ${new Date(toMs).toISOString()}`];
}

/** Names that were tried too seldom while it lasted can be in no list. */
function wasTried(name: string, { onset, end }: Incident, { attempts }: Played): boolean {
  const tries = attempts.filter(
    ({ target, timeMs }) =>
      target === name && timeMs >= onset.toMs && timeMs <= (end?.fromMs ?? Number.POSITIVE_INFINITY),
  );
  return new Set(tries.map(({ place }) => place)).size >= LEAST_VOTES;
}

/** Between attempts at what it hits, about the time when it begins. */
function samplingIntervalMs({ hits }: ExpectedIncident, trueMs: number, { attempts }: Played): number {
  const near = attempts.filter(
    ({ target, timeMs }) => hits.includes(target) && Math.abs(timeMs - trueMs) < 3 * 3_600_000,
  );
  return near.length < 2 ? 3 * 3_600_000 : (near.at(-1)!.timeMs - near[0]!.timeMs) / (near.length - 1);
}

function isEarly(fromMs: number, { attempts }: Played): boolean {
  return attempts.filter(({ timeMs }) => timeMs <= fromMs).length <= 0.01 * attempts.length;
}

export interface Verdicts {
  readonly leads: number;
  readonly ties: number;
  readonly problems: readonly string[];
}

/** The attribution of the outage of one sealed cause. */
export function answersOf(cause: Cause, told: readonly Told[]): Verdicts {
  const outage = told.find(
    ({ incident }) =>
      (incident.kind === "outage" || incident.kind === "blocking") &&
      (hit(incident).has("shop.example") || [...hit(incident)].some((name) => name.endsWith(".gov.ru"))),
  );
  if (!outage) return { leads: 0, ties: 0, problems: ["no outage"] };
  let leads = 0;
  let ties = 0;
  const problems: string[] = [];
  for (const { question, answers, leading, missing } of outage.incident.findings[0]!.attributions) {
    const right = RIGHT[cause][question];
    if (leading.length > 1 && missing === undefined)
      problems.push(`${question}: a tie that names no measurement`);
    if (right === undefined) continue;
    if (!leading.includes(right))
      problems.push(
        `${question}: ${leading.join("|")} instead of ${right} (${answers[0]!.probability.toFixed(2)})`,
      );
    else if (leading.length === 1) leads++;
    else ties++;
    if (answers[0]!.answer !== right && answers[0]!.probability > MOST_FOR_WRONG)
      problems.push(`${question}: sure of ${answers[0]!.answer}`);
  }
  if (
    cause === "undecidable" &&
    outage.incident.findings[0]!.attributions.find(({ question }) => question === "what")!.leading.length < 2
  )
    problems.push("what: told apart what cannot be");
  return { leads, ties, problems };
}
