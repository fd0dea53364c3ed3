/** What comes from outside is hostile: sizes, bombs, nesting, forged times and marks, foreign names and pages, addresses. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measurement, probeReport, Running } from "./running.ts";

const LIMITS = {
  bodyBytes: 200_000,
  plainBytes: 400_000,
  submissionsPerMinute: 100_000,
  questionsPerMinute: 100_000,
};
const PATIENT = { timeout: 15_000 };
const SUBMIT = "/api/v1/submit_measurement";

let running: Running;
beforeAll(async () => {
  running = await Running.start({ limits: LIMITS });
}, 60_000);
afterAll(() => running.stop(), 60_000);

const deadLetters = (): { reason: string }[] =>
  readFileSync(join(running.folder, "journal/dead-letters.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { reason: string });

describe("bodies", () => {
  const gzip = { "content-encoding": "gzip" };
  it.each<[string, string | Uint8Array, Record<string, string>, number]>([
    ["too large", "x".repeat(200_001), {}, 413],
    ["a gzip bomb", gzipSync(Buffer.alloc(20_000_000)), gzip, 413],
    [
      "a zstd bomb: a block of one byte repeated 131,072 times, again and again",
      zstdBomb(1_000),
      { "content-encoding": "zstd" },
      413,
    ],
    ["no gzip", "{}", gzip, 400],
    ["half a gzip", gzipSync(JSON.stringify(measurement(1))).subarray(0, 60), gzip, 400],
    ["no zstd", "{}", { "content-encoding": "zstd" }, 400],
    ["another encoding", "{}", { "content-encoding": "br" }, 415],
    ["two encodings", gzipSync(gzipSync("{}")), { "content-encoding": "gzip, gzip" }, 415],
    ["nothing", "", {}, 400],
    ["no JSON", '{"format":', {}, 400],
    ["a list", "[]", {}, 400],
    ["deep nesting outside", `{"content":${"[".repeat(90_000)}`, {}, 400],
    ["deep nesting inside", JSON.stringify({ content: `{"a":${"[".repeat(90_000)}` }), {}, 400],
    ["another format", JSON.stringify({ format: "yaml", content: "{}" }), {}, 400],
    ["no measurement", JSON.stringify({ format: "json", content: 7 }), {}, 400],
    [
      "__proto__",
      '{"format":"json","content":{"__proto__":{"test_name":"web_connectivity"},"constructor":1}}',
      {},
      400,
    ],
  ])("%s", async (_, body, headers, status) => {
    const answer = await running.ask(SUBMIT, { body, headers });
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatch(/^[^\n]{1,300}$/);
  });

  it("any bytes at all are refused, and the server goes on", async () => {
    let state = 1;
    const random = (): number => (state = (state * 48_271) % 2_147_483_647);
    const whole = Buffer.from(
      JSON.stringify({ format: "json", content: JSON.stringify(probeReport("measured", "fuzzed")) }),
    );
    for (let n = 0; n < 200; n++) {
      const body = Buffer.from(whole);
      for (let change = 0; change < 1 + (n % 8); change++) body[random() % body.length] = random() % 256;
      const { status } = await running.ask(SUBMIT, { body: body.subarray(0, 1 + (random() % body.length)) });
      expect([200, 400]).toContain(status);
    }
    expect(await running.ask("/health")).toMatchObject({ status: 200 });
  });
});

describe("measurements", () => {
  const day = 24 * 3_600_000;
  const inDays = (days: number): string =>
    new Date(Date.now() + days * day).toISOString().slice(0, 19).replace("T", " ");
  it.each<[string, object, RegExp]>([
    ["an address of the client", measurement(2, { probe_ip: "203.0.113.9" }), /probe_ip/],
    ["a time two days ahead", measurement(2, { measurement_start_time: inDays(2) }), /future/],
    ["a time before 2012", measurement(2, { measurement_start_time: "2011-12-31 23:59:59" }), /before 2012/],
    ["no time", measurement(2, { measurement_start_time: "now", test_start_time: null }), /no time/],
    ["another test", measurement(2, { test_name: "telegram" }), /not read/],
    ["simulated records", probeReport("simulated", "s-1"), /simulated/],
    [
      "simulated by its annotation",
      { ...probeReport("measured", "s-2"), annotations: { simulated: "SIMULATED" } },
      /simulated/,
    ],
    ["simulated by another word", measurement(2, { annotations: { origin: "Simulated" } }), /simulated/],
    ["an observation of another origin than its verdict", mixedReport(), /simulated|different/],
    ["a negative rate", brokenReport({ goodputBps: -1 }), /goodputBps/],
    ["a rate that is no number", brokenReport({ goodputBps: "1e999" }), /goodputBps/],
    ["a prefix finer than may be kept", brokenReport({ prefix: "203.0.113.9/32" }), /prefix/],
  ])("with %s are refused with the reason, which the dead letters have too", async (_, body, reason) => {
    const answer = await running.submit(body);
    expect(answer).toMatchObject({ status: 400, json: { error: expect.stringMatching(reason) } });
    await expect.poll(() => deadLetters().at(-1)!.reason, PATIENT).toMatch(reason);
  });

  it("claim networks as they like, but not where they come from", async () => {
    const { json } = await running.submit(brokenReport({ prefix: "198.51.100.0/24" }, "claimed"));
    await expect.poll(() => running.store.measurement(json.measurement_uid), PATIENT).toBeDefined();
    const kept = await running.store.measurement(json.measurement_uid);
    for (const { observation } of kept!.observations) expect(observation.prefix).toBeUndefined();
    expect(
      await running.submit(measurement(3, { probe_asn: "AS99999999999", probe_cc: "<script>" })),
    ).toMatchObject({
      status: 200,
    });
  });

  it("with SQL in every field change nothing", async () => {
    const sql = "x'); DROP TABLE observations; --";
    await running.submit(
      measurement(4, { input: sql, report_id: sql, probe_network_name: sql, software_name: sql, id: sql }),
    );
    const report = brokenReport({ target: sql, networkName: sql, failure: sql, address: sql }, sql);
    const { measurement_uid: uid } = (await running.submit(report)).json;
    await expect
      .poll(async () => (await running.store.measurement(uid))?.observations.length, PATIENT)
      .toBe(2);
    const asked = encodeURIComponent(sql);
    for (const name of ["domain", "input", "test_name"])
      expect(await running.ask(`/api/v1/measurements?${name}=${asked}`)).toMatchObject({ status: 200 });
    for (const name of [
      "probe_cc",
      "probe_asn",
      "since",
      "until",
      "order_by",
      "order",
      "limit",
      "offset",
      "anomaly",
      "format",
    ])
      expect(await running.ask(`/api/v1/measurements?${name}=${asked}`)).toMatchObject({ status: 400 });
    for (const name of ["axis_x", "axis_y", "time_grain", "format"])
      expect(await running.ask(`/api/v1/aggregation?${name}=${asked}`)).toMatchObject({ status: 400 });
    expect(await running.ask(`/api/v1/raw_measurement?measurement_uid=${asked}`)).toMatchObject({
      status: 404,
    });
    expect(await running.ask("/api/v1/forget", { body: { token: sql } })).toMatchObject({ status: 400 });
    expect(await running.ask(`/report/${asked}`, { body: {} })).toMatchObject({ status: 404 });
    expect((await running.store.summary()).observations).toBeGreaterThan(1);
  });
});

describe("requests", () => {
  it.each([
    ...[
      "/../../etc/passwd",
      "/..%2f..%2fetc%2fpasswd",
      "/api/v1/../../store.duckdb",
      "/%2e%2e/journal",
      "//etc/passwd",
    ],
    ...[
      "/journal/",
      "/api/v1/incidents/..%2f..%2fetc%2fpasswd",
      "/report/..%2f..%2fx/close",
      "/.git/config",
      "/%00",
      "/",
    ],
  ])("for %s find nothing", async (path) => {
    const answer = await running.ask(path);
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toMatch(/root:|DUCK/);
  });

  it.each<[Record<string, string>, number]>([
    [{ host: "evil.example" }, 421],
    [{ host: "127.0.0.1.evil.example:80" }, 421],
    [{ host: "user@127.0.0.1" }, 421],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "http://127.0.0.1:1" }, 403],
    [{ host: "localhost:8470" }, 200],
    [{ host: "localhost:8470", origin: "http://localhost:8470" }, 200],
  ])("under %j are answered %i", async (headers, status) => {
    for (const path of ["/health", "/api/v1/measurements", "/api/openapi.json"])
      expect((await running.ask(path, { headers })).status).toBe(status);
    const posted = await running.submit(measurement(5), { headers });
    expect(posted.status).toBe(status);
  });

  it("get a strict policy and no sign of what answers", async () => {
    const { headers } = await running.ask("/health");
    expect(headers["content-security-policy"]).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("server");
  });

  it("with large heads, long addresses or no HTTP are cut off", async () => {
    expect(await running.ask("/health", { headers: { x: "x".repeat(17_000) } })).toMatchObject({
      status: 431,
    });
    expect([400, 414, 431]).toContain(
      (await running.ask(`/api/v1/measurements?domain=${"x".repeat(10_000)}`)).status,
    );
    expect(await running.ask(`/report/${"x".repeat(500)}`, { body: {} })).toMatchObject({ status: 414 });
    expect(await raw("GET /health HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 421/,
    );
    expect(await raw("GET /health HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw("\x16\x03\x01 nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
    expect(
      await raw(
        "POST /report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      ),
    ).toMatch(/^HTTP\/1\.1 400/);
  });
});

function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(running.server.port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (piece) => (answer += String(piece)));
    socket.on("error", () => resolve(answer));
    socket.on("close", () => resolve(answer));
  });
}

describe("an address of a client", () => {
  it("is nowhere: journal, store, dead letters, log; behind a proxy its prefix is kept", async () => {
    const addresses = ["127.0.0.77", "203.0.113.99", "8.8.4.77", "2001:4860:4860::8877"];
    const proxied = await Running.start({ isBehindProxy: true });
    const { folder } = proxied;
    let n = 100;
    for (const address of addresses.slice(1)) {
      const headers = { "x-forwarded-for": address, "user-agent": address, "x-real-ip": address };
      expect(await proxied.submit(measurement(n++), { headers })).toMatchObject({ status: 200 });
      await proxied.submit(measurement(n++, { probe_ip: address }), { headers });
      // In a field that would be kept.
      const told = await proxied.submit(
        measurement(n++, { input: `http://${address.includes(":") ? `[${address}]` : address}/` }),
        { headers },
      );
      expect(told.status).toBe(400);
      await proxied.submit(measurement(n++, { test_keys: { client_resolver: address, requests: [] } }), {
        headers,
      });
      await proxied.ask(`/nothing?address=${address}`, { headers });
      await proxied.ask("/api/v1/forget", { body: { token: address }, headers });
      await proxied.ask("/report", { body: { probe_ip: address, test_name: address }, headers });
    }
    await proxied.submit(measurement(n++), { from: addresses[0]! });
    await proxied.stored(7);
    const kept = new Set<string | undefined>();
    for await (const batch of proxied.store.observations({}))
      for (const { observation } of batch) kept.add(observation.prefix);
    expect([...kept].sort()).toEqual(["2001:4860::/32", "8.8.4.0/24", undefined]);
    const check = (): void => {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (statSync(join(folder, name)).isDirectory()) continue;
        const bytes = readFileSync(join(folder, name));
        for (const address of addresses) expect(bytes.includes(address), `${address} in ${name}`).toBe(false);
      }
      for (const address of addresses) expect(proxied.log.join("")).not.toContain(address);
    };
    check();
    await proxied.stop(true);
    check();
  });
});

function brokenReport(fields: object, id = "broken"): Record<string, unknown> {
  const report = probeReport("measured", id) as { test_keys: { observations: object[] } };
  report.test_keys.observations[0] = { ...report.test_keys.observations[0], ...fields };
  return report as unknown as Record<string, unknown>;
}

function mixedReport(): Record<string, unknown> {
  return brokenReport({ origin: "simulated" });
}

/** Blocks that each repeat one byte (RFC 8878, section 3.1.1.2.2), 128 KiB of output from four bytes. */
function zstdBomb(blocks: number): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
  const size = 131_072;
  const block = Buffer.alloc(4);
  block.writeUIntLE((size << 3) | (1 << 1), 0, 3);
  const last = Buffer.from(block);
  last.writeUIntLE((size << 3) | (1 << 1) | 1, 0, 3);
  return Buffer.concat([head, ...Array.from({ length: blocks - 1 }, () => block), last]);
}
