/**
 * `npm run bench:rules`: names a second of the compiled matcher against 10,000 and 1,000,000 rules, 2 % of the names
 * hit, beside npm's re2 and plain JavaScript (rules-peers.ts). All run in turn on the same names; the best turn of each
 * counts, since others share the machine; slow ones get fewer names. Nothing is asserted; the share of hits shows that all find the same.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { compileRules } from "../../src/rules/matcher.ts";
import type { Matcher } from "../../src/rules/rule.ts";
import {
  expressionOf,
  loadRe2,
  MOST_REGEXP_RULES,
  oneRegExp,
  setsAndLoops,
  type Test,
} from "./rules-peers.ts";
import { makeWorkload, type Workload } from "./rules-workload.ts";

const NAMES = 200_000;
const HIT_SHARE = 0.02;
const BATCH = 200;
/** A turn ends after so long, or with the last name. */
const TURN_MS = 1_500;

const { values } = parseArgs({
  options: { runs: { type: "string", default: "7" }, rules: { type: "string", default: "10000,1000000" } },
});
const runs = Math.max(1, Number(values.runs) || 0);

/** Matches names from `from` up to `to`; says how many are hit. */
type Contender = (from: number, to: number) => number;

interface Result {
  readonly title: string;
  readonly compileMs: number;
  readonly contender: Contender | string;
  best: number;
  names: number;
  hits: number;
}

const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"})`;
console.log(`${new Date().toISOString().slice(0, 10)}, node ${process.versions.node}, ${machine}`);
for (const count of values.rules.split(",").map(Number)) compare(count);

function compare(ruleCount: number): void {
  const work = makeWorkload(ruleCount, NAMES, HIT_SHARE);
  const memoryBefore = usedBytes();
  const ours = make("brakelight", () =>
    ourContender(compileRules({ name: "bench", rules: work.rules }), work),
  );
  const memory = usedBytes() - memoryBefore;
  const results = [
    ours,
    make("Sets and loops", () => testContender(setsAndLoops(work.rules), work)),
    ...peersByExpression(work),
  ];
  for (let turn = 0; turn < runs; turn++) for (const result of results) measure(result);
  const meanBytes = (work.bytes.length / NAMES).toFixed(1);
  console.log(
    `${ruleCount} rules, names of ${meanBytes} bytes on average, ${(100 * HIT_SHARE).toFixed(0)} % hit; ` +
      `matcher ${(memory / 1e6).toFixed(0)} MB`,
  );
  print(results, ours);
}

function peersByExpression(work: Workload): Result[] {
  if (work.rules.length > MOST_REGEXP_RULES) {
    const why = `not for more than ${MOST_REGEXP_RULES} rules: the expression is refused, or takes minutes`;
    return ["re2", "one RegExp"].map((title) => make(title, () => why));
  }
  const Re2 = loadRe2();
  const re2 = (): Contender | string => {
    if (typeof Re2 === "string") return Re2;
    const expression = new Re2(expressionOf(work.rules), "i");
    return testContender((name) => expression.test(name), work);
  };
  return [make("re2", re2), make("one RegExp", () => testContender(oneRegExp(work.rules), work))];
}

function make(title: string, contender: () => Contender | string): Result {
  const started = performance.now();
  let made: Contender | string;
  try {
    made = contender();
  } catch (error) {
    made = (error as Error).message.slice(0, 80);
  }
  return { title, compileMs: performance.now() - started, contender: made, best: 0, names: 0, hits: 0 };
}

function ourContender(matcher: Matcher, { bytes, starts }: Workload): Contender {
  const address = new Uint8Array(4);
  return (from, to) => {
    let hits = 0;
    for (let i = from; i < to; i++) {
      if (matcher.match("tls", bytes, starts[i]!, starts[i + 1]!, address, 0, 4, 443, 0) >= 0) hits++;
    }
    return hits;
  };
}

function testContender(test: Test, { names }: Workload): Contender {
  return (from, to) => {
    let hits = 0;
    for (let i = from; i < to; i++) if (test(names[i]!)) hits++;
    return hits;
  };
}

function measure(result: Result): void {
  const { contender } = result;
  if (typeof contender === "string") return;
  const started = performance.now();
  let at = 0;
  let hits = 0;
  while (at < NAMES && performance.now() - started < TURN_MS) {
    hits += contender(at, Math.min(NAMES, at + BATCH));
    at += BATCH;
  }
  const rate = (1000 * at) / (performance.now() - started);
  if (at >= result.names) Object.assign(result, { names: at, hits });
  result.best = Math.max(result.best, rate);
}

function print(results: readonly Result[], ours: Result): void {
  const head = ["", "compile s", "names/s", "brakelight is", "hit"];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const { title, compileMs, contender, best, names, hits } of results) {
    if (typeof contender === "string") {
      table.push([title, { content: contender, colSpan: 4 }]);
      continue;
    }
    const share = `${((100 * hits) / names).toFixed(2)} % of ${names}`;
    const ratio = `${(ours.best / best).toFixed(best < ours.best ? 1 : 2)} times as fast`;
    table.push([title, (compileMs / 1000).toFixed(2), Math.round(best), ratio, share]);
  }
  console.log(table.toString());
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
