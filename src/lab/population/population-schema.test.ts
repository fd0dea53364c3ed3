import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { testScenario } from "../../../test/lab/population-scenario.ts";
import { populationOf } from "./config.ts";
import { populationConfig, populationSchema } from "./population-schema.ts";

it("is the defaults when nothing is said", () => {
  const scenario = testScenario();
  expect(populationConfig(scenario, populationSchema.parse({}))).toEqual(populationOf(scenario));
  expect(populationConfig(scenario)).toEqual(populationOf(scenario));
});

it("takes what a file says, in the file's units and with times after the start", () => {
  const scenario = testScenario();
  const section = populationSchema.parse(
    parse(`
      users: 200
      observations: 3000
      from: +1 h
      kinds: {mobile: 3}
      bytes: 375 kB
      timeout: 30 s
      gaps: [{from: 2021-03-11T00:00:00Z, for: 2 d}]
    `),
  );
  const config = populationConfig(scenario, section);
  expect(config).toMatchObject({
    users: 200,
    observations: 3000,
    fromMs: scenario.startMs + 3_600_000,
    untilMs: scenario.endMs,
    transferBytes: 375_000,
    timeoutMs: 30_000,
    gaps: [{ fromMs: Date.UTC(2021, 2, 11), untilMs: Date.UTC(2021, 2, 13) }],
  });
  expect(config.kindWeights).toEqual({ ...populationOf(scenario).kindWeights, mobile: 3 });
});

it("refuses unknown fields, times without a date and shares that exceed one", () => {
  for (const wrong of [{ people: 3 }, { from: "noon" }, { paired: 0.7, reach: 0.7 }, { timeout: "30" }])
    expect(populationSchema.safeParse(wrong).success).toBe(false);
});

it("reads the example of docs/format.md, whose table names every field and no other", () => {
  const text = readFileSync(new URL("../../../docs/format.md", import.meta.url), "utf8");
  const part = text.split("## Scenario: `population`")[1]!.split("\n## ")[0]!;
  const example = parse(/```yaml\n([\s\S]*?)\n```/.exec(part)![1]!) as { population: unknown };
  expect(populationSchema.safeParse(example.population).error?.issues ?? []).toEqual([]);
  const rows = [...part.matchAll(/^\| (`[^|]*?`) +\|/gm)].map(([, first]) => first!);
  const named = rows.flatMap((first) => [...first.matchAll(/`(\w+)`/g)].map(([, field]) => field!));
  expect(new Set([...named, "gapShare"])).toEqual(new Set(Object.keys(populationSchema.shape)));
});
