/**
 * Every named situation of the public OONI measurements, against the state and the node of the vocabulary
 * that a careful reader gives it (expected.tsv beside the data).
 */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readOoniLine } from "../../src/observation/ooni.ts";
import { judgeOoniMeasurement } from "../../src/verdict/ooni-verdict.ts";
import { type Verdict, verdictSchema } from "../../src/verdict/verdict.ts";
import { dataPath, describeWithData, withRandomName } from "../data.ts";

const SET = "ooni-webconnectivity";
const table = dataPath(SET, "expected.tsv");
const situations = existsSync(table)
  ? readFileSync(table, "utf8")
      .split("\n")
      .slice(1)
      .filter((line) => line.trim() !== "")
      .map((line) => line.split("\t"))
      .map(([name, states, prefixes]) => ({
        name: name!,
        states: states!.split("|"),
        prefixes: (prefixes ?? "")
          .trim()
          .split("|")
          .filter((prefix) => prefix !== ""),
      }))
  : [];

async function judge(name: string): Promise<Verdict> {
  const text = await withRandomName(dataPath(SET, `${name}.json`), (copy) => readFileSync(copy, "utf8"));
  const reading = readOoniLine(text, 1);
  if (!reading.ok) throw new Error(reading.problem.reason);
  expect(reading.value.notes).toEqual([]);
  return judgeOoniMeasurement(reading.value);
}

describeWithData(SET, "named situations of OONI's test suite", () => {
  test("the table is there and names 27 situations", () => {
    expect(situations).toHaveLength(27);
  });

  test.each(situations)("$name is $states $prefixes", async ({ name, states, prefixes }) => {
    const verdict = await judge(name);
    expect(verdictSchema.safeParse(verdict).error).toBeUndefined();
    expect(states, verdict.evidence.join("; ")).toContain(verdict.state);
    if (prefixes.length === 0 || verdict.state === "insufficient") return;
    expect(verdict.mechanisms.length).toBeGreaterThan(0);
    for (const mechanism of verdict.mechanisms) {
      expect(
        prefixes.some((prefix) => mechanism === prefix || mechanism.startsWith(`${prefix}.`)),
        mechanism,
      ).toBe(true);
    }
  });
});
