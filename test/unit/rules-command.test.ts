/**
 * `brakelight rules` as a program: records, exit codes, one line an error, and broken files of every kind.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { readRuleFile } from "../../src/cli/rules-file.ts";
import { rulesRecordSchema } from "../../src/cli/rules-schema.ts";
import { readRuleYaml } from "../../src/rules/rule-yaml.ts";
import { PROGRAM } from "../program.ts";

const folder = mkdtempSync(join(tmpdir(), "brakelight-rules-"));
const twitter = "scenarios/rules/twitter-2021.yaml";
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function rules(...given: string[]) {
  const program = [PROGRAM, "rules", ...given];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: "utf8" });
  return {
    status,
    stdout,
    stderr,
    records: () =>
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
  };
}

describe("brakelight rules", () => {
  it("check answers with one valid record a name", () => {
    const names = ["reddit.com", "throttletwitter.com", "example.org"];
    const run = rules("check", ...names, "--rules", twitter, "--at", "2021-03-10T12:00Z", "--json");
    expect(run.status).toBe(0);
    const records = run.records().map((record) => rulesRecordSchema.parse(record));
    // Xue et al., IMC 2021.
    expect(records).toMatchObject([
      { name: "reddit.com", rule: "t-co-anywhere", pattern: "*t.co*" },
      { name: "throttletwitter.com", rule: "twitter-com-ending" },
      { name: "example.org", rule: null },
    ]);
  });

  it("collateral answers with valid records whose counts add up, and with what a fix frees", () => {
    const names = fileOf("tranco.csv", "1,microsoft.com\n2,reddit.com\n3,twitter.com\n4,example.org\n");
    const hosting = fileOf("map.csv", "reddit.com,192.0.2.1,A\nreddit.com,192.0.2.2,B\n");
    const list = ["--rules", twitter, "--at", "2021-03-11T12:00Z", "--names", names, "--hosting", hosting];
    const compare = ["--compare", twitter, "--compare-at", "2021-03-10T12:00Z"];
    const records = rules("collateral", ...list, ...compare, "--json")
      .records()
      .map((record) => rulesRecordSchema.parse(record));
    expect(records).toMatchObject([
      { type: "collateral", name: "microsoft.com", change: "freed" },
      { type: "collateral", name: "reddit.com", change: "freed", addresses: { hit: 2, known: 2 } },
      { type: "collateral-summary", names: 4, hit: 1, intended: 1, collateral: 0, freed: { names: 2 } },
    ]);
    const { stdout } = rules("collateral", ...list, ...compare);
    expect(stdout).toContain("The change frees 2 of 2 names");
    expect(
      rules("collateral", ...list, ...compare, "--csv")
        .stdout.trim()
        .split("\n"),
    ).toHaveLength(3);
  });

  it("answers for the good rules of a wrong list, names the wrong ones, and ends with 1", () => {
    const path = fileOf(
      "wrong.yaml",
      "action: drop\nrules:\n- {id: a, names: t.co}\n- {id: b, nmaes: x.y}\n",
    );
    const { status, stdout, stderr } = rules("check", "t.co", "--rules", path);
    expect(status).toBe(1);
    expect(stdout).toContain("rule 'a' matches");
    expect(stderr).toContain("wrong.yaml, line 4: rule 'b': there is no field 'nmaes'");
  });

  it.each<[string, string[]]>([
    ["no file", ["--rules", "/nowhere"]],
    ["an empty file", ["--rules", fileOf("empty", "")]],
    ["a time without a zone", ["--rules", twitter, "--at", "2021-03-10T12:00"]],
    ["a bad port", ["--rules", twitter, "--port", "99999"]],
    ["a bad address", ["--rules", twitter, "--address", "x"]],
  ])("ends with 1 and a line about %s", (_, given) => {
    const { status, stdout, stderr } = rules("check", "t.co", ...given);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^brakelight: .+\n/);
    expect(stderr).not.toContain("    at ");
  });
});

it("documents a rule list that is right", () => {
  const text = readFileSync(new URL("../../docs/format.md", import.meta.url), "utf8");
  for (const [, yaml] of text.matchAll(/```yaml\n([\s\S]*?)\n```/g)) {
    if (!/^rules:/m.test(yaml!)) continue;
    expect(readRuleYaml(yaml!, "").problems).toEqual([]);
  }
});

it("reads broken, cut and mixed files of every form without a throw but its own", async () => {
  const random = seededRandom(20_210_310);
  const seeds = [
    readFileSync(twitter),
    Buffer.from("t.co\n*.twimg.com\n192.0.2.0/24\n# x\n"),
    Buffer.from(
      "Updated: 2018\n192.0.2.1 | 192.0.2.2;a.b;http://a.b/;X;1;2018-01-01\n;*.c.d;;X;2;2018-01-01\n",
    ),
    Buffer.from('{"format":"brakelight-rules","version":1,"name":"","rules":[{"id":"a","names":["t.co"]}]}'),
  ];
  const startedMs = performance.now();
  for (let turn = 0; performance.now() - startedMs < 3_000; turn++) {
    const seed = seeds[turn % seeds.length]!;
    const bytes = Uint8Array.from(seed.subarray(0, random.integer(0, seed.length)));
    for (let i = random.integer(0, 8); i > 0 && bytes.length > 0; i--)
      bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
    const path = fileOf("fuzzed", bytes);
    const read = readRuleFile(path, { form: undefined, by: random.pick(["name", "address"]) });
    await read.catch((error: unknown) => expect(error).toHaveProperty("exitCode", 1));
  }
});
