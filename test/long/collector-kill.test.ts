/**
 * Nothing that was acknowledged is lost: the process is killed at random moments under load, again and again over one store
 * and journal, and then every acknowledged measurement is in the store exactly once. BRAKELIGHT_KILLS sets how often.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { measurement } from "../server/running.ts";
import { Load, serve } from "../server/serve-process.ts";

const KILLS = Number(process.env["BRAKELIGHT_KILLS"] ?? 10);
const CONNECTIONS = 40;
const LONGEST_MS = 700;

const folder = mkdtempSync(join(tmpdir(), "collector-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(`keeps every acknowledged measurement exactly once over ${KILLS} kills`, async () => {
  const random = seededRandom(Number(process.env["BRAKELIGHT_SEED"] ?? Date.now()));
  const store = join(folder, "store.duckdb");
  const acknowledged = new Map<string, string | undefined>();
  let count = 0;
  // Every tenth comes a second time, perhaps to the next process.
  const next = () => measurement(count % 10 === 9 ? count++ - 5 : count++);
  for (let kill = 0; kill < KILLS; kill++) {
    const { port, process: child, ended } = await serve(["--store", store]);
    const load = new Load(port, CONNECTIONS, next);
    await new Promise((resolve) => setTimeout(resolve, random.next() * LONGEST_MS));
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    await load.stop();
    for (const { id, token } of load.acknowledged) acknowledged.set(id, acknowledged.get(id) ?? token);
  }

  const last = await serve(["--store", store]);
  last.process.kill("SIGTERM");
  expect(await last.ended).toBe(0);
  expect(readdirSync(join(folder, "journal"))).toEqual([]);
  const opened = await openDuckdbStore(store);
  const stored = new Map<string, number>();
  for await (const batch of opened.observations({}))
    for (const { observation } of batch)
      stored.set(observation.measurementId, (stored.get(observation.measurementId) ?? 0) + 1);
  await opened.close();
  const lost = [...acknowledged.keys()].filter((id) => !stored.has(id));
  const repeated = [...stored].filter(([, times]) => times > 1);
  process.stdout.write(
    `${KILLS} kills: ${acknowledged.size} acknowledged, ${stored.size} stored, ${lost.length} lost, ${repeated.length} repeated\n`,
  );
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  expect(lost).toEqual([]);
  expect(repeated).toEqual([]);
});
