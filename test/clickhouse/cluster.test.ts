/**
 * The contract over a cluster of three real server processes, and what only a cluster can do: lose a shard. By hand:
 * `npm run test:clickhouse`. Skips, saying why, where the library of the servers is not installed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openClickhouseStore } from "../../src/store/clickhouse.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { AGGREGATION_AXES, type Store, type StoredObservation, StoreProblem } from "../../src/store/store.ts";
import { describeStore } from "../store/contract.ts";
import { HOUR_MS, START_MS, stored, timeAt, verdict } from "../store/drawn-records.ts";
import { type Servers, startServers, whyNoServers } from "./servers.ts";

const why = whyNoServers();
if (why !== undefined) describe.skip(`a ClickHouse cluster: ${why}`, () => test("skipped", () => {}));
else describeCluster();

async function all<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

/** 600 measurements of two attempts, over three days, three networks and two names. */
function manyRecords(): StoredObservation[] {
  return Array.from({ length: 600 }, (_, at) => {
    const who = { ...timeAt(at / 8), asn: 1 + (at % 3), country: at % 5 === 0 ? "DE" : "RU" };
    const target = `site-${at % 2}.example`;
    const goodputBps = 100_000 + ((at * 7919) % 1_000) * 1_000.5;
    return [
      stored(`m${at}`, 0, { ...who, target, goodputBps, prefix: "198.51.100.0/24" }),
      stored(`m${at}`, 1, { ...who, role: "control", target: "control", goodputBps: 3 * goodputBps }),
    ];
  }).flat();
}

async function answersOf(store: Store): Promise<unknown> {
  const page = { order: "desc", limit: 50, offset: 10 } as const;
  return {
    summary: await store.summary(),
    observations: await all(store.observations({ country: "DE" }, "all")),
    speeds: await all(store.speedRows({})),
    measurements: await store.measurements({ ...page, anomaly: true }),
    days: await store.aggregation({}, AGGREGATION_AXES, "day"),
    weeks: await store.aggregation({ asn: 2 }, ["measurement_start_day"], "week"),
    hours: await store.aggregation({ country: "RU" }, ["measurement_start_day", "domain"], "hour"),
    months: await store.aggregation({}, ["measurement_start_day"], "month"),
  };
}

