/** The API over a real store: OONI's names, what is withheld, what is marked, what is refused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Observation } from "../../src/observation/observation.ts";
import type { Store, StoredObservation } from "../../src/store/store.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";
import { Running } from "./running.ts";

const HOOK_MS = 60_000;
const who = { origin: "imported", role: "target", target: "twitter.com", country: "RU" } as const;

/** Network 64500 is seen from four prefixes, 64501 from two; one measurement an hour each. */
async function fill(store: Store, origin: Observation["origin"] = "imported"): Promise<void> {
  const observations: StoredObservation[] = [];
  const verdicts: Verdict[] = [];
  for (const [asn, prefixes] of [
    [64500, 4],
    [64501, 2],
  ] as const) {
    for (let n = 0; n < 8; n++) {
      const [measurementId, time] = [`m-${asn}-${n}`, `2021-03-10T0${n}:17:31Z`];
      const prefix = `198.51.${asn - 64400 + (n % prefixes)}.0/24`;
      const observation = { ...who, origin, measurementId, time, asn, prefix, goodputBps: 140_000 + n };
      const verdict: Verdict = {
        ...{
          measurementId,
          time,
          asn,
          origin,
          target: "twitter.com",
          mechanisms: [],
          ruledOut: [],
          methodVersion: "1",
        },
        ...{ state: n < 6 ? "throttled" : "ok", confidence: n < 3 ? 0.97 : 0.8, evidence: ["=1+1"] },
      };
      observations.push({ observation, part: 0 });
      verdicts.push(verdict);
    }
  }
  await store.add({ observations, verdicts });
  // The other one has none, and says so.
  if (origin === "simulated")
    await store.addTimeline([
      {
        time: "2021-03-10T07:05:00Z",
        kind: "statement",
        text: "slowed",
        source: "R1",
        origin,
      },
    ]);
}

async function filled(origin?: Observation["origin"]): Promise<Running> {
  const first = await Running.start();
  await fill(first.store, origin);
  await first.stop(true);
  return Running.start({
    folder: first.folder,
    judgements: {
      networks: async () => ({ records: [{ type: "network", asn: 64500 }] }),
      changes: async () => ({ records: [{ type: "change", kind: "started", incident: "i-1" }] }),
      incidents: async () => ({
        records: [{ type: "incident", id: "i-1", onset: { to: "2021-03-10T07:00:00Z" }, findings: [1, 2] }],
        asOf: { time: "2021-03-10T08:00:00.000Z", measurements: 16 },
      }),
    },
  });
}

let running: Running;
let simulated: Running;
beforeAll(async () => {
  [running, simulated] = [await filled(), await filled("simulated")];
}, HOOK_MS);
afterAll(async () => {
  await running.stop();
  await simulated.stop();
}, HOOK_MS);

