/**
 * The crowd's table of March and April 2021 once more, by way of the store: `import` the folder, `networks --json`. The same
 * figures and tolerances as crowd-2021.test.ts, which judges the files directly.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NetworkRecord, networkRecordSchema } from "../../src/cli/networks-record.ts";
import { dataPath, describeWithData } from "../data.ts";
import { PROGRAM } from "../program.ts";

const SET = "twitter-2021";
const SPAN = ["--since", "2021-03-01", "--until", "2021-05-01"];
const MOST_OUTPUT = 64 * 1024 * 1024;

describeWithData(SET, "the crowd of March and April 2021, through the store", () => {
  const folder = mkdtempSync(join(tmpdir(), "store-crowd-"));
  const store = ["--store", join(folder, "crowd.duckdb")];
  const run = (...words: string[]): string =>
    execFileSync(process.execPath, [PROGRAM, ...words], { encoding: "utf8", maxBuffer: MOST_OUTPUT });
  let judged: NetworkRecord[] = [];
  beforeAll(() => {
    run("import", dataPath(SET), ...store);
    judged = run("networks", ...store, ...SPAN, "--json")
      .trim()
      .split("\n")
      .map((line) => networkRecordSchema.parse(JSON.parse(line)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const network = (asn: number) => {
    const found = judged.find((one) => one.type === "network" && one.asn === asn && one.country === "RU");
    if (found?.type !== "network") throw new Error(`no record of AS${asn}`);
    return found;
  };
  const pooled = (...networks: number[]) => {
    // Networks seen from fewer than three places are not told.
    const own = judged.flatMap((one) => (one.type === "network" && networks.includes(one.asn) ? [one] : []));
    const sum = (field: "votes" | "throttledVotes") => own.reduce((all, one) => all + one[field], 0);
    return { share: sum("throttledVotes") / sum("votes"), votes: sum("votes") };
  };

  test("a second import of a day adds nothing", () => {
    expect(run("import", dataPath(SET, "2021-03", "13.csv"), ...store)).toMatch(/nothing new/);
  });

  test("networks, as the crowd notes have them", () => {
    expect(pooled(25_159, 31_213, 31_163).share).toBeGreaterThanOrEqual(0.95);
    expect(Math.abs(pooled(25_159, 31_213, 31_163).votes - 1263)).toBeLessThan(0.02 * 1263);
    expect(pooled(12_958, 48_092, 41_330, 42_437, 48_190).share).toBeGreaterThanOrEqual(0.94);
    for (const [asn, low, high] of [
      [16_345, 0.78, 0.9],
      [8359, 0.74, 0.87],
      [12_389, 0.36, 0.52],
    ] as const) {
      expect(network(asn).share).toBeGreaterThanOrEqual(low);
      expect(network(asn).share).toBeLessThanOrEqual(high);
      expect(network(asn).state).toBe("throttled");
    }
    expect(network(12_389).spread).toBe("by-place");
    // Its votes are of IPv6 places, of which the store keeps ordinals.
    expect(network(29_497).share).toBeLessThanOrEqual(0.09);
    expect(network(29_497).places).toBeGreaterThan(500);
    expect(pooled(25_513, 42_610, 35_807, 3226, 8369, 41_668).share).toBeLessThanOrEqual(0.01);
    expect(pooled(8402, 12_714).share).toBeLessThanOrEqual(0.01);
  });

  test("the country: its cap, no over-match, few false positives, no ending", () => {
    const russia = judged.find((one) => one.type === "country" && one.country === "RU");
    if (russia?.type !== "country") throw new Error("no record of Russia");
    expect(russia.capBps).toBeGreaterThanOrEqual(102_000);
    expect(russia.capBps).toBeLessThanOrEqual(113_000);
    expect(russia.falsePositiveRate).toBeLessThanOrEqual(0.0035);
    expect(russia.collateral).toMatch(/^no over-match seen, at most/);
    const groups = judged.flatMap((one) => (one.type === "group" && one.country === "RU" ? [one] : []));
    expect(groups.map(({ group, endings }) => [group, endings])).toEqual([
      ["mobile", []],
      ["landline", []],
    ]);
    const abroad = judged.flatMap((one) =>
      one.type === "network" && one.country !== "RU" && one.rows >= 10 && (one.share ?? 0) > 0.5
        ? [one.asn]
        : [],
    );
    expect(abroad).toEqual([]);
  });

  test("one incident, since before the first row; of 10 March nothing can be told", () => {
    const records = (...words: string[]): Record<string, unknown>[] =>
      run("incidents", ...store, "--json", ...words)
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const [incident, ...others] = records();
    expect(incident).toMatchObject({ kind: "throttling", origin: "imported", collateral: [] });
    expect(incident!.sentence).toMatch(
      /^abs\.twimg\.com was slowed down from before the first measurement on, and still at the last measurement, 2021-04-30/,
    );
    expect(others.filter(({ type }) => type === "incident")).toEqual([]);

    run("import", "scenarios/claims/twitter-2021.csv", ...store);
    const asked = records("--since", "2021-03-10", "--until", "2021-03-13");
    expect(asked.filter(({ type }) => type === "gap")).toEqual([
      expect.objectContaining({
        from: "2021-03-10T00:00:00.000Z",
        to: "2021-03-13T00:00:00.000Z",
        because: expect.stringContaining("cannot be told; needed:"),
      }),
    ]);
    const claims = asked.filter(({ type }) => type === "claim");
    expect(claims.length).toBeGreaterThan(5);
    for (const claim of claims)
      expect(claim).toMatchObject({
        state: "not-testable",
        because: expect.stringContaining("nothing was measured"),
      });
  });
});
