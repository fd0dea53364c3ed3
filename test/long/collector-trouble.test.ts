/** A full disk, a clock that is set, and a store that is in use: a clear word about it, and nothing that was acknowledged is lost. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { PROGRAM } from "../program.ts";
import { measurement } from "../server/running.ts";
import { Load, type Served, serve } from "../server/serve-process.ts";

const folder = mkdtempSync(join(tmpdir(), "collector-trouble-"));
const begun: Served[] = [];
afterAll(() => {
  for (const { process: child } of begun) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function begin(...asked: Parameters<typeof serve>): Promise<Served> {
  const served = await serve(...asked);
  begun.push(served);
  return served;
}

it("a disk that is full: 503 and one line, then everything acknowledged is stored", async () => {
  const store = join(folder, "full.duckdb");
  const filled = await begin(["--store", store]);
  filled.process.kill("SIGTERM");
  expect(await filled.ended).toBe(0);
  // No file beyond 2 MB: the store's journal or ours meets that first.
  const { port, process: child, ended, errors } = await begin(["--store", store], { limitKiB: 2_000 });
  let n = 0;
  const load = new Load(port, 20, () => measurement(n++, { probe_network_name: "x".repeat(1_900) }));
  await expect.poll(() => load.refused.length, { timeout: 40_000 }).toBeGreaterThan(20);
  await load.stop();
  expect(new Set(load.refused)).toEqual(new Set([503]));
  expect(load.acknowledged.length).toBeGreaterThan(50);
  expect(errors()).toMatch(/cannot be written \(EFBIG\): make room on the disk/);
  expect(child.exitCode).toBeNull();
  child.kill("SIGKILL");
  await ended;

  const next = await begin(["--store", store]);
  next.process.kill("SIGTERM");
  expect(await next.ended).toBe(0);
  await expectStoredOnce(store, load);
});

it.each([
  ["ahead", 182],
  ["back", -182],
] as const)("a clock that is set half a year %s: everything acknowledged is stored once", async (_, days) => {
  const store = join(folder, `clock${days}.duckdb`);
  const now = new Date().toISOString().slice(0, 19).replace("T", " ");
  const served = await begin(["--store", store], { clockStepDays: days });
  let n = 0;
  const load = new Load(served.port, 5, () => measurement(n++, { measurement_start_time: now }));
  const answered = (): number => load.acknowledged.length + load.refused.length;
  await expect.poll(() => load.acknowledged.length, { timeout: 40_000 }).toBeGreaterThan(50);
  served.process.kill("SIGUSR2");
  const before = answered();
  await expect.poll(answered, { timeout: 40_000 }).toBeGreaterThan(before + 50);
  await load.stop();
  // A clock that is behind takes what is sent for forged: refused with a reason, not lost in silence.
  expect(new Set(load.refused)).toEqual(new Set(days < 0 ? [400] : []));
  served.process.kill("SIGKILL");
  await served.ended;
  const next = await begin(["--store", store]);
  next.process.kill("SIGTERM");
  expect(await next.ended).toBe(0);
  await expectStoredOnce(store, load);
});

async function expectStoredOnce(store: string, { acknowledged }: Load): Promise<void> {
  const opened = await openDuckdbStore(store);
  const stored: string[] = [];
  for await (const batch of opened.observations({}))
    for (const { observation } of batch) stored.push(observation.measurementId);
  await opened.close();
  const all = new Set(stored);
  expect(all.size).toBe(stored.length);
  expect(acknowledged.filter(({ id }) => !all.has(id))).toEqual([]);
}

it("a store that another process has open: exit code 2, one line, and that one goes on", async () => {
  const store = join(folder, "locked.duckdb");
  const first = await begin(["--store", store]);
  const second = promisify(execFile)(process.execPath, [PROGRAM, "serve", "--store", store, "--port", "0"]);
  await expect(second).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^brakelight: [^\n]*in use[^\n]*\n$/),
  });
  const load = new Load(first.port, 2, () => measurement(1));
  await expect.poll(() => load.acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(0);
  await load.stop();
  const taken = promisify(execFile)(process.execPath, [
    ...[PROGRAM, "serve", "--store", join(folder, "other.duckdb"), "--journal", join(folder, "other")],
    ...["--port", String(first.port)],
  ]);
  await expect(taken).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/in use: .*--port\n$/),
  });
  first.process.kill("SIGTERM");
  expect(await first.ended).toBe(0);
});