describe("measurements", () => {
  it("are told to the hour, of networks seen from three prefixes or more; what is withheld is counted", async () => {
    const { json } = await running.ask("/api/v1/measurements?probe_cc=ru&limit=100");
    expect(json.metadata).toMatchObject({ count: 8, withheld: 8, next_offset: null, partial: false });
    expect(json.results[0]).toEqual({
      ...{ measurement_uid: "m-64500-7", measurement_start_time: "2021-03-10T07:00:00Z", probe_cc: "RU" },
      ...{ probe_asn: "AS64500", domain: "twitter.com", state: "ok", confidence: 0.8 },
      ...{ anomaly: false, confirmed: false, failure: false },
      measurement_url: "/api/v1/raw_measurement?measurement_uid=m-64500-7",
    });
  });

  it.each([
    ["confirmed=true", 3],
    ["anomaly=true", 3],
    ["anomaly=false&confirmed=false", 2],
    ["failure=true", 0],
    ["since=2021-03-10T02:00:00Z&until=2021-03-10T04:00:00Z", 2],
    ["domain=TWITTER.com", 8],
    ["input=https://twitter.com/x", 8],
    ["input=https://other.example/x", 0],
    ["probe_asn=AS64501", 0],
    ["probe_asn=64500&order=ASC&order_by=test_start_time", 8],
    ["probe_cc=DE", 0],
  ])("by %s", async (query, count) => {
    expect((await running.ask(`/api/v1/measurements?${query}`)).json.metadata.count).toBe(count);
  });

  it("as pairs over time, of networks that may be told", async () => {
    const { json } = await running.ask("/api/v1/pairs?grain=all");
    expect(json.metadata).toMatchObject({ count: 1, withheld: 1 });
    expect(json.results).toMatchObject([{ probe_asn: "AS64500", domain: "twitter.com", measurements: 8 }]);
    const hidden = await running.ask("/api/v1/pairs?grain=day&by=everything&probe_asn=AS64501");
    expect(hidden.json.metadata).toMatchObject({ count: 0, withheld: 1 });
    const all = await running.ask("/api/v1/pairs?grain=all&by=everything&format=CSV");
    expect(all.text.split("\r\n")[0]).toMatch(
      /^from,probe_asn,domain,measurements,failed,pairs,slow,fast,ratio_p10/,
    );
    expect((await running.ask("/api/v1/pairs?grain=minute")).status).toBe(400);
    expect((await running.ask("/api/v1/timeline")).json.results).toEqual([]);
  });

  it("say which of OONI's parameters were not applied", async () => {
    const { json } = await running.ask("/api/v1/measurements?test_name=web_connectivity");
    expect(json.metadata.ignored).toEqual(["test_name"]);
  });

  it.each([
    ...[
      "limit=1001",
      "limit=-1",
      "offset=x",
      "order_by=1;DROP TABLE observations",
      "probe_cc=RUS",
      "probe_asn=AS1x",
    ],
    ...[
      "since=yesterday",
      "since=2021-13-45",
      "until=2021-01-01&since=2022-01-01",
      "probe_asn=9999999999",
      "format=XML",
    ],
    "unheard_of=1",
  ])("refuse %s", async (query) => {
    expect(await running.ask(`/api/v1/measurements?${encodeURI(query)}`)).toMatchObject({ status: 400 });
  });

  it("one by one, without prefix; of a withheld network none", async () => {
    const meta = await running.ask("/api/v1/measurement_meta?measurement_uid=m-64500-2");
    expect(meta.json).toMatchObject({ state: "throttled", confirmed: true, observations: 1 });
    const raw = await running.ask("/api/v1/raw_measurement?measurement_uid=m-64500-2");
    expect(raw.json.observations[0]).toMatchObject({ goodputBps: 140_002, time: "2021-03-10T02:00:00Z" });
    expect(raw.text).not.toMatch(/198\.51|prefix/);
    expect(await running.ask("/api/v1/raw_measurement?measurement_uid=m-64501-2")).toMatchObject({
      status: 404,
    });
    expect(await running.ask("/api/v1/raw_measurement?measurement_uid=none")).toMatchObject({ status: 404 });
  });
});

