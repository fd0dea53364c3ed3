/**
 * How `rules collateral` answers: a sentence and tables for people, JSON records, CSV rows (docs/format.md).
 */
import Table from "cli-table3";
import {
  type Collateral,
  type CollateralHit,
  collateralByRule,
  compareCollateral,
} from "../rules/collateral.ts";
import { collateralRow, collateralRows, rounded } from "../rules/collateral-rows.ts";
import { formatTime } from "../rules/explain.ts";
import { colours as pc } from "./colours.ts";
import { csvCell, Sink } from "./output.ts";
import type { RulesRecord } from "./rules-schema.ts";

export interface CollateralReport {
  readonly now: Collateral;
  readonly before?: Collateral;
  readonly timeMs: number;
  readonly rules: number;
  /** Lines of the tables that could not be read. */
  readonly broken: number;
  readonly seconds: number;
}

type NameRecord = Extract<RulesRecord, { type: "collateral" }>;

const MOST_NAMES_SHOWN = 20;
const MOST_RULES_SHOWN = 20;

export async function writeJson(report: CollateralReport): Promise<void> {
  const sink = new Sink();
  for (const record of nameRecords(report)) sink.line(JSON.stringify(record));
  for (const { rule, hits, share } of collateralByRule(report.now)) {
    const { id, intent } = rule;
    const record: RulesRecord = {
      type: "collateral-rule",
      rule: id,
      intent: [...intent],
      names: hits.length,
      share: rounded(share),
    };
    sink.line(JSON.stringify(record));
  }
  sink.line(JSON.stringify(summaryRecord(report)));
  await sink.finish();
}

const COLUMNS = ["name", "rank", "share", "rule", "pattern", "prefix", "hit", "known", "hosting", "change"];

export async function writeCsv(report: CollateralReport): Promise<void> {
  const sink = new Sink();
  sink.line(COLUMNS.join(","));
  for (const { addresses, ...record } of nameRecords(report)) {
    const row: Record<string, unknown> = { ...record, ...addresses };
    sink.line(COLUMNS.map((column) => csvCell(row[column])).join(","));
  }
  await sink.finish();
}

export async function writePeople(report: CollateralReport): Promise<void> {
  const sink = new Sink();
  const { now, before } = report;
  sink.line(summarySentence(report));
  const byRule = collateralByRule(now);
  if (byRule.length > 0) {
    const table = newTable(["rule", "meant for", "hits beyond it", "of popularity"]);
    for (const { rule, hits, share } of byRule.slice(0, MOST_RULES_SHOWN))
      table.push([rule.id, rule.intent.slice(0, 3).join(" ") || "nobody named", hits.length, percent(share)]);
    sink.line(table.toString());
    if (byRule.length > MOST_RULES_SHOWN) sink.line(`${byRule.length - MOST_RULES_SHOWN} more rules`);
  }
  if (!before) writeNames(sink, now, "hit beyond the intent", now.hits);
  else {
    const { freed, added, kept } = compareCollateral(before, now);
    sink.line(
      `The change frees ${count(freed)} of ${count(before.hits)} names (${percent(before.shareOf(freed))} of ` +
        `popularity), newly hits ${added.length} and still hits ${kept.length}.`,
    );
    writeNames(sink, before, "freed", freed);
    writeNames(sink, now, "newly hit", added);
    writeNames(sink, now, "still hit", kept);
  }
  await sink.finish();
}

function writeNames(sink: Sink, collateral: Collateral, title: string, hits: readonly CollateralHit[]): void {
  if (hits.length === 0) return;
  const table = newTable(["rank", title, "of popularity", "rule", "by", "hosting"]);
  for (const hit of hits.slice(0, MOST_NAMES_SHOWN)) {
    const { name, rank, share, rule, pattern, prefix, hosting } = collateralRow(collateral, hit);
    table.push([
      rank ?? "",
      name,
      rank === null ? "" : percent(share),
      rule,
      pattern ?? prefix ?? "",
      hosting ?? "",
    ]);
  }
  sink.line(table.toString());
  if (hits.length > MOST_NAMES_SHOWN)
    sink.line(`${hits.length - MOST_NAMES_SHOWN} more; --csv or --json lists them all`);
}

function summarySentence({ now, rules, timeMs }: CollateralReport): string {
  const { names, hit, intended, hits } = now;
  const bold = pc.bold(`${hits.length} of ${names} names are hit beyond the intent`);
  return (
    `${bold}, ${percent(now.shareOf(hits))} of all popularity (1/rank): ${rules} rules at ${formatTime(timeMs)} ` +
    `hit ${hit} names, ${intended} of them as meant.`
  );
}

function nameRecords({ now, before }: CollateralReport): NameRecord[] {
  return collateralRows(now, before).map((row) => ({ type: "collateral", ...row }));
}

function summaryRecord({ now, before, timeMs, rules, broken, seconds }: CollateralReport): RulesRecord {
  const { names, hit, intended, hits } = now;
  const change = before && compareCollateral(before, now);
  return {
    type: "collateral-summary",
    time: formatTime(timeMs),
    rules,
    names,
    hit,
    intended,
    collateral: hits.length,
    share: rounded(now.shareOf(hits)),
    ...(change && {
      freed: { names: change.freed.length, share: rounded(before.shareOf(change.freed)) },
      added: { names: change.added.length, share: rounded(now.shareOf(change.added)) },
    }),
    broken,
    seconds,
  };
}

function newTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [], compact: true } });
}

function count(hits: readonly CollateralHit[]): string {
  return String(hits.length);
}

/** "1.23 %" */
function percent(share: number): string {
  const value = 100 * share;
  return `${value >= 10 ? value.toFixed(1) : value === 0 ? "0" : value.toPrecision(2)} %`;
}
