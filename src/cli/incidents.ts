/**
 * `brakelight incidents [ID]`: what happened, out of the store: each incident with its sentence; one by its id with its
 * findings, attribution, collateral, impact, claims and timeline. What was not measured is said to be so.
 */
import type { Command } from "commander";
import { plainText } from "../base/plain-text.ts";
import { formatRate } from "../base/units.ts";
import type { ClaimJudgement } from "../incident/claim.ts";
import type { Findings } from "../incident/look-for-incidents.ts";
import { CommandError } from "./command-error.ts";
import { findIncidents, type IncidentOptions } from "./incident-input.ts";
import { type IncidentRecord, incidentRecord, timeOf } from "./incidents-record.ts";
import { Sink } from "./output.ts";
import { STORE_OPTION, withKnownStore } from "./store-option.ts";

interface IncidentsOptions extends IncidentOptions {
  readonly store?: string;
  readonly json?: boolean;
}

const MOST_SHOWN = 12;
const ROLE_WORDS = {
  main: "What it was about",
  collateral: "Hit with it",
  "other-side": "What those inside could not reach",
} as const;

export function addIncidents(program: Command): void {
  program
    .command("incidents")
    .description(
      "what happened: throttling, blocking, outages and slowdowns, why, and what was said about it",
    )
    .argument("[id]", "only this one, with all that is known of it")
    .option(...STORE_OPTION)
    .option("--country <code>", "only measurements from there: RU")
    .option("--since <time>", "7d, 2021-03-10 or RFC 3339")
    .option("--until <time>", "earlier than this")
    .option("--audience <file>", "CSV country,network,users,source: how many people use it")
    .option("--notice <share>", "share of those affected who notice, with its source: '0.3..0.9, SOURCE'")
    .option("--json", "one JSON record a line (docs/format.md)")
    .action(incidents);
}

async function incidents(id: string | undefined, options: IncidentsOptions): Promise<void> {
  await withKnownStore(options.store, async (store) => {
    const found = await findIncidents(store, options, Date.now());
    const sink = new Sink();
    const records = found.incidents.map(incidentRecord);
    const chosen = id === undefined ? records : records.filter((record) => record.id === id);
    if (id !== undefined && chosen.length === 0)
      throw new CommandError(
        `${id}: no incident of this id in ${store.address}; 'brakelight incidents' lists them`,
      );
    if (options.json) {
      for (const record of chosen) sink.line(JSON.stringify(record));
      if (id === undefined) for (const record of restRecords(found)) sink.line(JSON.stringify(record));
    } else if (id === undefined)
      sink.line(plainText(listText(chosen, found, store.address, options.country)));
    else sink.line(plainText(chosen.map(incidentText).join("\n\n")));
    sink.flush();
  });
}

/** What is said of times without incidents: gaps in the measurements, claims that nothing answers. */
function restRecords({ gaps, leftClaims }: Findings): object[] {
  return [
    ...gaps.map(({ fromMs, toMs }) => ({
      type: "gap",
      from: timeOf(fromMs),
      to: timeOf(toMs),
      because: GAP,
    })),
    ...leftClaims.map(({ entry: { time, who, text, source, predicate, origin }, state, because }) => ({
      ...{ type: "claim", origin, time, text, source, predicate, state, because },
      ...(who !== undefined && { who }),
    })),
  ];
}

const GAP =
  "this store holds no measurements of this time: what happened in it cannot be told; needed: attempts to reach what is in question, from several networks and from abroad, while it lasted";

function listText(
  records: readonly IncidentRecord[],
  found: Findings,
  address: string,
  country: string | undefined,
): string {
  const lines = records.map(({ id, sentence }) => `${id}\n  ${sentence}`);
  if (records.length === 0 && found.attempts > 0)
    lines.push(`Nothing conspicuous in ${found.attempts} measurements with a time and a target.`);
  if (found.attempts === 0 && (country !== undefined || found.gaps.length === 0))
    lines.push(
      country === undefined
        ? `${address} holds no measurements that could tell: 'brakelight import' takes some in.`
        : `${address} holds no measurements from ${country.toUpperCase()} of this time: what happened there cannot be told.`,
    );
  for (const { fromMs, toMs } of found.gaps) lines.push(`${day(fromMs)} to ${day(toMs)}: ${GAP}.`);
  if (found.leftClaims.length > 0) lines.push(claimsText(found.leftClaims.map(claimLine)));
  if (records.length > 0) lines.push(`'brakelight incidents ID' tells all of one.`);
  return lines.join("\n");
}

function day(ms: number): string {
  return timeOf(ms).slice(0, 16).replace("T", " ");
}

function claimLine({ entry: { who, text }, state, because }: ClaimJudgement): string {
  return `${state.replace("-", " ")}: ${who ?? "somebody"}: ${text} (${because})`;
}

