/**
 * The examples of docs/format.md are what the product writes: every one is valid, and every kind has one.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { analyzeRecordSchema } from "../../src/cli/record-schema.ts";

const text = readFileSync(new URL("../../docs/format.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/```json\n([\s\S]*?)\n```/g)].map(
  ([, json]) => JSON.parse(json!) as { type: string },
);

it("documents an example of every record", () => {
  const kinds = new Set(examples.map(({ type }) => type));
  expect([...kinds].sort()).toEqual(["name", "path", "problem", "summary", "transfer", "verdict"]);
});

it.each(examples.map((example) => [example.type, example] as const))(
  "the example of %s is valid",
  (_, example) => {
    const result = analyzeRecordSchema.safeParse(example);
    expect(result.error?.issues ?? []).toEqual([]);
  },
);
