/**
 * What every store must answer, whatever keeps the records: run by the tests of each of them.
 * `open` gives an empty store, `reopen` the same records again, as a new process would find them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Observation, observationSchema } from "../../src/observation/observation.ts";
import { isCoarsePrefix } from "../../src/observation/prefix.ts";
import type { TimelineEntry } from "../../src/observation/timeline-entry.ts";
import { type Store, type StoredObservation, StoreProblem } from "../../src/store/store.ts";
import { judgeSpeedPair } from "../../src/verdict/speed-pair.ts";
import { drawnRecords, HOUR_MS, START_MS, stored, timeAt, verdict } from "./drawn-records.ts";

export interface StoreUnderTest {
  open(): Promise<Store>;
  /** Of the store that was opened last, after it was closed. */
  reopen(): Promise<Store>;
}

const SLOW_BPS = 140_000;
const FAST_BPS = 9_000_000;
const no = (): never => {
  throw new Error("nothing should be refused");
};

async function all<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

const statement = (text: string, hours = 0): TimelineEntry => ({
  ...{ ...timeAt(hours), kind: "statement", who: "operator", text, source: "press", origin: "imported" },
});

export function describeStore(name: string, under: StoreUnderTest): void {
  describe(name, () => {
    let store: Store;
    let folder: string;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "store-contract-"));
      store = await under.open();
    });
    afterEach(async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const put = (...observations: StoredObservation[]) => store.add({ observations });

    test("an empty store says so", async () => {
      expect(await store.summary()).toEqual({ observations: 0, measurements: 0 });
      expect(await all(store.observations({}))).toEqual([]);
      expect(await store.measurement("a")).toBeUndefined();
    });

    test("a measurement comes back as it was, in time's order, with samples where asked", async () => {
      const samples = [{ elapsedUs: 100, bytes: 4 }];
      const late = stored("b", 0, { ...timeAt(2), samples, trigger: { kind: "sni", value: "x" } });
      const early = { ...stored("a", 1, { asn: 4_294_967_295 }), place: 3 };
      const timeless = { part: 0, observation: { measurementId: "0", origin: "imported", role: "control" } };
      expect(await put(late, timeless as StoredObservation, early)).toEqual({ added: 3, duplicates: 0 });
      expect(await all(store.observations({}, "all"))).toEqual([early, late, timeless]);
      const { samples: _, ...rest } = late.observation;
      expect((await all(store.observations({})))[1]).toEqual({ observation: rest, part: 0 });
      expect(await store.summary()).toEqual({
        ...{ origin: "real", observations: 3, measurements: 3 },
        ...{ firstMs: START_MS, lastMs: START_MS + 2 * HOUR_MS },
      });
    });

    test("what comes again changes nothing: in a batch, in a later one, after a restart", async () => {
      const one = stored("a", 0, { target: "first" });
      const again = stored("a", 0, { target: "second" });
      expect(await put(one, again)).toEqual({ added: 1, duplicates: 1 });
      expect(await put(again, stored("a", 1))).toEqual({ added: 1, duplicates: 1 });
      await store.close();
      store = await under.reopen();
      expect(await put(again)).toEqual({ added: 0, duplicates: 1 });
      expect((await all(store.observations({})))[0]).toEqual(one);
    });

    test("any records come back as they were, each once, in order of time and identity", async () => {
      const seen = new Map<string, StoredObservation>();
      const key = ({ observation, part }: StoredObservation) =>
        JSON.stringify([observation.measurementId, part]);
      await fc.assert(
        fc.asyncProperty(drawnRecords, async (records) => {
          const before = seen.size;
          for (const record of records) if (!seen.has(key(record))) seen.set(key(record), record);
          const { added, duplicates } = await put(...records);
          expect(added).toBe(seen.size - before);
          expect(added + duplicates).toBe(records.length);
        }),
        { numRuns: 40 },
      );
      const read = await all(store.observations({}, "all"));
      expect(new Map(read.map((record) => [key(record), record]))).toEqual(seen);
      expect(read).toHaveLength(seen.size);
      const times = read.flatMap(({ observation: { time } }) => (time === undefined ? [] : Date.parse(time)));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      for (const { observation } of read)
        expect((await store.measurement(observation.measurementId))?.observations.length).toBeGreaterThan(0);
    });

    test("what is asked about: time, country, network, target", async () => {
      await put(
        stored("a", 0, { ...timeAt(0), country: "RU", asn: 1, target: "x" }),
        stored("b", 0, { ...timeAt(1), country: "RU", asn: 2, target: "x" }),
        stored("c", 0, { ...timeAt(2), country: "DE", asn: 2, target: "y" }),
      );
      const ids = async (scope: Parameters<Store["observations"]>[0]) =>
        (await all(store.observations(scope))).map(({ observation }) => observation.measurementId);
      expect(await ids({ sinceMs: START_MS + HOUR_MS })).toEqual(["b", "c"]);
      expect(await ids({ untilMs: START_MS + HOUR_MS })).toEqual(["a"]);
      expect(await ids({ country: "RU" })).toEqual(["a", "b"]);
      expect(await ids({ asn: 2, target: "x" })).toEqual(["b"]);
      expect(await ids({ target: "' OR true --" })).toEqual([]);
    });

    test("paired speeds become rows, with the place within the prefix", async () => {
      const who = { asn: 7, country: "RU", networkName: "n", prefix: "198.51.100.0/24" };
      await put(
        stored("a", 0, { ...who, target: "x", goodputBps: SLOW_BPS }),
        stored("a", 1, { ...who, role: "control", goodputBps: FAST_BPS }),
        stored("a", 2, { ...who, role: "lookalike", goodputBps: FAST_BPS }),
        { ...stored("b", 0, { ...who, ...timeAt(1), target: "y", goodputBps: SLOW_BPS }), place: 4 },
        { ...stored("b", 1, { ...who, ...timeAt(1), role: "control", goodputBps: FAST_BPS }), place: 4 },
        stored("b", 2, { ...who, ...timeAt(1), goodputBps: 1, direction: "up" }),
        stored("alone", 0, { ...who, goodputBps: SLOW_BPS }),
      );
      const { prefix, ...plain } = who;
      const speeds = { targetBps: SLOW_BPS, controlBps: FAST_BPS };
      const first = { timeS: START_MS / 1000, ...plain, place: prefix, ...speeds, lookalikeBps: FAST_BPS };
      const second = { timeS: START_MS / 1000 + 3600, ...plain, place: `${prefix}#4`, ...speeds };
      expect(await all(store.speedRows({}))).toEqual([first, second]);
      expect(await all(store.speedRows({ target: "y" }))).toEqual([second]);
      expect(await all(store.speedRows({ country: "DE" }))).toEqual([]);
    });

    test("where networks and countries were seen from: distinct places, so many of each", async () => {
      const at = (id: string, part: number, third: number, fields: Partial<Observation>) =>
        stored(id, part, { prefix: `198.51.${third}.0/24`, ...fields });
      const wide = stored("w", 0, { asn: 3, country: "DE", prefix: "2001:db8::/32" });
      await put(
        ...[1, 2, 3, 4, 4].map((third, part) => at("a", part, third, { asn: 1, country: "RU" })),
        ...[5, 5].map((third, part) => at("b", part, third, { asn: 2, country: "RU" })),
        ...[7, 8, 7].map((place, part) => ({ ...wide, part, place })),
        stored("none", 0, { asn: 4, country: "FR" }),
      );
      const places = async (most: number): Promise<Record<string, string[]>> => {
        const seen: Record<string, string[]> = {};
        for (const { asn, country, place } of await all(store.seenFrom(most)))
          (seen[country ?? `AS${asn}`] ??= []).push(place);
        return seen;
      };
      const some = await places(3);
      expect(Object.keys(some).sort()).toEqual(["AS1", "AS2", "AS3", "DE", "RU"]);
      expect(some["AS2"]).toEqual(["198.51.5.0/24"]);
      expect(some["AS3"]!.sort()).toEqual(["2001:db8::/32#7", "2001:db8::/32#8"]);
      for (const group of ["AS1", "RU"]) expect(new Set(some[group]).size).toBe(3);
      expect((await places(9))["RU"]!.sort()).toEqual([1, 2, 3, 4, 5].map((third) => `198.51.${third}.0/24`));
    });

    test("measurements are listed, filtered, paged; verdicts stand beside them", async () => {
      await store.add({
        observations: [
          stored("a", 0, { ...timeAt(0), country: "RU", asn: 1, target: "x" }),
          stored("a", 1, { ...timeAt(0), role: "control", target: "c", failure: "eof_error" }),
          stored("b", 0, { ...timeAt(1), target: "x", failure: "connection_reset" }),
          stored("c", 0, { ...timeAt(2), target: "y" }),
        ],
        verdicts: [verdict("a", "throttled", 0.95), verdict("b", "blocked", 0.8), verdict("a", "ok")],
      });
      const list = async (query: Partial<Parameters<Store["measurements"]>[0]>) =>
        (await store.measurements({ order: "asc", limit: 10, offset: 0, ...query })).map(
          ({ measurementId }) => measurementId,
        );
      expect(await list({})).toEqual(["a", "b", "c"]);
      expect(await list({ order: "desc", limit: 1, offset: 1 })).toEqual(["b"]);
      expect(await list({ confirmed: true })).toEqual(["a"]);
      expect(await list({ anomaly: true })).toEqual(["b"]);
      expect(await list({ anomaly: false })).toEqual(["a", "c"]);
      expect(await list({ failure: true })).toEqual(["b"]);
      expect(await list({ target: "x" })).toEqual(["a", "b"]);
      expect((await store.measurements({ order: "asc", limit: 1, offset: 0 }))[0]).toEqual({
        ...{ measurementId: "a", timeMs: START_MS, country: "RU", asn: 1, target: "x" },
        ...{ state: "throttled", confidence: 0.95, failed: false },
      });
      const whole = await store.measurement("a");
      expect(whole?.observations).toHaveLength(2);
      expect(whole?.verdicts).toEqual([verdict("a", "throttled", 0.95)]);
    });

    test("a list knows what came later: other parts, other targets, a verdict before or after", async () => {
      await store.add({ observations: [stored("a", 1, { role: "control", target: "c", country: "RU" })] });
      const query = { order: "asc", limit: 10, offset: 0 } as const;
      expect(await store.measurements(query)).toEqual([]);
      await store.add({ observations: [], verdicts: [verdict("a", "ok", 0.9), verdict("early", "down", 1)] });
      await put(
        stored("a", 2, { target: "x", failure: "eof_error" }),
        stored("a", 3, { target: "y", ...timeAt(-1) }),
        stored("early", 0, { target: "x", ...timeAt(1) }),
      );
      const [first, second, ...rest] = await store.measurements(query);
      expect(rest).toEqual([]);
      expect(first).toEqual({
        ...{ measurementId: "a", timeMs: START_MS - HOUR_MS, country: "RU", target: "x" },
        ...{ state: "ok", confidence: 0.9, failed: true },
      });
      expect(second).toMatchObject({ measurementId: "early", state: "down", confidence: 1, failed: false });
      expect(await store.measurements({ ...query, target: "y" })).toEqual([first]);
      expect(await store.measurements({ ...query, target: "c" })).toEqual([]);
      await store.add({ observations: [stored("a", 0, { country: "DE", target: "z" })] });
      expect((await store.measurements(query))[0]).toMatchObject({ country: "DE", target: "z", state: "ok" });
      expect(await store.summary()).toMatchObject({ observations: 5, measurements: 2 });
      expect(await store.aggregation({}, ["domain"], "day")).toEqual([
        { axes: { domain: "x" }, measurements: 1, ok: 0, anomalies: 0, confirmed: 1, failures: 0 },
        { axes: { domain: "z" }, measurements: 1, ok: 1, anomalies: 0, confirmed: 0, failures: 0 },
      ]);
    });

    test.each(["198.51.100.7/24", "198.51.100.0/25", "2001:db8:1::/48", "198.51.100.7"])(
      "no caller can store a prefix finer than may be kept: %s",
      async (prefix) => {
        const error = await put(stored("a", 0), stored("b", 1, { prefix })).catch((reason: Error) => reason);
        expect(error).toBeInstanceOf(RangeError);
        expect((error as Error).message).toMatch(/b, part 1: a prefix finer/);
        expect((error as Error).message).not.toContain(prefix);
        expect(await store.summary()).toEqual({ observations: 0, measurements: 0 });
      },
    );

    test("states are counted by day, country, network and name", async () => {
      const of = (id: string, hours: number, country: string) =>
        stored(id, 0, { ...timeAt(hours), country, asn: 9, target: "x" });
      await store.add({
        observations: [of("a", 0, "RU"), of("b", 1, "RU"), of("c", 20, "RU"), of("d", 0, "DE")],
        verdicts: [verdict("a", "throttled", 0.95), verdict("b", "blocked", 0.8), verdict("c", "ok", 0.8)],
      });
      expect(await store.aggregation({}, ["measurement_start_day", "probe_cc"], "day")).toEqual([
        {
          axes: { measurement_start_day: "2021-03-10T00:00:00Z", probe_cc: "DE" },
          ...{ measurements: 1, ok: 0, anomalies: 0, confirmed: 0, failures: 1 },
        },
        {
          axes: { measurement_start_day: "2021-03-10T00:00:00Z", probe_cc: "RU" },
          ...{ measurements: 2, ok: 0, anomalies: 1, confirmed: 1, failures: 0 },
        },
        {
          axes: { measurement_start_day: "2021-03-11T00:00:00Z", probe_cc: "RU" },
          ...{ measurements: 1, ok: 1, anomalies: 0, confirmed: 0, failures: 0 },
        },
      ]);
      expect(await store.aggregation({ country: "RU" }, ["probe_asn", "domain"], "hour")).toEqual([
        {
          axes: { probe_asn: "9", domain: "x" },
          ...{ measurements: 3, ok: 1, anomalies: 1, confirmed: 1, failures: 0 },
        },
      ]);
      expect(await store.aggregation({ country: "FR" }, [], "day")).toEqual([
        { axes: {}, measurements: 0, ok: 0, anomalies: 0, confirmed: 0, failures: 0 },
      ]);
    });

    test("hourly speeds: quantiles of downloads, by network and name", async () => {
      const speeds = [100, 200, 300, 400, 500];
      await put(
        ...speeds.map((goodputBps, part) => stored("a", part, { asn: 5, target: "x", goodputBps })),
        stored("a", 9, { asn: 5, target: "x", goodputBps: 1, direction: "up" }),
        stored("b", 0, { ...timeAt(1.5), asn: 5, target: "x", goodputBps: 7 }),
      );
      const rows = await all(store.hourlySpeeds({}));
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatchObject({ hourMs: START_MS, asn: 5, target: "x", transfers: 5 });
      expect(rows[0]!.p10Bps).toBeCloseTo(140, 6);
      expect(rows[0]!.p50Bps).toBeCloseTo(300, 6);
      expect(rows[0]!.p90Bps).toBeCloseTo(460, 6);
      expect(rows[1]).toMatchObject({ hourMs: START_MS + HOUR_MS, transfers: 1, p50Bps: 7 });
    });

    test("courses of pairs: medians of a measurement's downloads, held against its controls", async () => {
      const pair = (id: string, hours: number, asn: number, target: number, control: number) => [
        stored(id, 0, { ...timeAt(hours), asn, target: "x", goodputBps: target, country: "RU" }),
        stored(id, 1, { ...timeAt(hours), asn, role: "control", target: "c", goodputBps: control }),
      ];
      await put(
        ...pair("slow", 0, 5, SLOW_BPS, 4_000_000),
        ...pair("fast", 0.5, 5, FAST_BPS, FAST_BPS),
        ...pair("weak", 0.7, 6, SLOW_BPS, 300_000),
        stored("weak", 2, { ...timeAt(0.7), asn: 6, target: "x", goodputBps: 1, direction: "up" }),
        stored("gone", 0, { ...timeAt(1.2), asn: 5, target: "x", failure: "connection_reset" }),
        stored("gone", 1, { ...timeAt(1.2), asn: 5, target: "y" }),
        stored("none", 0, { ...timeAt(1), asn: 5, role: "control", target: "c", goodputBps: 1e6 }),
      );
      const hours = await all(store.pairCourse({ grain: "hour", byNetwork: true }));
      expect(hours).toMatchObject([
        { fromMs: START_MS, asn: 5, target: "x", measurements: 2, failed: 0, pairs: 2, slow: 1, fast: 1 },
        { fromMs: START_MS, asn: 6, target: "x", measurements: 1, failed: 0, pairs: 1, slow: 0, fast: 0 },
        { fromMs: START_MS + HOUR_MS, asn: 5, target: "x", measurements: 1, failed: 1, pairs: 0, slow: 0 },
        { fromMs: START_MS + HOUR_MS, asn: 5, target: "y", measurements: 1, failed: 0, pairs: 0 },
      ]);
      expect(hours[0]!.ratio!.p50).toBeCloseTo((SLOW_BPS / 4_000_000 + 1) / 2, 9);
      expect(hours[0]!.targetBps!.p50).toBeCloseTo((SLOW_BPS + FAST_BPS) / 2, 3);
      expect(hours[1]!.controlBps!.p90).toBeCloseTo(300_000, 6);
      expect(hours[2]).not.toHaveProperty("ratio");
      const whole = await all(store.pairCourse({ grain: "all", byNetwork: false, target: "x" }));
      expect(whole).toMatchObject([{ target: "x", measurements: 4, failed: 1, pairs: 3, slow: 1, fast: 1 }]);
      expect(whole[0]).not.toHaveProperty("asn");
      expect(whole[0]).not.toHaveProperty("fromMs");
      const counted = await all(store.pairCourse({ grain: "all", byNetwork: false, countsOnly: true }));
      expect(counted).toContainEqual({ target: "x", measurements: 4, failed: 1, pairs: 3, slow: 1, fast: 1 });
      const days = await all(store.pairCourse({ grain: "day", byNetwork: false, country: "RU" }));
      expect(days.map(({ measurements }) => measurements)).toEqual([3]);
      // What comes later belongs to its measurement.
      await put(
        stored("gone", 2, { ...timeAt(1.2), asn: 5, role: "control", target: "c", goodputBps: 2e6 }),
        stored("gone", 3, { ...timeAt(1.2), asn: 5, target: "y", goodputBps: 1e6 }),
      );
      const [later] = await all(store.pairCourse({ grain: "all", byNetwork: false, target: "y" }));
      expect(later).toMatchObject({ measurements: 1, pairs: 1 });
      expect(later!.ratio!.p50).toBeCloseTo(0.5, 9);
    });

    test("any pair is called what the judge of pairs calls it", async () => {
      const speed = fc.double({ min: 3, max: 8.5, noNaN: true }).map((power) => 10 ** power);
      const edges = [0, 9_999, 10_000, 399_999, 400_000];
      const drawn = [
        ...fc.sample(fc.tuple(speed, speed), { numRuns: 400, seed: 1 }),
        ...edges.flatMap((target) => [...edges, 1e7].map((control) => [target, control] as const)),
      ];
      await put(
        ...drawn.flatMap(([target, control], at) => [
          stored(`m${at}`, 0, { asn: 7, target: `t${at}`, goodputBps: target }),
          stored(`m${at}`, 1, { asn: 7, role: "control", target: "c", goodputBps: control }),
        ]),
      );
      const said = new Map(
        (await all(store.pairCourse({ grain: "all", byNetwork: false }))).map((row) => [
          row.target,
          row.slow === 1 ? "throttled" : row.fast === 1 ? "ok" : "insufficient",
        ]),
      );
      for (const [at, [target, control]] of drawn.entries())
        expect([target, control, said.get(`t${at}`)]).toEqual([
          ...[target, control, judgeSpeedPair(target, control).state],
        ]);
    });

    test("simulated and real records never share a store, whichever came first", async () => {
      const simulated = stored("s", 0, { origin: "simulated" });
      await expect(put(stored("a", 0), simulated)).rejects.toThrow(StoreProblem);
      expect(await store.summary()).toEqual({ observations: 0, measurements: 0 });
      await put(simulated);
      expect((await store.summary()).origin).toBe("simulated");
      await expect(put(stored("a", 0, { origin: "measured" }))).rejects.toThrow(/simulated.*real/);
      await expect(store.addTimeline([statement("x")])).rejects.toThrow(StoreProblem);
      await expect(store.add({ observations: [], verdicts: [verdict("v", "ok")] })).rejects.toThrow(
        StoreProblem,
      );
      const real = join(folder, "real.jsonl");
      writeFileSync(real, `${JSON.stringify(stored("a", 0).observation)}\n`);
      await expect(store.addFile(real, no)).rejects.toThrow(StoreProblem);
      expect(await store.summary()).toMatchObject({ observations: 1 });
    });

    test("the timeline keeps what was said, once, in order", async () => {
      const later = { ...statement("b", 3), targets: ["x"], predicate: "down(x)" };
      expect(await store.addTimeline([later, statement("'; --"), later])).toEqual({
        added: 2,
        duplicates: 1,
      });
      expect(await store.addTimeline([later])).toEqual({ added: 0, duplicates: 1 });
      expect(await store.timeline({})).toEqual([statement("'; --"), later]);
      expect(await store.timeline({ sinceMs: START_MS + 1 })).toEqual([later]);
    });

    test("a token deletes its measurement and nothing else", async () => {
      const tokens = new Map([["a", "f00d"]]);
      await store.add({ observations: [stored("a", 0), stored("a", 1), stored("b", 0)], tokens });
      expect(await store.forget("beef")).toBe(0);
      expect(await store.forget("f00d")).toBe(2);
      expect(await store.forget("f00d")).toBe(0);
      expect(await store.measurement("a")).toBeUndefined();
      expect((await store.summary()).observations).toBe(1);
    });

    test("a file: parts by order of appearance, what is refused told with its line, the rest kept", async () => {
      const file = join(folder, "some.jsonl");
      const line = (id: string, fields: object = {}) =>
        JSON.stringify({ ...stored(id, 0).observation, ...fields });
      const good = [
        line("a"),
        line("b", { samples: [{ elapsedUs: 1, bytes: 2 }] }),
        line("a", { role: "control" }),
      ];
      writeFileSync(file, `${good.join("\n")}\n`);
      expect(await store.addFile(file, no)).toEqual({ added: 3, duplicates: 0 });
      expect(await store.addFile(file, no)).toEqual({ added: 0, duplicates: 3 });
      expect((await store.measurement("a"))?.observations.map(({ part }) => part)).toEqual([0, 1]);
      const bad = [
        ...[line("c"), "{", "[1]", '"x"', line("d", { asn: 0 }), line("d", { asn: 1.5 }), line("")],
        ...[
          line("d", { country: "ru" }),
          line("d", { time: "2021-02-30T00:00:00Z" }),
          line("d", { role: "x" }),
        ],
        ...[line("d", { bytes: -1 }), line("d", { prefix: "198.51.100.7/24" }), line("d", { target: "" })],
        ...[line("d", { samples: [{ elapsedUs: -1, bytes: 0 }] }), line("d", { trigger: { value: "x" } })],
        ...["", "[".repeat(100_000), `{"measurementId":"${"x".repeat(3000)}"}`, line("c"), line("é")],
      ];
      writeFileSync(file, `${bad.join("\n")}\n`);
      const refused: number[] = [];
      expect(await store.addFile(file, (number) => refused.push(number))).toEqual({
        added: 3,
        duplicates: 0,
      });
      expect(refused).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18]);
    });

    test("whatever a file's lines hold, every one is counted, and what is kept is a valid record", async () => {
      const names = [...Object.keys(observationSchema.shape), "part", "place", "unknown"];
      const odd = fc.oneof(
        fc.constantFrom<unknown>(
          null,
          true,
          "",
          " 12 ",
          "0x10",
          "1e400",
          "1_0",
          -1,
          1.5,
          2 ** 53,
          5e9,
          "RU",
          "2021-03-10",
        ),
        fc.constantFrom<unknown>(
          "2021-02-30T00:00:00Z",
          "2021-03-10T25:00:00Z",
          "198.51.100.9/24",
          "::1/128",
          "x".repeat(2001),
        ),
        fc.constantFrom<unknown>(
          { kind: "sni" },
          { kind: "x", value: 1 },
          [{ elapsedUs: 1 }],
          [{ elapsedUs: -1, bytes: 0 }],
        ),
        fc.jsonValue({ maxDepth: 2 }),
      );
      const line = fc
        .tuple(fc.nat(), fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 2 }))
        .map(([id, fields]) => JSON.stringify({ ...stored(`m${id}`, 0).observation, ...fields }));
      const file = join(folder, "odd.jsonl");
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 4 }), async (lines) => {
          writeFileSync(file, lines.join("\n"));
          let refused = 0;
          // Nothing of an origin that the store does not take.
          const answer = await store
            .addFile(file, () => refused++)
            .catch((error: unknown) => {
              expect(error).toBeInstanceOf(StoreProblem);
            });
          if (answer) expect(answer.added + answer.duplicates + refused).toBe(lines.length);
        }),
        { numRuns: 60 },
      );
      for (const { observation } of await all(store.observations({}, "all"))) {
        observationSchema.parse(observation);
        if (observation.prefix !== undefined) expect(isCoarsePrefix(observation.prefix)).toBe(true);
      }
    });

    test("a file is the one that is named, whatever its name looks like", async () => {
      const [pattern, other] = [join(folder, "[a]*.jsonl"), join(folder, "a1.jsonl")];
      writeFileSync(pattern, JSON.stringify(stored("pattern", 0).observation));
      writeFileSync(other, JSON.stringify(stored("other", 0).observation));
      expect(await store.addFile(pattern, no)).toEqual({ added: 1, duplicates: 0 });
      expect(await store.measurement("other")).toBeUndefined();
    });

    test("what the fast way takes, the slow way takes too, and the same", async () => {
      const odd = [
        { ...stored("null", 0).observation, asn: null },
        { ...stored("unknown field", 0).observation, clientAddress: "192.0.2.1" },
        { ...stored("number in quotes", 0).observation, asn: "12" },
      ].map((record) => JSON.stringify(record));
      const quick = join(folder, "quick.jsonl");
      writeFileSync(quick, odd.join("\n"));
      expect(await store.addFile(quick, no)).toEqual({ added: 3, duplicates: 0 });
      const fromQuick = await all(store.observations({}, "all"));
      const slow = join(folder, "slow.jsonl");
      writeFileSync(slow, ["broken", ...odd.map((line) => line.replace('Id":"', 'Id":"~'))].join("\n"));
      expect(await store.addFile(slow, () => {})).toEqual({ added: 3, duplicates: 0 });
      const fromSlow = (await all(store.observations({}, "all"))).filter(({ observation }) =>
        observation.measurementId.startsWith("~"),
      );
      expect(fromSlow.map(({ observation }) => ({ ...observation, measurementId: "" }))).toEqual(
        fromQuick.map(({ observation }) => ({ ...observation, measurementId: "" })),
      );
    });

    test.each([
      [{ asn: true }, { bytes: false }, { networkName: 5 }, { target: true }, { failure: -1.5 }],
      [
        { measurementId: 12 },
        { address: { a: 1 } },
        { networkName: [1] },
        { trigger: { kind: "sni", value: 3 } },
      ],
      [
        { samples: [{ elapsedUs: true, bytes: 1 }] },
        { samples: [{ elapsedUs: 1, bytes: "2" }] },
        { part: true },
      ],
    ])("a value of another kind is refused whichever way the file goes: %j", async (...records) => {
      const file = join(folder, "kinds.jsonl");
      for (const fields of records) {
        writeFileSync(file, JSON.stringify({ ...stored("a", 0).observation, ...fields }));
        const refused: number[] = [];
        expect(await store.addFile(file, (number) => refused.push(number))).toEqual({
          added: 0,
          duplicates: 0,
        });
        expect(refused).toEqual([1]);
      }
      const like = {
        networkName: "5",
        target: "true",
        failure: "1e5",
        address: "[1]",
        measurementId: "0012",
      };
      const escaped = { ...like, networkName: '"12\\', target: "é\n" };
      for (const fields of [like, { ...escaped, measurementId: "13" }]) {
        const { observation } = stored("", 0, { ...fields, trigger: { kind: "sni", value: "7" } });
        writeFileSync(file, JSON.stringify(observation));
        expect(await store.addFile(file, no)).toEqual({ added: 1, duplicates: 0 });
        expect((await store.measurement(fields.measurementId))?.observations[0]?.observation).toEqual(
          observation,
        );
      }
    });

    test.each(["jsonl", "parquet"])(
      "what goes out as %s comes in again, simulated as simulated",
      async (form) => {
        const records = [
          { ...stored("a", 0, { origin: "simulated", networkName: "é'\"\n", asn: 4_000_000_000 }), place: 2 },
          stored("a", 2, { origin: "simulated", role: "control", samples: [{ elapsedUs: 1.5, bytes: 2 }] }),
          stored("b", 0, {
            origin: "simulated",
            ...timeAt(1),
            trigger: { kind: "sni", value: "x" },
            pair: 0,
          }),
        ];
        await put(...records);
        const file = join(folder, `out's.${form}`);
        expect(await store.exportTo(file, {})).toBe(3);
        expect(await store.exportTo(join(folder, `some.${form}`), { sinceMs: START_MS + 1 })).toBe(1);
        if (form === "jsonl")
          expect(readFileSync(file, "utf8").match(/"origin":"simulated"/g)).toHaveLength(3);
        expect(await store.addFile(file, no)).toEqual({ added: 0, duplicates: 3 });
        await store.close();
        store = await under.open();
        expect(await store.addFile(file, no)).toEqual({ added: 3, duplicates: 0 });
        expect(await all(store.observations({}, "all"))).toEqual(records);
        expect((await store.summary()).origin).toBe("simulated");
      },
    );

    test("what was taken from elsewhere is remembered", async () => {
      await store.remember(["ooni/a", "ooni/b", "x"]);
      await store.remember(["ooni/a"]);
      expect(await store.remembered("ooni/")).toEqual(new Set(["ooni/a", "ooni/b"]));
      expect(await store.remembered("%")).toEqual(new Set());
    });

    test("questions may be asked while an answer is still being read, and given up", async () => {
      const many = Array.from({ length: 5000 }, (_, at) => stored(`m${at}`, 0, timeAt(at)));
      await put(...many);
      for await (const batch of store.observations({})) {
        expect(batch.length).toBeLessThan(5000);
        expect((await store.summary()).observations).toBe(5000);
        await put(stored("meanwhile", 0));
        break;
      }
      expect((await store.summary()).observations).toBe(5001);
    });
  });
}
