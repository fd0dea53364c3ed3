/** `import`, `import ooni` and `networks` as commands: answers, exit codes, what is fetched and what is not. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importRecordSchema } from "../../src/cli/import-output.ts";
import { networkRecordSchema } from "../../src/cli/networks-record.ts";
import { PROGRAM } from "../program.ts";
import { type BucketServer, startBucket } from "../store/bucket-server.ts";

const folder = mkdtempSync(join(tmpdir(), "import-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...words: string[]): Promise<Answer> {
  const env = { ...process.env, XDG_DATA_HOME: path("home") };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, ...words], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Answer;
    return { code, stdout, stderr };
  }
}

const records = ({ stdout }: Answer) =>
  stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => importRecordSchema.parse(JSON.parse(line)));

const speeds = ["time,target_kbps,control_kbps,asn,country,address"];
for (let hour = 0; hour < 100; hour++) {
  const time = new Date(Date.UTC(2021, 2, 13) + hour * 3_600_000).toISOString();
  for (const net of [1, 2, 3, 4])
    speeds.push(`${time},${100 + (hour % 7)},${3000 + 10 * hour},64500,RU,198.51.${net}.7`);
}

describe("import", () => {
  test("into the store of the user's data folder; again: nothing new; networks reads it", async () => {
    writeFileSync(path("speeds.csv"), speeds.join("\n"));
    const first = await run("import", path("speeds.csv"));
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/800 added; .*observatory\.duckdb holds 800 observations/);
    expect(statSync(path("home/brakelight/observatory.duckdb")).mode & 0o777).toBe(0o600);
    expect((await run("import", path("speeds.csv"))).stdout).toMatch(/nothing new/);
    const [fromStore, fromFile] = [
      await run("networks", "--json"),
      await run("networks", path("speeds.csv"), "--json"),
    ];
    const judged = (answer: Answer) =>
      answer.stdout
        .trim()
        .split("\n")
        .map((line) => networkRecordSchema.parse(JSON.parse(line)));
    expect(judged(fromStore).find(({ type }) => type === "network")).toMatchObject({
      state: "throttled",
      places: 4,
    });
    const facts = (one: ReturnType<typeof judged>[number]) =>
      one.type === "country" ? one.rows : [one.votes, one.throttledVotes, one.state];
    expect(judged(fromStore).map(facts)).toEqual(judged(fromFile).map(facts));
    expect(await run("networks", "--since", "2022-01-01")).toMatchObject({ code: 1, stdout: "" });
    expect((await run("networks", "--until", "2021-03-14", "--json")).stdout).toMatch(/"rows":96,/);
    expect((await run("networks", "--country", "DE")).stderr).toMatch(/no row of .* is of DE/);
  });

  test("a folder, good and bad files: the good ones are in, exit code 1 for what was named and is no good", async () => {
    writeFileSync(path("bad.jsonl"), "{}\n");
    const answer = await run(
      "import",
      path("bad.jsonl"),
      path("speeds.csv"),
      path("missing"),
      "--store",
      path("a.duckdb"),
      "--json",
    );
    expect(answer.code).toBe(1);
    expect(answer.stderr.split("\n").filter((line) => line !== "")).toHaveLength(2);
    expect(records(answer)).toMatchObject([{ kind: "paired speeds", added: 800 }]);
  });

  test("of nothing leaves no store behind; one that was there stays", async () => {
    const left = path("left.duckdb");
    expect((await run("import", path("missing"), "--store", left)).code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith("left.duckdb"))).toEqual([]);
    await run("import", path("speeds.csv"), "--store", left);
    expect((await run("import", path("missing"), "--store", left)).code).toBe(1);
    expect((await run("networks", "--store", left, "--json")).stdout).toMatch(/"rows":400,/);
  });

  test("a laboratory's run, without its truth; never beside real records", async () => {
    const observation = { measurementId: "lab-1", origin: "simulated", role: "target", target: "a.example" };
    const runFolder = mkdtempSync(path("run-"));
    writeFileSync(join(runFolder, "observations.jsonl"), `${JSON.stringify(observation)}\n`);
    writeFileSync(join(runFolder, "truth.jsonl"), `{"type":"truth","time":"2021-03-10T07:00:00Z"}\n`);
    const said = {
      type: "timeline",
      time: "2021-03-10T07:00:00Z",
      kind: "statement",
      who: "w",
      text: "t",
      source: "s",
    };
    writeFileSync(join(runFolder, "timeline.jsonl"), `${JSON.stringify(said)}\n`);
    const answer = await run("import", runFolder, "--store", path("lab.duckdb"), "--json");
    expect(records(answer).map(({ kind, added }) => [kind, added])).toEqual([
      ["observations", 1],
      ["laboratory's timeline", 1],
    ]);
    const mixed = await run("import", runFolder, "--store", path("a.duckdb"));
    expect(mixed.code).toBe(2);
    expect(mixed.stderr).toMatch(/holds real records, and these are simulated/);
  });

  test("from an address: http only to this machine, redirects under the same rule", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/elsewhere") response.writeHead(302, { location: "http://192.0.2.1/x" }).end();
      else if (request.url === "/here") response.writeHead(302, { location: "/speeds.csv" }).end();
      else response.end(speeds.join("\n"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = ["--store", path("b.duckdb"), "--json"];
    expect(records(await run("import", `${base}/here`, ...store))).toMatchObject([
      { added: 800, file: `${base}/here` },
    ]);
    expect((await run("import", `${base}/elsewhere`, ...store)).stderr).toMatch(/not https/);
    expect((await run("import", "http://192.0.2.1/x.csv", ...store)).stderr).toMatch(/no https address/);
    server.close();
  });

  test("a store that is none, columns that are none", async () => {
    expect(await run("import", path("speeds.csv"), "--store", path("speeds.csv"))).toMatchObject({ code: 2 });
    expect((await run("import", path("speeds.csv"), "--columns", "when=x")).stderr).toMatch(
      /'when' is no field/,
    );
    expect((await run("networks", "--store", path("empty.duckdb"))).stderr).toMatch(
      /there is no such store yet/,
    );
  });
});

describe("import ooni", () => {
  const line = (uid: string) =>
    JSON.stringify({
      ...{
        data_format_version: "0.2.0",
        test_name: "web_connectivity",
        measurement_uid: uid,
        probe_cc: "RU",
      },
      ...{ measurement_start_time: "2021-03-10 07:01:02", input: "https://example.org/", test_keys: {} },
    });
  const key = (hour: string, n: number) =>
    `raw/20210310/${hour}/RU/webconnectivity/20210310${hour}_RU_webconnectivity.n0.${n}.jsonl.gz`;
  const files = new Map<string, Uint8Array>();
  for (const [hour, count] of [
    ["07", 3],
    ["08", 2],
  ] as const)
    for (let n = 0; n < count; n++)
      files.set(key(hour, n), gzipSync([`${hour}-${n}-a`, `${hour}-${n}-b`].map(line).join("\n")));
  files.set(
    "raw/20210310/07/RU/webconnectivity/2021031007_RU_webconnectivity.n0.0.tar.gz",
    Buffer.from("old"),
  );
  files.set(
    "raw/20210310/07/DE/webconnectivity/2021031007_DE_webconnectivity.n0.0.jsonl.gz",
    gzipSync(line("de")),
  );

  let bucket: BucketServer;
  beforeAll(async () => {
    bucket = await startBucket(files);
  });
  afterAll(() => bucket.close());
  const ooni = (...words: string[]) =>
    run(
      ...[
        "import",
        "ooni",
        "--country",
        "RU",
        "--since",
        "2021-03-10T07:00:00Z",
        "--base-url",
        bucket.address,
      ],
      ...["--store", path("ooni.duckdb"), ...words],
    );

  test("says how much and does nothing without consent", async () => {
    const answer = await ooni("--until", "2021-03-10T09:00:00Z");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/5 files, .* to fetch[\s\S]*nothing was fetched/);
    expect(bucket.asked.some((url) => url.endsWith(".gz"))).toBe(false);
  });

  test("takes an hour through a busy server, then only what is new; one request at a time", async () => {
    bucket.busyFor(2);
    const first = await ooni("--until", "2021-03-10T08:00:00Z", "--yes", "--json");
    expect(records(first).map(({ added, kind }) => [added, kind])).toEqual(Array(3).fill([2, "OONI"]));
    bucket.asked.length = 0;
    const second = await ooni("--until", "2021-03-10T09:00:00Z", "--yes", "--json");
    expect(records(second).map(({ file }) => file)).toEqual([key("08", 0), key("08", 1)]);
    expect(bucket.asked.filter((url) => url.endsWith(".gz"))).toHaveLength(2);
    expect((await ooni("--until", "2021-03-10T09:00:00Z", "--yes")).stderr).toMatch(/nothing new/);
    expect(bucket.most()).toBe(1);
    expect([...bucket.agents].every((agent) => agent.startsWith("brakelight"))).toBe(true);
  });

  test("what is asked for wrongly, and a bucket that is none", async () => {
    expect((await ooni("--test", "../x")).stderr).toMatch(/no test's name/);
    expect((await ooni("--until", "2020-01-01")).stderr).toMatch(/not later than/);
    expect((await run("import", "ooni", "--country", "RUS", "--since", "1d")).stderr).toMatch(/no code/);
    const dead = await run(
      "import",
      "ooni",
      "--country",
      "RU",
      "--since",
      "1h",
      "--base-url",
      "http://127.0.0.1:9",
      "--store",
      path("ooni.duckdb"),
    );
    expect(dead).toMatchObject({ code: 2 });
    expect(dead.stderr).toMatch(/127\.0\.0\.1:9\/: cannot be fetched/);
    expect(readFileSync(path("ooni.duckdb")).length).toBeGreaterThan(0);
  });
});
