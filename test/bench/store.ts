/**
 * `npm run bench:store`: the store beside DuckDB itself, in one run, as ratios: a file of flat observations through
 * `addFile` against DuckDB's bare read_json of the same file and the same columns into a table; the same file once more (all
 * duplicates); OONI's nested measurements a second through reader, judge and store; hourly quantiles, other questions, and
 * the memory of this process. Rows: BENCH_STORE_ROWS (default 5,000,000); needs some 4 GB of disk for that.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { seededRandom } from "../../src/base/random.ts";
import { formatBytes } from "../../src/base/units.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { ooniEntries } from "../../src/store/ooni-entries.ts";
import type { Store } from "../../src/store/store.ts";
import { dataPath } from "../data-folder.ts";

const ROWS = Number(process.env["BENCH_STORE_ROWS"] ?? 5_000_000);
const NETWORKS = 50;
const TARGETS = 20;
const DAYS = 30;
const START_MS = Date.UTC(2021, 2, 10);
const OONI_MEASUREMENTS = 20_000;
const folder = mkdtempSync(join(tmpdir(), "bench-store-"));

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function perSecond(count: number, took: number): string {
  return `${Math.round(count / took).toLocaleString("en")} a second`;
}

/** 50 networks, 20 targets, 30 days; speeds over three decades; one observation a measurement. */
function writeFlatFile(path: string): void {
  const random = seededRandom(1);
  const file = openSync(path, "w");
  let lines: string[] = [];
  for (let row = 0; row < ROWS; row++) {
    const network = Math.floor(NETWORKS * random.next());
    const goodputBps = Math.round(10 ** (5 + 3 * random.next()));
    lines.push(
      JSON.stringify({
        ...{ measurementId: `flat-${row.toString(36).padStart(8, "0")}`, origin: "imported", role: "target" },
        time: new Date(START_MS + Math.floor((row / ROWS) * DAYS * 86_400) * 1000).toISOString(),
        ...{ asn: 64_500 + network, networkName: `network ${network}`, country: "RU", accessKind: "mobile" },
        prefix: `10.${network}.${Math.floor(256 * random.next())}.0/24`,
        ...{
          target: `site-${Math.floor(TARGETS * random.next())}.example`,
          hostingAsn: 64_496,
          protocol: "https",
        },
        ...{ bytes: 383_000, durationUs: Math.round((383_000 * 8e6) / goodputBps), goodputBps },
        rttUs: Math.round(30_000 + 90_000 * random.next()),
      }),
    );
    if (lines.length === 20_000 || row === ROWS - 1) {
      writeSync(file, `${lines.join("\n")}\n`);
      lines = [];
    }
  }
  closeSync(file);
}

/** The columns that the file has, nothing checked, into a table on disk. */
async function bareLoad(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, "bare.duckdb"));
  const connection = await instance.connect();
  const texts = ["measurementId", "origin", "role", "time", "networkName", "country", "accessKind", "prefix"];
  const columns = [
    ...[...texts, "target", "protocol"].map((name) => `"${name}": 'VARCHAR'`),
    ...["asn", "hostingAsn"].map((name) => `"${name}": 'UINTEGER'`),
    ...["bytes", "durationUs", "goodputBps", "rttUs"].map((name) => `"${name}": 'DOUBLE'`),
  ].join(", ");
  await connection.run(
    `CREATE TABLE bare AS SELECT * FROM read_json($path, format = 'newline_delimited', columns = {${columns}})`,
    { path },
  );
  connection.closeSync();
  instance.closeSync();
  rmSync(join(folder, "bare.duckdb"));
}

async function read(batches: AsyncIterable<readonly unknown[]>): Promise<number> {
  let rows = 0;
  for await (const batch of batches) rows += batch.length;
  return rows;
}