function claimsText(lines: readonly string[]): string {
  return ["What was said about it:", ...lines.map((line) => `  ${line}`)].join("\n");
}

function incidentText(record: IncidentRecord): string {
  const lines = [record.sentence];
  for (const finding of record.findings) {
    const affected = finding.targets
      .filter(({ part }) => part === "affected")
      .sort((a, b) => b.votes - a.votes);
    const shown = affected
      .slice(0, MOST_SHOWN)
      .map(({ target, troubles, votes }) => `${target} ${troubles}/${votes}`);
    lines.push("", `${ROLE_WORDS[finding.role]} (${finding.kind}, ${finding.reach}):`);
    lines.push(
      `  names: ${shown.join(", ")}${affected.length > MOST_SHOWN ? ` and ${affected.length - MOST_SHOWN} more` : ""}`,
    );
    lines.push(
      `  networks affected: ${networksText(finding, "affected")}`,
      `  networks spared: ${networksText(finding, "spared")}`,
    );
    if (finding.networksWithheld > 0)
      lines.push(`  ${finding.networksWithheld} networks seen from fewer than three places are not told`);
    const failures = Object.entries(finding.failures).map(([kind, count]) => `${kind} ${count}`);
    if (failures.length > 0) lines.push(`  how it failed: ${failures.join(", ")}`);
    if (finding.speeds) {
      const { targetBps, controlBps, pairs } = finding.speeds;
      lines.push(
        `  speeds: ${formatRate(targetBps)} beside ${formatRate(controlBps)} of controls, medians of ${pairs} pairs`,
      );
    }
    for (const { sentence, evidence } of finding.attributions) {
      lines.push(`  ${sentence}`);
      for (const { says } of evidence) lines.push(`    - ${says}`);
    }
  }
  if (record.bothSides !== undefined) lines.push("", record.bothSides);
  if (record.patterns.length > 0)
    lines.push(
      "",
      `Names that a filter matched: ${record.patterns
        .slice(0, MOST_SHOWN)
        .map(({ pattern, names }) => (names.length > 1 ? `${pattern} (${names.length} names)` : pattern))
        .join(", ")}`,
    );
  if (record.collateral.length > 0)
    lines.push(
      "",
      `Hit beside what was meant (${record.collateral.length}):`,
      ...record.collateral
        .slice(0, MOST_SHOWN)
        .map(
          ({ target, how, shared, troubles, votes }) =>
            `  ${target}, by ${how}: ${shared} (${troubles}/${votes})`,
        ),
    );
  if (record.impact) lines.push("", ...impactLines(record.impact));
  if (record.claims.length > 0)
    lines.push(
      "",
      claimsText(
        record.claims.map(
          ({ who, text, state, because }) =>
            `${state.replace("-", " ")}: ${who ?? "somebody"}: ${text} (${because})`,
        ),
      ),
    );
  const timeline = record.timeline.filter(({ kind }) => kind !== "demands");
  if (timeline.length > 0)
    lines.push(
      "",
      "Timeline:",
      ...timeline
        .slice(0, MOST_SHOWN)
        .map(
          ({ time, who, text, source }) =>
            `  ${time.slice(0, 16).replace("T", " ")} ${who ? `${who}: ` : ""}${text} [${source}]`,
        ),
    );
  lines.push(
    "",
    `Methods ${record.methodVersion}, weights ${record.weightsVersion} (docs/method.md); measurements: ${record.findings[0]!.measurementIds.slice(0, 3).join(", ")} ...`,
  );
  return lines.join("\n");
}

function networksText(
  { networks }: IncidentRecord["findings"][number],
  wanted: "affected" | "spared",
): string {
  const own = networks.filter(({ part }) => part === wanted);
  if (own.length === 0) return "none";
  const shown = own
    .slice(0, MOST_SHOWN)
    .map(({ asn, networkName, country, troubles, votes }) =>
      `${networkName ?? ""} AS${asn}${country === undefined ? "" : ` (${country})`} ${troubles}/${votes}`.trim(),
    );
  return `${shown.join(", ")}${own.length > MOST_SHOWN ? ` and ${own.length - MOST_SHOWN} more` : ""}`;
}

function impactLines(impact: NonNullable<IncidentRecord["impact"]>): string[] {
  const factors = impact.factors.map(
    ({ name, low, high, source }) => `  ${name.replace(/-/g, " ")}: ${range(low, high)} (${source})`,
  );
  const head =
    impact.state === "absent"
      ? `How many noticed cannot be said; missing: ${impact.missing}`
      : `How many noticed: ${range(impact.users!.low, impact.users!.high)} people, ${range(impact.userHours!.low, impact.userHours!.high)} hours of people`;
  return [head, ...factors];
}

function range(low: number, high: number): string {
  const shown = (value: number): string =>
    value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
  return low === high ? shown(low) : `${shown(low)} to ${shown(high)}`;
}
