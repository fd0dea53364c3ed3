/** What import makes of each kind of file, good and bad, without the command line around it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { importFile } from "../../src/cli/import-file.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { observationSchema } from "../../src/observation/observation.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { PlaceOrdinals } from "../../src/store/paired-entries.ts";
import type { Store } from "../../src/store/store.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "import-files-"));
  store = await openDuckdbStore(join(folder, "store.duckdb"));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function take(content: string | Uint8Array, columns: Record<string, string> = {}, name = "file") {
  const path = join(folder, name);
  writeFileSync(path, content);
  const names = new Map(Object.entries(columns));
  return importFile(path, { store, names, places: new PlaceOrdinals() });
}

async function kept(): Promise<Observation[]> {
  const rows: Observation[] = [];
  for await (const batch of store.observations({}, "all"))
    for (const { observation } of batch) rows.push(observationSchema.parse(observation));
  return rows;
}

const jsonl = (...values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");

const CROWD_HEADER =
  "datetime_rounded,anonymized_ip,subnet,asn,as_country,as_organization,as_organization_iden,version,test_result,control_result,control_taco_result";
const crowd = (address: string, subnet: string, speeds: string): string =>
  `2021-03-13 00:00:00 UTC,${address},${subnet},8359,RU,MTS,ORG,4,${speeds}`;

describe("the crowd's table", () => {
  const table = [
    CROWD_HEADER,
    crowd("198.51.100.0", "198.51.100.0/24", "104.36,3787.88,3517.0"),
    crowd("2001:db8:1::", "2001:db8::/32", "104.36,3787.88,3517.0"),
    crowd("2001:db8:2::", "2001:db8::/32", "104.36,3787.88,"),
    crowd("2001:db8:1::", "2001:db8::/32", "104.36,3787.88,3517.0"),
    crowd("198.51.100.0", "198.51.100.0/24", "104.36,-5,3517.0"),
  ].join("\n");

  test("one measurement a row, its parts by role, its verdict beside it, places as ordinals", async () => {
    const report = await take(table);
    expect(report).toMatchObject({ kind: "paired speeds", added: 13, duplicates: 0, refused: 1 });
    expect(report.reasons[0]).toMatchObject({ count: 1, firstLine: 6 });
    const rows = await store.measurements({ order: "asc", limit: 9, offset: 0 });
    expect(rows.map(({ state }) => state).sort()).toEqual(["insufficient", ...Array(4).fill("throttled")]);
    expect(rows[0]).toMatchObject({ asn: 8359, target: "abs.twimg.com", country: "RU", failed: false });
    const parts = await Promise.all(
      rows.map(async ({ measurementId }) =>
        (await store.measurement(measurementId))!.observations.map(
          ({ part, observation: { role } }) => `${part} ${role}`,
        ),
      ),
    );
    expect(parts.map((one) => one.join(", ")).sort()).toEqual([
      "0 target, 1 control",
      ...Array(3).fill("0 target, 1 control, 2 lookalike"),
      "0 target, 2 lookalike",
    ]);
    const places: (string | undefined)[] = [];
    for await (const batch of store.speedRows({})) for (const { place } of batch) places.push(place);
    expect(places.sort()).toEqual([
      "198.51.100.0/24",
      "2001:db8::/32#0",
      "2001:db8::/32#0",
      "2001:db8::/32#1",
    ]);
  });

  test("again, under another name, grown, or compressed: only what is new", async () => {
    expect((await take(table)).added).toBe(13);
    expect(await take(table, {}, "other name")).toMatchObject({ added: 0, duplicates: 13 });
    const grown = `${table}\n${crowd("198.51.100.0", "198.51.100.0/24", "104.36,3787.88,3517.0")}`;
    expect(await take(gzipSync(grown))).toMatchObject({ added: 3, duplicates: 13 });
  });
});

describe("OONI", () => {
  const measurement = (fields: object = {}) => ({
    ...{ data_format_version: "0.2.0", test_name: "web_connectivity", measurement_uid: "uid-1" },
    ...{ measurement_start_time: "2024-02-12 20:33:47", probe_asn: "AS137", probe_cc: "IT" },
    ...{ probe_ip: "203.0.113.99", input: "https://example.org/page", test_keys: {} },
    ...fields,
  });

  test("a request with its bytes over time; a failed step; nothing at all", async () => {
    const events = [0.5, 1, 2].map((t, at) => ({
      ...{ operation: "bytes_received_cumulative", transaction_id: 7, t0: t, t, num_bytes: (at + 1) * 1000 },
    }));
    const request = {
      request: { url: "https://example.org/page" },
      response: { code: 200 },
      transaction_id: 7,
    };
    const report = await take(
      jsonl(
        measurement({ test_keys: { requests: [request], network_events: events } }),
        measurement({
          measurement_uid: "uid-2",
          test_keys: {
            tcp_connect: [{ ip: "192.0.2.5", port: 443, status: { failure: "connection_refused" } }],
          },
        }),
        measurement({ measurement_uid: "uid-3" }),
        measurement({ test_name: "ndt" }),
        { test_name: "web_connectivity" },
      ),
    );
    expect(report).toMatchObject({ kind: "OONI", added: 3, refused: 2 });
    const [first, second, third] = (await kept()).sort((a, b) =>
      a.measurementId < b.measurementId ? -1 : 1,
    );
    expect(first).toMatchObject({
      target: "example.org",
      statusCode: 200,
      bytes: 3000,
      durationUs: 1_500_000,
    });
    expect(first!.samples).toHaveLength(3);
    expect(first!.goodputBps).toBeCloseTo(16_000, 6);
    expect(second).toMatchObject({
      operation: "connect",
      failure: "connection_refused",
      address: "192.0.2.5",
    });
    expect(third).toMatchObject({ measurementId: "uid-3", country: "IT", asn: 137, target: "example.org" });
    expect((await store.measurement("uid-2"))?.verdicts).toHaveLength(1);
  });

  const verdict = {
    ...{ type: "verdict", measurementId: "p1", time: "2026-11-25T20:29:41.120Z", target: "abs.twimg.com" },
    ...{ state: "throttled", slowness: "policed", mechanisms: ["tls.throttle.sni"], rateBps: 145_798 },
    ...{ rateLowBps: 145_102, rateHighBps: 146_377, confidence: 0.95, evidence: ["slow"], ruledOut: [] },
    ...{ bytes: 1, seconds: 1, methodVersion: "1", origin: "measured" },
    trigger: { pattern: "*t.co*", where: "sni", connections: 14 },
    place: { blockerHop: 3 },
    ladder: [{ hopLimit: 3, acted: 2, passed: 0, unsure: 0, router: "private" }],
    bypass: { "tcp-split": true, padding: false },
  };
  const report = (keys: object) =>
    measurement({ test_name: "brakelight_pairs", test_keys: keys, probe_asn: "AS0" });

  test("a report of our own probe: its observations and its verdict", async () => {
    const observations = ["target", "control"].map((role) => ({
      ...{ measurementId: "p1", origin: "measured", role, comparison: "control-server", pair: 0, bytes: 5 },
    }));
    expect(await take(jsonl(report({ verdict, observations, reaches: [] })))).toMatchObject({
      added: 2,
      refused: 0,
    });
    const whole = await store.measurement("p1");
    expect(whole?.verdicts[0]).toMatchObject({
      ...{ state: "throttled", confidence: 0.95 },
      rate: { rateBps: 145_798, interval: { lowBps: 145_102, highBps: 146_377 } },
      trigger: { kind: "sni", value: "*t.co*" },
      place: { afterHop: 2, atOrBeforeHop: 3 },
      ladder: verdict.ladder,
      bypass: verdict.bypass,
    });
    const forged = { ...observations[0], measurementId: "somebody else's" };
    const broken = { ...observations[0], prefix: "192.0.2.77/32" };
    expect(
      await take(
        jsonl(report({ verdict, observations: [forged] }), report({ verdict, observations: [broken] })),
      ),
    ).toMatchObject({ added: 0, refused: 2 });
  });
});

describe("a laboratory's run", () => {
  test("of its timeline only what the public knows", async () => {
    const at = (kind: string, fields: object) => ({
      ...{ type: "timeline", time: "2021-03-10T07:00:00.000Z", packetUs: 1, kind },
      ...fields,
    });
    const lines = [
      at("demands", { platform: "twitter", filed: 21, removed: 2, refused: 18, sued: 1, answered: 0 }),
      at("order", {
        order: "o1",
        what: "throttle",
        by: "ladder",
        targets: ["twitter"],
        share: { mobile: 1, landline: 0.5 },
      }),
      at("order", { order: "secret", what: "block", by: "person", targets: ["kremlin.ru"] }),
      at("bundle", { version: 1, orders: ["secret"] }),
      at("delivered", { network: "megafon", device: 0, version: 1, orders: ["secret"] }),
      at("fault-began", { fault: "f", what: "flood" }),
      at("statement", { who: "ministry", text: "a device failed", source: "press" }),
      at("order-end", { order: "secret" }),
      at("order-end", { order: "o1" }),
    ];
    expect(await take(jsonl(...lines))).toMatchObject({
      kind: "laboratory's timeline",
      added: 4,
      refused: 0,
    });
    const entries = await store.timeline({});
    expect(entries.map(({ kind }) => kind).sort()).toEqual(["demands", "order", "order-end", "statement"]);
    expect(entries.every(({ origin }) => origin === "simulated")).toBe(true);
    expect(JSON.stringify(entries)).not.toMatch(/secret|kremlin|flood|megafon/);
    expect(entries.find(({ kind }) => kind === "order")?.text).toBe(
      "order o1 to throttle: twitter (100 % of mobile, 50 % of landline)",
    );
  });

  test("its truth is refused", async () => {
    await expect(take(jsonl({ type: "truth", time: "2021-03-10T07:00:00Z" }))).rejects.toThrow(
      /what really held/,
    );
  });
});

describe("a service's own records", () => {
  const ADDRESSES = ["203.0.113.77", "2001:db8:aaaa:bbbb::77"];

  test("an edge log, as CSV with names of its own and as JSON lines", async () => {
    const csv = [
      "when,ip,vhost,sent,took,code",
      ...ADDRESSES.map((address) => `2021-03-10T07:00:00Z,${address},Example.org:443,1000000,2.5,200`),
      "2021-03-10T07:00:00Z,not an address,example.org,1,1,200",
      "yesterday,203.0.113.77,example.org,1,1,200",
      "2021-03-10T07:00:00Z,203.0.113.77",
    ].join("\n");
    const columns = {
      time: "when",
      client: "ip",
      host: "vhost",
      bytes: "sent",
      duration: "took",
      status: "code",
    };
    expect(await take(csv, columns)).toMatchObject({ kind: "edge log", added: 2, refused: 3 });
    expect(await kept()).toMatchObject([
      {
        target: "example.org",
        bytes: 1_000_000,
        durationUs: 2_500_000,
        goodputBps: 3_200_000,
        statusCode: 200,
      },
      { target: "example.org" },
    ]);
    expect((await kept()).map(({ prefix }) => prefix).sort()).toEqual(["2001:db8::/32", "203.0.113.0/24"]);
    const line = {
      time: 1_615_359_600,
      client: ADDRESSES[0],
      host: "example.org",
      bytes: 10,
      duration_ms: 5,
      status: 503,
    };
    expect(await take(jsonl(line, line))).toMatchObject({ kind: "edge log", added: 2 });
  });

  test("Network Error Logging: types become OONI's failures", async () => {
    const error = (type: string, phase: string) => ({
      ...{ age: 1000, type: "network-error", url: "https://www.example.org/private/page?user=1" },
      body: {
        type,
        phase,
        elapsed_time: 45_000,
        server_ip: "192.0.2.9",
        status_code: 0,
        sampling_fraction: 1,
      },
      ...{ received_at: "2021-03-10T07:00:01Z", client_ip: ADDRESSES[1] },
    });
    const list = [
      error("tcp.reset", "connection"),
      error("dns.name_not_resolved", "dns"),
      error("ok", "application"),
    ];
    expect(await take(JSON.stringify(list, null, 2))).toMatchObject({ kind: "network errors", added: 3 });
    const rows = await kept();
    expect(rows.map(({ failure, operation }) => [failure, operation]).sort()).toEqual([
      [undefined, undefined],
      ["connection_reset", "connect"],
      ["dns_nxdomain_error", "resolve"],
    ]);
    expect(rows[0]).toMatchObject({
      ...{ time: "2021-03-10T07:00:00.000Z", target: "www.example.org", prefix: "2001:db8::/32" },
      durationUs: 45_000_000,
    });
    expect(JSON.stringify(rows)).not.toMatch(/private|user=1/);
  });

  test("Resource Timing: connection, handshake, speed; caches and other origins' zeros are no measurements", async () => {
    const entry = {
      ...{ entryType: "resource", name: "https://cdn.example.org/large.jpg", startTime: 10, duration: 2100 },
      ...{
        connectStart: 20,
        secureConnectionStart: 60,
        connectEnd: 120,
        responseStart: 200,
        responseEnd: 2200,
      },
      ...{ transferSize: 500_300, encodedBodySize: 500_000, responseStatus: 200 },
    };
    const beacon = {
      timeOrigin: 1_615_359_600_000,
      client_ip: ADDRESSES[0],
      entries: [entry, { ...entry, transferSize: 0 }],
    };
    const bare = {
      ...entry,
      connectStart: 0,
      secureConnectionStart: 0,
      connectEnd: 0,
      responseStart: 0,
      encodedBodySize: 0,
    };
    expect(await take(jsonl(beacon, { ...bare, transferSize: 0 }))).toMatchObject({ added: 2, refused: 1 });
    expect((await kept())[0]).toMatchObject({
      ...{
        connectUs: 40_000,
        handshakeUs: 60_000,
        bytes: 500_000,
        durationUs: 2_000_000,
        goodputBps: 2_000_000,
      },
      prefix: "203.0.113.0/24",
    });
  });

  test("no address of a client is anywhere in the store's files", async () => {
    const line = (client: string) => ({
      time: "2021-03-10T07:00:00Z",
      client,
      host: "example.org",
      bytes: 1,
    });
    await take(jsonl(...ADDRESSES.map(line)));
    // The file and its journal, while it is open and after; the folder for what does not fit into memory is empty.
    const contents = (): Buffer[] =>
      readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && entry.name.startsWith("store"))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    const whileOpen = contents();
    await store.close();
    const closed = contents();
    for (const bytes of [...whileOpen, ...closed])
      for (const address of ADDRESSES) expect(bytes.includes(address)).toBe(false);
    expect(closed.some((bytes) => bytes.includes("203.0.113.0/24"))).toBe(true);
    store = await openDuckdbStore(join(folder, "store.duckdb"));
  });
});

describe("demands and statements", () => {
  test("a table with its own headers", async () => {
    const csv = [
      "date,what,link,about,who",
      "2021-03-10,Twitter is slowed,https://example.org/a,twitter.com; t.co,regulator",
      '2021-03-10T09:00:00+03:00,"a ""device"" failed",R1,,ministry',
      ",nothing,R1,,",
      "2021-03-11,,R1,,",
    ].join("\n");
    const columns = { time: "date", text: "what", source: "link", targets: "about" };
    expect(await take(csv, columns)).toMatchObject({ kind: "statements", added: 2, refused: 2 });
    expect(await take(csv, columns)).toMatchObject({ added: 0, duplicates: 2 });
    expect(await store.timeline({})).toEqual([
      {
        ...{
          time: "2021-03-10T00:00:00.000Z",
          kind: "statement",
          who: "regulator",
          text: "Twitter is slowed",
        },
        ...{ source: "https://example.org/a", targets: ["twitter.com", "t.co"], origin: "imported" },
      },
      {
        ...{
          time: "2021-03-10T06:00:00.000Z",
          kind: "statement",
          who: "ministry",
          text: 'a "device" failed',
        },
        ...{ source: "R1", origin: "imported" },
      },
    ]);
  });
});

describe("what is no good", () => {
  test.each([
    ["nothing", "", /empty/],
    ["a text", "hello\n", /nothing that can be imported/],
    ["a capture", Buffer.from("d4c3b2a1020004000000000000000000", "hex"), /nothing that can be imported/],
  ])("%s", async (_, content, message) => {
    await expect(take(content as string)).rejects.toThrow(message);
  });

  test("a broken compression, deep nesting, long lines: what was good is kept", async () => {
    const good = jsonl({ time: "2021-03-10T07:00:00Z", client: "203.0.113.1", host: "a.example", bytes: 1 });
    const cut = gzipSync(good.repeat(2000));
    const report = await take(cut.subarray(0, cut.length - 20));
    expect(report.reasons.map(({ reason }) => reason)).toContainEqual(
      expect.stringMatching(/gzip compression is broken/),
    );
    const deep = `${good}${"[".repeat(100_000)}\n{"time":${"[".repeat(50_000)}\n"text"\n${good}`;
    expect(await take(deep, {}, "deep")).toMatchObject({ refused: 3 });
    expect((await kept()).length).toBeGreaterThan(0);
  });

  test("any bytes behind any beginning are refused or counted, never a crash", async () => {
    const beginnings = [
      `${CROWD_HEADER}\n`,
      "time,client,host,bytes\n",
      "time,text,source\n",
      '{"type":"timeline","time":"2021-03-10T07:00:00.000Z",',
      '{"measurementId":"a","role":"target",',
      '[{"type":"network-error","url":"https://a.example",',
      '{"test_name":"web_connectivity","test_keys":{',
      '{"test_name":"brakelight_pairs","test_keys":{"observations":[',
      "PAR1",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...beginnings),
        fc.uint8Array({ maxLength: 300 }),
        async (start, tail) => {
          await take(Buffer.concat([Buffer.from(start), tail])).catch((error: Error) => {
            expect(error.message.split("\n")).toHaveLength(1);
            expect(error.constructor.name).toMatch(/CommandError|StoreProblem/);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
