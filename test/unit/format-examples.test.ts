/**
 * The examples of docs/format.md are what the product writes: every one is valid, and every kind has one.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { abilitySchema } from "../../src/cli/doctor-record.ts";
import { importRecordSchema } from "../../src/cli/import-output.ts";
import { probeVerdictSchema } from "../../src/cli/probe-record.ts";
import { analyzeRecordSchema } from "../../src/cli/record-schema.ts";
import { rulesRecordSchema } from "../../src/cli/rules-schema.ts";
import { pageLoadSchema } from "../../src/observation/page-load.ts";
import { checkLine } from "../../src/store/checked-line.ts";

const recordSchema = z.union([
  analyzeRecordSchema,
  rulesRecordSchema,
  probeVerdictSchema,
  abilitySchema,
  importRecordSchema,
  pageLoadSchema,
]);

const text = readFileSync(new URL("../../docs/format.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/```json\n([\s\S]*?)\n```/g)].map(
  ([, json]) => JSON.parse(json!) as { type: string },
);

it("documents an example of every record", () => {
  const kinds = new Set(examples.map(({ type }) => type));
  const analyze = ["name", "path", "problem", "summary", "transfer", "verdict"];
  const rules = ["collateral", "collateral-rule", "collateral-summary", "rule-match"];
  expect([...kinds].sort()).toEqual([...analyze, ...rules, "ability", "import", "page-load"].sort());
});

it.each(examples.map((example) => [example.type, example] as const))(
  "the example of %s is valid",
  (_, example) => {
    const result = recordSchema.safeParse(example);
    expect(result.error?.issues ?? []).toEqual([]);
  },
);

it("the example of a file of observations is one", () => {
  const lines = [...text.matchAll(/^\{"measurementId":.*$/gm)].map(([line]) => checkLine(line));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line.ok ? undefined : line.problem).toBeUndefined();
});
