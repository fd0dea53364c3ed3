/**
 * `npx tsx test/bench/probe-cost.ts --file costs.jsonl [--seed 1] [--kinds healthy-50] [--cases 5] [--from 0]`: what a verdict
 * costs with a control server in default mode, one drawn case after the other, and where its bytes and seconds went. The
 * same seed draws the same cases: for comparing two states of the code. Build first (scripts/setup.mjs --build).
 */
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { median } from "../../src/stats/quantile.ts";
import { runInCell } from "../lab/in-cell.ts";
import { compileCells } from "./compiled-cells.ts";
import type { ProbeLine, SpentFlow } from "./measure-case.ts";
import { drawProbeCase, type ProbeCase } from "./probe-cases.ts";

const { values } = parseArgs({
  options: {
    file: { type: "string" },
    seed: { type: "string", default: "1" },
    kinds: { type: "string", default: "policed,shaped,delayed" },
    cases: { type: "string", default: "5" },
    from: { type: "string", default: "0" },
  },
});
const kinds = values.kinds.split(",");
const [from, cases] = [Number(values.from), Number(values.cases)];

function drawnCases(): ProbeCase[] {
  const drawn: ProbeCase[] = [];
  for (let number = 0; drawn.length < from + cases; number++) {
    const one = drawProbeCase(Number(values.seed), number);
    if (one.hasControlServer && kinds.includes(one.kind)) drawn.push({ ...one, explains: false });
  }
  return drawn.slice(from);
}

function spentLines(spent: readonly SpentFlow[]): string[] {
  return [...new Set(spent.map(({ what }) => what))].map((what) => {
    const ours = spent.filter((one) => one.what === what);
    const kilobytes = ours.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
    const [begin, end] = [Math.min(...ours.map((one) => one.from)), Math.max(...ours.map(({ to }) => to))];
    return `    ${what}: ${ours.length} flows, ${kilobytes.toFixed(0)} kB, from ${begin.toFixed(1)} to ${end.toFixed(1)} s`;
  });
}

const cells = compileCells();
const costs: { seconds: number; megabytes: number }[] = [];
for (const drawn of drawnCases()) {
  const [line] = await runInCell<ProbeLine>("../bench/probe-cell.ts", drawn, cells);
  const { verdict = {}, spent = [], words, driverP99Us } = line!;
  const [seconds, megabytes] = [Number(verdict["seconds"] ?? 0), Number(verdict["bytes"] ?? 0) / 1e6];
  costs.push({ seconds, megabytes });
  if (values.file !== undefined)
    appendFileSync(values.file, `${JSON.stringify({ ...line, number: drawn.number, truth: drawn.truth })}\n`);
  console.log(
    `${drawn.number} ${drawn.kind}: ${String(verdict["state"] ?? words?.trim())}, ${seconds.toFixed(1)} s, ` +
      `${megabytes.toFixed(2)} MB (driver ${driverP99Us ?? "-"} us)\n${spentLines(spent).join("\n")}`,
  );
}
const of = (key: "seconds" | "megabytes"): string => median(costs.map((cost) => cost[key])).toFixed(2);
console.log(`median of ${costs.length}: ${of("seconds")} s, ${of("megabytes")} MB`);