async function questions(store: Store): Promise<void> {
  const hours = await read(store.hourlySpeeds({}));
  const ask = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const times = [await seconds(work), await seconds(work), await seconds(work)].sort((a, b) => a - b);
    say(`  ${name}: ${times[1]!.toFixed(2)} s (median of 3)`);
  };
  await ask(`hourly quantiles by network and target, ${hours.toLocaleString("en")} groups`, () =>
    read(store.hourlySpeeds({})),
  );
  await ask("the same of one network and target", () =>
    read(store.hourlySpeeds({ asn: 64_510, target: "site-3.example" })),
  );
  await ask("measurements, the latest 100", () =>
    store.measurements({ order: "desc", limit: 100, offset: 0 }),
  );
  await ask("measurements of one network and target, the latest 100", () =>
    store.measurements({ order: "desc", limit: 100, offset: 0, asn: 64_510, target: "site-3.example" }),
  );
  await ask("aggregation by day and name", () =>
    store.aggregation({}, ["measurement_start_day", "domain"], "day"),
  );
  const observation = { measurementId: "one more", origin: "imported", role: "target" } as const;
  await ask("one more observation", () => store.add({ observations: [{ observation, part: 0 }] }));
  const dayMs = 86_400_000;
  const day = { sinceMs: START_MS + 10 * dayMs, untilMs: START_MS + 11 * dayMs };
  const rows = await read(store.observations(day));
  const took = await seconds(() => read(store.observations(day)));
  say(`  reading one day in order of time: ${perSecond(rows, took)}`);
}

/** The public example of a throttled page, again and again under other ids; and the smallest of them. */
async function ooni(name: string): Promise<void> {
  const text = JSON.stringify(JSON.parse(readFileSync(dataPath("ooni-webconnectivity", name), "utf8")));
  const count = Math.min(OONI_MEASUREMENTS, Math.ceil(1e9 / text.length));
  const store = await openDuckdbStore(join(folder, `${name}.duckdb`));
  const took = await seconds(async () => {
    for (let from = 0; from < count; from += 1000) {
      const entries = Array.from({ length: Math.min(1000, count - from) }, (_, at) => {
        const read = ooniEntries(text.replace("{", `{"measurement_uid":"m${from + at}",`), from + at);
        if (!read.ok) throw new Error(read.problem.reason);
        return read.value;
      });
      await store.add({
        observations: entries.flatMap(({ observations }) => observations),
        verdicts: entries.flatMap(({ verdicts = [] }) => verdicts),
      });
    }
  });
  const bare = await seconds(async () => {
    for (let at = 0; at < count; at++) JSON.parse(text);
  });
  await store.close();
  say(
    `  ${name} (${formatBytes(text.length)}): ${perSecond(count, took)}; JSON.parse alone ${perSecond(count, bare)}; ${(bare / took).toFixed(2)} of it`,
  );
}

try {
  const flat = join(folder, "flat.jsonl");
  writeFlatFile(flat);
  say(
    `${ROWS.toLocaleString("en")} flat observations, ${formatBytes(statSync(flat).size)}, on this machine:`,
  );
  const bareFirst = await seconds(() => bareLoad(flat));
  const store = await openDuckdbStore(join(folder, "store.duckdb"));
  const refuse = (line: number, reason: string): never => {
    throw new Error(`line ${line}: ${reason}`);
  };
  const load = await seconds(() => store.addFile(flat, refuse));
  const memory = process.resourceUsage().maxRSS * 1024;
  const bareAgain = await seconds(() => bareLoad(flat));
  const bare = (bareFirst + bareAgain) / 2;
  say(
    `  bare read_json into a table: ${perSecond(ROWS, bare)} (before ${bareFirst.toFixed(1)} s, after ${bareAgain.toFixed(1)} s)`,
  );
  say(
    `  into the store, checked: ${perSecond(ROWS, load)}, ${(bare / load).toFixed(2)} of bare; peak memory ${formatBytes(memory)}`,
  );
  const again = await seconds(() => store.addFile(flat, refuse));
  say(
    `  the same file again, all of it there already: ${perSecond(ROWS, again)}, ${(bare / again).toFixed(2)} of bare`,
  );
  await questions(store);
  await store.close();
  say("OONI's nested measurements, read, judged and stored:");
  for (const name of ["websiteDownTCPConnect.json", "successWithHTTPS.json", "throttlingWithHTTPS.json"])
    await ooni(name);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
