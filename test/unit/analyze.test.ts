/**
 * The command as its users run it: real files, a real process.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyzeRecordSchema } from "../../src/cli/record-schema.ts";
import { PROGRAM } from "../program.ts";
import { simulate } from "../simulator/simulate.ts";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "brakelight-analyze-"));
const file = (name: string): string => join(folder, name);

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Run> {
  return new Promise((done) => {
    const command = [PROGRAM, ...args];
    execFile("node", command, { cwd: root, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
}

const records = (stdout: string): { type: string; [key: string]: unknown }[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });

beforeAll(() => {
  const { capture } = simulate({
    seed: 7,
    flows: [{ requests: [{ bytes: 600_000 }, { bytes: 600_000, pauseUs: 300_000 }] }],
    devices: [{ kind: "policer", rateBps: 1_000_000, burstBytes: 30_000, scope: "flow", overheadBytes: 18 }],
    rttUs: 40_000,
    capture: { at: "sender" },
  });
  writeFileSync(file("4f1c"), capture);
  writeFileSync(file("4f1c-cut"), capture.subarray(0, capture.length - 7));
  writeFileSync(file("zipped"), gzipSync(capture));
  writeFileSync(file("nothing"), "");
  const report = { test_name: "brakelight_pairs", data_format_version: "0.2.0", test_keys: {} };
  writeFileSync(file("probe-report"), `${JSON.stringify(report)}\n`.repeat(3));
  writeFileSync(file("garbage"), "neither this nor that\n".repeat(10));
  writeFileSync(
    file("speeds"),
    "datetime_rounded,anonymized_ip,subnet,asn,as_country,as_organization,version,test_result,control_result,control_taco_result\n" +
      "2021-03-13 00:00:00 UTC,198.51.100.0,198.51.100.0/24,64500,RU,Example,4,104.36,3787.88,3517.0\n" +
      "2021-03-13 00:00:00 UTC,198.51.100.0,198.51.100.0/24,64500,RU,Example,4,-3,3787.88,3517.0\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("analyze", () => {
  it("says of a report of the probe once what reads it, and keeps a record a line", async () => {
    const people = await run("analyze", file("probe-report"));
    expect(people.stdout.match(/a report of 'probe': 'brakelight import' reads it/g)).toHaveLength(2);
    expect(people.stdout).toMatch(/line 1: a report.*\nand 2 more times: a report/);
    const { code, stdout } = await run("analyze", "--json", file("probe-report"));
    expect([people.code, code]).toEqual([0, 0]);
    expect(records(stdout).filter(({ type }) => type === "problem")).toHaveLength(3);
  });

  it("says in one sentence that a capture was policed, at which rate and with which bucket", async () => {
    const { code, stdout } = await run("analyze", file("4f1c"));
    expect(code).toBe(0);
    const [, rate, , bucket] = /policed at ([\d.]+) (\w+bit\/s) with a ([\d.]+) kB bucket/.exec(stdout)!;
    expect(Number(rate)).toBeCloseTo(1, 1);
    expect(Number(bucket)).toBeGreaterThan(28);
    expect(Number(bucket)).toBeLessThan(33);
    expect(stdout).toMatch(/in 2 of 2 segments/);
    expect(stdout).toMatch(/not congested: delay did not rise/);
  });

  it("writes nothing but valid records with --json, compressed input or not", async () => {
    for (const name of ["4f1c", "zipped"]) {
      const { code, stdout } = await run("analyze", "--json", "--names", file(name));
      expect(code).toBe(0);
      const found = records(stdout);
      for (const record of found)
        expect(analyzeRecordSchema.safeParse(record).error?.issues ?? []).toEqual([]);
      expect(found.at(-1)!.type).toBe("summary");
      const transfers = found.filter(({ type, slowness }) => type === "transfer" && slowness === "policed");
      expect(transfers).toHaveLength(2);
    }
  });

  it("gives one problem a broken file, goes on with the others, and ends with 1 where a file held nothing", async () => {
    const files = [file("4f1c-cut"), file("nothing"), file("garbage"), file("4f1c")];
    const { code, stdout, stderr } = await run("analyze", "--json", ...files);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(2);
    const found = records(stdout);
    const problems = found.filter(({ type }) => type === "problem");
    expect(problems.map(({ file: name }) => name)).toEqual(files.slice(0, 3));
    for (const name of [file("4f1c-cut"), file("4f1c")]) {
      expect(found.some((record) => record.type === "transfer" && record["file"] === name)).toBe(true);
    }
    expect((await run("analyze", "--json", file("4f1c-cut"))).code).toBe(0);
  });

  it("names a file that cannot be read in one line, with exit code 1, after the others", async () => {
    const { code, stdout, stderr } = await run("analyze", "--json", file("absent"), file("4f1c"));
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      `brakelight: ${file("absent")}: cannot be read: there is no such file`,
    ]);
    expect(records(stdout).some(({ type }) => type === "path")).toBe(true);
  });

  it("judges paired speeds and reports the row that holds no speed", async () => {
    const { code, stdout } = await run("analyze", "--json", file("speeds"));
    expect(code).toBe(0);
    const found = records(stdout);
    for (const record of found) expect(analyzeRecordSchema.safeParse(record).error?.issues ?? []).toEqual([]);
    expect(found.filter(({ type }) => type === "verdict").map(({ line, state }) => [line, state])).toEqual([
      [2, "throttled"],
      [3, "insufficient"],
    ]);
    expect(found.find(({ type }) => type === "problem")).toMatchObject({ line: 3 });
  });

  it("draws a picture that carries its source", async () => {
    const { code } = await run("analyze", file("4f1c"), "--plot", file("plots"));
    expect(code).toBe(0);
    const [name] = readdirSync(file("plots"));
    const svg = readFileSync(join(file("plots"), name!), "utf8");
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain("policed at");
    expect(svg).toContain("Brakelight, from 4f1c");
  });

  it("refuses options that make no sense in one line", async () => {
    for (const args of [
      ["--overhead", "-3"],
      ["--overhead", "many"],
      ["--json", "--csv"],
    ]) {
      const { code, stderr } = await run("analyze", file("4f1c"), ...args);
      expect(code).toBe(1);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });
});
