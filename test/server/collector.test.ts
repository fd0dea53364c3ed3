/** OONI's submission protocols, over real sockets into a real store. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { submit } from "../../src/cli/probe-submit.ts";
import { measurement, probeReport, Running } from "./running.ts";

let running: Running;
beforeAll(async () => {
  running = await Running.start();
}, 60_000);
afterAll(() => running.stop(), 60_000);

let measurements = 0;

describe("a submission", () => {
  it("goes through the journal into the store", async () => {
    const answer = await running.submit(measurement(1));
    expect(answer.status).toBe(200);
    expect(answer.json.measurement_uid).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.json.deletion_token).toMatch(/^[\w-]{43}$/);
    await running.stored(++measurements);
  });

  it("of the same content is acknowledged twice, and kept once with one token", async () => {
    const [first, second] = await Promise.all([
      running.submit(measurement(2)),
      running.submit(measurement(2)),
    ]);
    const third = await running.submit(measurement(2));
    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
    expect(new Set([first, second, third].map(({ json }) => json.measurement_uid)).size).toBe(1);
    expect([first, second, third].filter(({ json }) => "deletion_token" in json)).toHaveLength(1);
    await running.stored(++measurements);
  });

  it("may be an object, with or without an envelope, and compressed with gzip or zstd", async () => {
    const bare = JSON.stringify(measurement(3));
    const enveloped = { format: "json", content: measurement(4) };
    // "zstd -c" of {"format":"json","content":...} needs no encoder here: one raw block (RFC 8878, section 3.1.1.2.2).
    for (const [body, encoding] of [
      [bare, undefined],
      [JSON.stringify(enveloped), undefined],
      [gzipSync(JSON.stringify(measurement(5))), "gzip"],
      [rawZstd(Buffer.from(JSON.stringify(measurement(6)))), "zstd"],
    ] as const) {
      const headers = {
        "content-type": "application/json",
        ...(encoding && { "content-encoding": encoding }),
      };
      expect(await running.ask("/api/v1/submit_measurement", { body, headers })).toMatchObject({
        status: 200,
      });
      measurements++;
    }
    await running.stored(measurements);
  });

  it("of our own probe is taken as the probe sends it", async () => {
    const report = probeReport("measured", "probe-1");
    const url = new URL(`http://127.0.0.1:${running.server.port}`);
    expect(await submit(report, url)).toMatchObject({
      measurement_uid: expect.stringMatching(/^[0-9a-f]{32}$/),
      deletion_token: expect.any(String),
    });
    await running.stored(++measurements);
  });

  it("cannot take another's id, nor add to its measurement", async () => {
    const longer = probeReport("measured", "probe-1") as { test_keys: { observations: object[] } };
    longer.test_keys.observations.push({ ...longer.test_keys.observations[0] });
    const uids = new Set<string>();
    for (const report of [
      probeReport("measured", "probe-1"),
      longer,
      measurement(20, { measurement_uid: "2021-x" }),
    ])
      uids.add((await running.submit(report)).json.measurement_uid);
    expect(uids.size).toBe(3);
    expect(uids).not.toContain("2021-x");
    measurements += 2;
    await running.stored(measurements);
  });

  it("in the way of older probes: a report is opened, filled and closed", async () => {
    const opened = await running.ask("/report", {
      body: { test_name: "web_connectivity", probe_cc: "RU", probe_asn: "AS12389", format: "json" },
    });
    expect(opened.json).toMatchObject({ supported_formats: ["json"] });
    const { report_id: id } = opened.json as { report_id: string };
    expect(id).toMatch(/^\d{8}T\d{6}Z_webconnectivity_RU_12389_n1_[0-9a-f]{32}$/);
    const body = { format: "json", content: measurement(7) };
    expect(await running.ask(`/report/${id}`, { body })).toMatchObject({
      status: 200,
      json: { status: "success" },
    });
    measurements++;
    expect(await running.ask(`/report/${id}/close`, { method: "POST" })).toMatchObject({ status: 200 });
    expect(
      await running.ask(`/report/${id}`, { body: { format: "json", content: measurement(8) } }),
    ).toMatchObject({
      status: 404,
    });
    await running.stored(measurements);
  });

  it("is prepared by check-in, collectors and test-helpers", async () => {
    const checkedIn = await running.ask("/api/v1/check-in", {
      body: { probe_cc: "RU", probe_asn: "AS12389" },
    });
    expect(checkedIn.json).toMatchObject({
      ...{ v: 1, probe_cc: "RU", probe_asn: "AS12389" },
      tests: { web_connectivity: { urls: [], report_id: expect.any(String) } },
    });
    expect((await running.ask("/api/v1/collectors")).json).toHaveLength(1);
    expect((await running.ask("/api/v1/test-helpers")).json).toEqual({});
  });
});

describe("a deletion token", () => {
  it("deletes its measurement; what comes again then is new", async () => {
    const { json } = await running.submit(measurement(9));
    await running.stored(measurements + 1);
    const forget = (token: unknown) => running.ask("/api/v1/forget", { body: { token } });
    expect((await forget(json.deletion_token)).json).toEqual({ deleted: 1 });
    await running.stored(measurements);
    expect((await forget(json.deletion_token)).json).toEqual({ deleted: 0 });
    expect(await forget("x' OR 1=1 --")).toMatchObject({ status: 400 });
    expect((await running.submit(measurement(9))).json).toHaveProperty("deletion_token");
    await running.stored(++measurements);
  });
});

/** A frame of one block that is not compressed. */
function rawZstd(content: Buffer): Buffer {
  const head = Buffer.alloc(4 + 1 + 4 + 3);
  head.writeUInt32LE(0xfd2fb528, 0);
  head[4] = 0b1010_0000;
  head.writeUInt32LE(content.length, 5);
  head.writeUIntLE((content.length << 3) | 1, 9, 3);
  return Buffer.concat([head, content]);
}
