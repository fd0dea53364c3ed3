/** `brakelight networks` as a user runs it, on the crowd's tables of 2021 under random names. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEAST_PLACES, type NetworkRecord, networkRecordSchema } from "../../src/cli/networks-record.ts";
import { dataPath, describeWithData } from "../data.ts";
import { jsonLines, runProgram } from "../lab/lab-command.ts";

const folder = mkdtempSync(join(tmpdir(), "brakelight-networks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWithData("twitter-2021", "brakelight networks", () => {
  let records: NetworkRecord[] = [];

  beforeAll(async () => {
    let number = 0;
    for (const month of readdirSync(dataPath("twitter-2021"), { withFileTypes: true })) {
      if (!month.isDirectory()) continue;
      for (const day of readdirSync(dataPath("twitter-2021", month.name))) {
        const table = readFileSync(dataPath("twitter-2021", month.name, day), "utf8");
        // By the time of the first row: months that are added later tell another story.
        const [, first = ""] = table.split("\n", 2);
        if (/^2021-0[34]-/.test(first)) writeFileSync(join(folder, `${number++}.csv`), table);
      }
    }
    const { code, out } = await runProgram("networks", folder, "--country", "ru", "--json");
    expect(code).toBe(0);
    records = jsonLines(out).map((line) => networkRecordSchema.parse(line));
  });

  it("tells the country's goodput cap, that no lookalike was hit, and how often it errs", () => {
    const [country] = records;
    if (country?.type !== "country") throw new Error("the country stands first");
    // The crowd notes: 107.2, between 102 and 113; A/A at most .35 %.
    expect(country.capBps).toBeGreaterThanOrEqual(102_000);
    expect(country.capBps).toBeLessThanOrEqual(113_000);
    expect(country.falsePositiveRate).toBeLessThanOrEqual(0.0035);
    expect(country.collateral).toMatch(/^no over-match seen, at most/);
  });

  it("tells networks apart, and none that is seen from too few places", () => {
    const networks = records.filter((one) => one.type === "network");
    const share = (asn: number): number => networks.find((one) => one.asn === asn)!.share!;
    expect(share(25_159)).toBeGreaterThanOrEqual(0.94);
    expect(share(12_389)).toBeGreaterThanOrEqual(0.36);
    expect(share(12_389)).toBeLessThanOrEqual(0.52);
    expect(share(25_513)).toBeLessThanOrEqual(0.01);
    expect(Math.min(...networks.map(({ places }) => places))).toBeGreaterThanOrEqual(LEAST_PLACES);
    expect(records.filter((one) => one.type === "group").map(({ endings }) => endings)).toEqual([[], []]);
  });

  it("names no address and no prefix", () => {
    expect(JSON.stringify(records)).not.toMatch(/\d+\.\d+\.\d+\.\d+|"[0-9a-f]{1,4}:[0-9a-f:]+|\/24|\/48/);
  });
});

describe("brakelight networks, on what it cannot use", () => {
  it("says so in one line", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const plain = join(folder, "plain.txt");
    writeFileSync(plain, "time,target_kbps,control_kbps\n2021-03-13 00:00:00,1,2\n");
    for (const [path, reason] of [
      [join(folder, "nowhere"), /no such file or folder$/],
      [empty, /no table \(.csv\) in this folder$/],
      [plain, /has the speeds of a target and of a control, a time and a network: nothing to judge$/],
    ] as const) {
      const { code, out, words } = await runProgram("networks", path);
      expect([code, out]).toEqual([1, ""]);
      expect(words.trim().split("\n").at(-1)).toMatch(reason);
    }
  });
});