function describeCluster(): void {
  let servers: Servers;
  let count = 0;
  let last = "";
  const fresh = (): Promise<Store> => {
    last = servers.url(`test_${++count}`);
    return openClickhouseStore(last);
  };
  beforeAll(async () => {
    servers = await startServers();
  });
  afterAll(() => servers.stop());

  describeStore("a ClickHouse cluster of three servers", {
    open: fresh,
    reopen: () => openClickhouseStore(last),
  });

  describe("a cluster as a cluster", () => {
    test("it answers as DuckDB does, hourly speeds too, whole hours and parts of them", async () => {
      const folder = mkdtempSync(join(tmpdir(), "store-cluster-"));
      const [cluster, file] = [await fresh(), await openDuckdbStore(join(folder, "x.duckdb"))];
      const entries = {
        observations: manyRecords(),
        verdicts: Array.from({ length: 600 }, (_, at) =>
          verdict(`m${at}`, at % 4 === 0 ? "throttled" : "ok", at % 8 === 0 ? 0.97 : 0.9),
        ),
      };
      try {
        for (const store of [cluster, file]) expect((await store.add(entries)).added).toBe(1200);
        expect(await answersOf(cluster)).toEqual(await answersOf(file));
        const scopes = [
          {},
          { country: "DE" },
          { asn: 1, target: "control" },
          { sinceMs: START_MS + HOUR_MS },
        ];
        for (const scope of [...scopes, { sinceMs: START_MS + 1, untilMs: START_MS + 40 * HOUR_MS - 7 }]) {
          const [ours, theirs] = [
            await all(cluster.hourlySpeeds(scope)),
            await all(file.hourlySpeeds(scope)),
          ];
          expect(ours).toHaveLength(theirs.length);
          for (const [at, row] of ours.entries()) {
            const { p10Bps, p50Bps, p90Bps, ...key } = theirs[at]!;
            expect(row).toMatchObject(key);
            for (const [a, b] of [
              [row.p10Bps, p10Bps],
              [row.p50Bps, p50Bps],
              [row.p90Bps, p90Bps],
            ] as const)
              expect(Math.abs(a - b)).toBeLessThan(1e-6 * b);
          }
        }
      } finally {
        await Promise.all([cluster.close(), file.close()]);
        rmSync(folder, { recursive: true });
      }
    });

    test("two writers at a time: each record once, in the hours too", async () => {
      const [one, other] = [await fresh(), await openClickhouseStore(last)];
      const observations = manyRecords().slice(0, 200);
      const answers = await Promise.all([one.add({ observations }), other.add({ observations })]);
      expect(answers.reduce((sum, { added }) => sum + added, 0)).toBeGreaterThanOrEqual(200);
      expect(await one.summary()).toMatchObject({ observations: 200, measurements: 100 });
      const transfers = (await all(one.hourlySpeeds({}))).reduce((sum, row) => sum + row.transfers, 0);
      expect(transfers).toBe(200);
      await Promise.all([one.close(), other.close()]);
    });

    test("what is forgotten is out of the hours, and the rest stays in them", async () => {
      const store = await fresh();
      const speed = { asn: 5, target: "x", goodputBps: 100 };
      const observations = [stored("a", 0, speed), stored("b", 0, { ...speed, goodputBps: 300 })];
      await store.add({ observations, tokens: new Map([["a", "f00d"]]) });
      expect(await store.forget("f00d")).toBe(1);
      expect(await all(store.hourlySpeeds({}))).toMatchObject([{ transfers: 1, p50Bps: 300 }]);
      await store.close();
    });

    test("a shard that is killed: the rest answers and says so, writes are refused, and nothing is lost", async () => {
      const store = await fresh();
      const observations = manyRecords();
      await store.add({ observations });
      const whole = await store.summary();
      expect(whole).toMatchObject({ observations: 1200, measurements: 600 });
      expect(store.isPartial).toBe(false);
      await servers.kill(2);
      try {
        const rest = await store.summary();
        expect(store.isPartial).toBe(true);
        expect(rest.observations).toBeGreaterThan(0);
        expect(rest.observations).toBeLessThan(1200);
        expect(await all(store.observations({}))).toHaveLength(rest.observations);
        expect(store.isPartial).toBe(true);
        const listed = await store.measurements({ order: "asc", limit: 1000, offset: 0 });
        expect(listed).toHaveLength(rest.measurements);
        expect(listed.length * 2).toBe(rest.observations);
        expect((await all(store.hourlySpeeds({}))).length).toBeGreaterThan(0);
        expect(store.isPartial).toBe(true);
        const more = Array.from({ length: 50 }, (_, at) => stored(`more${at}`, 0));
        const refused = await store.add({ observations: more }).catch((error: Error) => error);
        expect(refused).toBeInstanceOf(StoreProblem);
        expect((refused as Error).message).toMatch(/part of the cluster does not answer/);
        await expect(store.forget("f00d")).rejects.toThrow(StoreProblem);
        const again = await openClickhouseStore(last);
        expect((await again.summary()).observations).toBe(rest.observations);
        expect(again.isPartial).toBe(true);
        await again.close();
      } finally {
        await servers.restart(2);
      }
      await expect
        .poll(async () => [await store.summary(), store.isPartial], { timeout: 20_000 })
        .toEqual([whole, false]);
      const more = Array.from({ length: 50 }, (_, at) => stored(`more${at}`, 0));
      const { added, duplicates } = await store.add({ observations: more });
      expect(added + duplicates).toBe(50);
      expect((await store.summary()).observations).toBe(1250);
      await store.close();
    });

    test("no server, a wrong password, no such cluster, a database of something else: told in one line", async () => {
      const problemOf = async (url: string): Promise<string> => {
        const error = await openClickhouseStore(url).then(
          () => new Error("it opened"),
          (reason: Error) => reason,
        );
        expect(error).toBeInstanceOf(StoreProblem);
        expect(error.message).not.toMatch(/secret|\n/);
        return error.message;
      };
      const good = servers.url("x");
      expect(await problemOf("http://user:secret@127.0.0.1:1/x")).toMatch(/does not answer/);
      expect(await problemOf(good.replace("//", "//user:secret@"))).toMatch(/wrong user or password/);
      expect(await problemOf(`${good}&cluster=absent`)).toMatch(/no cluster 'absent'/);
      expect(await problemOf(good.replace("/x?", "/system?"))).toMatch(/something else/);
      const folder = mkdtempSync(join(tmpdir(), "store-cluster-"));
      const store = await fresh();
      writeFileSync(join(folder, "bad.parquet"), "PAR1 and nothing more");
      const reasons: string[] = [];
      await store.addFile(join(folder, "bad.parquet"), (_, reason) => reasons.push(reason));
      expect(reasons).toEqual([expect.stringMatching(/not a Parquet file/)]);
      await expect(store.exportTo(join(folder, "no", "folder.parquet"), {})).rejects.toThrow(StoreProblem);
      await store.close();
      rmSync(folder, { recursive: true });
    });
  });
}