describe("sets", () => {
  it("aggregate by axes, as JSON and CSV", async () => {
    const { json } = await running.ask("/api/v1/aggregation?axis_x=measurement_start_day&axis_y=probe_asn");
    expect(json.results).toEqual([
      {
        ...{ measurement_start_day: "2021-03-10T00:00:00Z", probe_asn: "64500", measurement_count: 8 },
        ...{ anomaly_count: 3, confirmed_count: 3, failure_count: 0, ok_count: 2 },
      },
    ]);
    expect(json.metadata.withheld).toBe(1);
    const csv = await running.ask("/api/v1/aggregation?axis_x=probe_cc&format=CSV");
    expect(csv.headers["content-type"]).toMatch(/text\/csv/);
    expect(csv.text).toBe(
      "probe_cc,anomaly_count,confirmed_count,failure_count,ok_count,measurement_count\r\nRU,6,6,0,4,16\r\n",
    );
    // An hour has two measurements: fewer than three prefixes, whoever made them.
    const hours = await running.ask("/api/v1/aggregation?axis_x=measurement_start_day&time_grain=hour");
    expect(hours.json.metadata).toMatchObject({ count: 0, withheld: 8 });
  });

  it("of speeds by the hour, networks and incidents; as JSONL too", async () => {
    const speeds = await running.ask("/api/v1/hourly-speeds?format=JSONL");
    expect(speeds.text.trim().split("\n")).toHaveLength(8);
    expect(JSON.parse(speeds.text.split("\n")[0]!)).toMatchObject({
      hour: "2021-03-10T00:00:00Z",
      p50_bps: 140_000,
    });
    expect((await running.ask("/api/v1/networks?country=RU")).json.results).toEqual([
      { type: "network", asn: 64500 },
    ]);
    expect((await running.ask("/api/v1/incidents/i-1")).json).toMatchObject({ id: "i-1" });
    expect(await running.ask("/api/v1/incidents/i-2")).toMatchObject({ status: 404 });
    expect((await running.ask("/api/v1/incidents?format=CSV")).text).toBe(
      "type,id,onset_to,findings\r\nincident,i-1,2021-03-10T07:00:00Z,2\r\n",
    );
  });

  it("are described by an OpenAPI document; metrics are in base units", async () => {
    const { json } = await running.ask("/api/openapi.json");
    expect(json.openapi).toMatch(/^3\./);
    for (const path of [
      "measurements",
      "aggregation",
      "networks",
      "incidents",
      "hourly-speeds",
      "submit_measurement",
    ])
      expect(json.paths).toHaveProperty([`/api/v1/${path}`]);
    const names = (await running.ask("/metrics")).text.match(/^# TYPE (\S+)/gm)!.map((line) => line.slice(7));
    expect(
      names.every((name) => /(_total|_bytes|_seconds|_segments|_reports|_clients|_failing)$/.test(name)),
    ).toBe(true);
  });
});

describe("a simulated store", () => {
  const paths = [
    ...["measurements", "aggregation?axis_x=probe_cc", "hourly-speeds", "networks", "incidents"],
    ...["pairs", "timeline", "changes"],
  ];
  it.each(paths)("marks every answer of %s, in every format", async (path) => {
    const join = path.includes("?") ? "&" : "?";
    for (const format of ["JSON", "JSONL", "CSV"]) {
      const { headers, text, json } = await simulated.ask(`/api/v1/${path}${join}format=${format}`);
      expect(headers["x-brakelight-simulated"]).toBe("SIMULATED");
      if (format === "JSON") {
        expect(json.metadata.simulated).toBe("SIMULATED");
        expect(json.results.length).toBeGreaterThan(0);
        for (const one of json.results) expect(one.simulated).toBe("SIMULATED");
      } else {
        const lines = text
          .trim()
          .split("\n")
          .slice(format === "CSV" ? 1 : 0);
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines)
          expect(line).toMatch(format === "CSV" ? /^SIMULATED,/ : /^{"simulated":"SIMULATED",/);
      }
    }
  });

  it("marks single records, and takes no measurements", async () => {
    for (const path of [
      "raw_measurement?measurement_uid=m-64501-2",
      "measurement_meta?measurement_uid=m-64501-2",
      "incidents/i-1",
    ])
      expect((await simulated.ask(`/api/v1/${path}`)).json.simulated).toBe("SIMULATED");
    expect(await simulated.submit({})).toMatchObject({
      status: 403,
      json: { error: expect.stringMatching(/SIMULATED/) },
    });
  });
});

describe("what only the operator may see", () => {
  it("needs the token", async () => {
    const path = "/api/v1/admin/dead-letters";
    expect(await running.ask(path)).toMatchObject({ status: 401 });
    expect(await running.ask(path, { headers: { authorization: "Bearer wrong" } })).toMatchObject({
      status: 401,
    });
    expect(await running.ask(path, { headers: { authorization: "Bearer operator" } })).toMatchObject({
      status: 200,
    });
  });
});
