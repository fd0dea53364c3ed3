/**
 * Real stores behind real `serve` processes: a play of the laboratory's population, and a slice of the crowd's data
 * (a made one of the same form where the public data are not there).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Observation } from "../../src/observation/observation.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import type { StoredObservation } from "../../src/store/store.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";
import { dataPath } from "../data-folder.ts";
import { drawnObservations, publicTimeline } from "../incident/played.ts";
import { PROGRAM } from "../program.ts";
import { type Served, serve } from "../server/serve-process.ts";

const PLAY = "twitter-2021-operator-device";
const OBSERVATIONS = 8_000;
const CROWD_LINES = 4_000;
const BATCH = 2_000;

export interface ServedStore {
  readonly url: string;
  /** The answer of the API, as anybody gets it. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many forms, looked at by tests
  api(path: string): Promise<any>;
  stop(): Promise<void>;
}

/** What `probe --explain` finds, in the form of a store. */
export const EXPLAINED: Verdict = {
  ...{ measurementId: "explained-1", time: "2021-03-10T10:00:00Z", asn: 25_159, target: "abs.twimg.com" },
  ...{ state: "throttled", slowness: "policed", mechanisms: ["tls.throttle.sni"], confidence: 0.98 },
  rate: { rateBps: 141_000, interval: { lowBps: 138_000, highBps: 147_000 } },
  trigger: { kind: "sni", value: "*t.co*" },
  place: { afterHop: 2, atOrBeforeHop: 3 },
  ladder: [
    { hopLimit: 2, acted: 0, passed: 2, unsure: 0, router: "198.51.100.0/24" },
    { hopLimit: 3, acted: 2, passed: 0, unsure: 1 },
  ],
  bypass: { "tcp-split": true, "trailing-dot": false },
  ...{ evidence: ["3 of 3 flows moved at one rate"], methodVersion: "1", origin: "simulated" },
  ruledOut: [{ explanation: "congested", because: "controls were fast meanwhile" }],
};

/** Of it, transfers whose bytes were followed: two downloads against a control server, one upload; 4, 3 and 2 samples. */
export const EXPLAINED_FLOWS = (
  [
    ["target", "down", 4],
    ["control", "down", 3],
    ["target", "up", 2],
  ] as const
).map(([role, direction, length]) => ({
  ...{ role, direction, comparison: "control-server" as const, pair: 0 },
  samples: Array.from({ length }, (_, at) => ({ elapsedUs: (at + 1) * 1e6, bytes: (at + 1) * 17_500 })),
}));

/** A population's play, with what was announced. */
export async function servedPlay(): Promise<ServedStore> {
  const folder = mkdtempSync(join(tmpdir(), "browser-lab-"));
  const path = join(folder, "lab.duckdb");
  const store = await openDuckdbStore(path);
  const parts = new Map<string, number>();
  let batch: StoredObservation[] = [];
  for (const observation of drawnObservations(PLAY, { seed: 1, observations: OBSERVATIONS })) {
    batch.push({ observation, part: partOf(parts, observation) });
    if (batch.length < BATCH) continue;
    await store.add({ observations: batch });
    batch = [];
  }
  await store.add({ observations: batch });
  const { measurementId, time, asn, target, origin } = EXPLAINED;
  const transfer = {
    measurementId,
    time: time!,
    asn: asn!,
    target: target!,
    origin,
    role: "target" as const,
  };
  const sampled = EXPLAINED_FLOWS.map((flow, at) => ({
    observation: { ...transfer, ...flow },
    part: at + 1,
  }));
  await store.add({
    observations: [{ observation: { ...transfer, goodputBps: 140_000 }, part: 0 }, ...sampled],
    verdicts: [EXPLAINED],
  });
  await store.addTimeline(publicTimeline(PLAY));
  await store.close();
  return served(folder, path);
}

/** Some days of the crowd's, through `import`. */
export async function servedCrowd(): Promise<ServedStore> {
  const folder = mkdtempSync(join(tmpdir(), "browser-crowd-"));
  const path = join(folder, "crowd.duckdb");
  const source = dataPath("twitter-2021", "2021-03", "14.csv");
  if (!existsSync(source)) throw new Error(`${source}: the public data are needed (test/data-folder.ts)`);
  const lines = readFileSync(source, "utf8").split("\n").slice(0, CROWD_LINES);
  const slice = join(folder, "slice.csv");
  writeFileSync(slice, `${lines.join("\n")}\n`);
  execFileSync(process.execPath, [PROGRAM, "import", slice, "--store", path], { stdio: "ignore" });
  return served(folder, path);
}

/** One that nothing was put into yet. */
export async function servedEmpty(): Promise<ServedStore> {
  const folder = mkdtempSync(join(tmpdir(), "browser-empty-"));
  return served(folder, join(folder, "empty.duckdb"));
}

function partOf(parts: Map<string, number>, { measurementId }: Observation): number {
  const part = parts.get(measurementId) ?? 0;
  parts.set(measurementId, part + 1);
  return part;
}

async function served(folder: string, path: string): Promise<ServedStore> {
  const process: Served = await serve(["--store", path]);
  const url = `http://127.0.0.1:${process.port}`;
  return {
    url,
    api: async (question) => (await fetch(`${url}${question}`)).json(),
    stop: async () => {
      process.process.kill("SIGTERM");
      await process.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
