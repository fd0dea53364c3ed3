/** Large stores are answered for out of what was judged last: when it is judged, what is told of it, what survives. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JudgeAnswer } from "../../src/cli/judging/judge-request.ts";
import { type KeeperOptions, KeptJudgements } from "../../src/cli/judging/kept-judgements.ts";
import type { Snapshot } from "../../src/cli/judging/snapshot.ts";
import { judgementsOf } from "../../src/cli/serve-judgements.ts";
import { WEIGHTS_VERSION } from "../../src/incident/attribution/weights.ts";
import type { Records } from "../../src/server/api/judgements.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import type { Store } from "../../src/store/store.ts";
import { METHOD_VERSION } from "../../src/verdict/verdict.ts";
import { drawStore } from "../bench/drawn-store.ts";
import { PROGRAM } from "../program.ts";
import { START_MS, stored, timeAt } from "../store/drawn-records.ts";
import { Running } from "./running.ts";

const DAY_MS = 86_400_000;
const EVERY_MS = 600_000;
const day = (days: number): string => new Date(START_MS + days * DAY_MS).toISOString();

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kept-"));
  store = await openDuckdbStore(join(folder, "store.duckdb"));
  await store.add({ observations: [stored("a", 0), stored("b", 0, timeAt(240)), stored("c", 0, timeAt(1))] });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Two incidents on days 1 to 2 and from day 8 on; measured on days 0 to 3 and 8 to 10. */
const judged = (fields: Partial<Snapshot> = {}): Snapshot => ({
  ...{ version: 1, methodVersion: METHOD_VERSION, weightsVersion: WEIGHTS_VERSION, fingerprint: "f" },
  ...{ measurements: 3, readMs: START_MS, tookMs: 5, firstMs: START_MS, lastMs: START_MS + 10 * DAY_MS },
  networks: [
    { type: "country", country: "RU" },
    { type: "network", country: "DE", asn: 1 },
  ],
  incidents: [
    {
      record: { type: "incident", id: "i-1", onset: { from: day(1), to: day(1) }, end: { to: day(2) } },
      countries: ["RU"],
    },
    { record: { type: "incident", id: "i-2", onset: { from: day(8), to: day(8) } }, countries: ["DE", "RU"] },
  ],
  gaps: [{ fromMs: START_MS + 3 * DAY_MS, toMs: START_MS + 8 * DAY_MS }],
  changes: {
    ...{ sinceMs: START_MS + 3 * DAY_MS, untilMs: START_MS + 10 * DAY_MS },
    found: [{ record: { type: "change", kind: "started", incident: "i-2" }, countries: ["DE"] }],
  },
  ...fields,
});

/** Judges when it is told to, and counts how often it was asked. */
class Judge {
  asked: Parameters<KeeperOptions["judge"]>[0][] = [];
  #end: { resolve(answer: JudgeAnswer): void; reject(error: Error): void } | undefined;
  readonly judge: KeeperOptions["judge"] = (request) => {
    this.asked.push(request);
    const answer = new Promise<JudgeAnswer>((resolve, reject) => {
      this.#end = { resolve, reject };
    });
    return { answer, stop: () => this.#end?.reject(new Error("stopped")) };
  };
  done(fields: Partial<Snapshot> = {}): void {
    const { fingerprint } = this.asked.at(-1)!.of;
    this.#end!.resolve({ kind: "all", snapshot: judged({ fingerprint, ...fields }) });
  }
  single(records: Records): void {
    this.#end!.resolve({ kind: "single", records, tookMs: 1 });
  }
  fail(because: string): void {
    this.#end!.reject(new Error(because));
  }
}

function keeper(judge: Judge, options: Partial<KeeperOptions> = {}): KeptJudgements {
  return new KeptJudgements({
    ...{ store, direct: judgementsOf(store), path: join(folder, "judged"), everyMs: EVERY_MS, large: 3 },
    ...{ judge: judge.judge, onTrouble: () => {}, nowMs: () => START_MS + 20 * DAY_MS },
    ...options,
  });
}

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isSo()).toBe(true);
}

const ids = (records: Records): unknown[] =>
  records.map((record) =>
    "id" in record ? record.id : [(record as never)["from"], (record as never)["to"]],
  );

describe("judgements that are kept", () => {
  it("are not there at first, and say so; then they say of what they are, and answer by country and time", async () => {
    const judge = new Judge();
    const kept = keeper(judge);
    const running = await Running.start({ judgements: kept });
    try {
      const early = await running.ask("/api/v1/incidents");
      expect([early.status, Number(early.headers["retry-after"]) > 0]).toEqual([503, true]);
      expect(early.json.error).toMatch(/nothing was judged of this store yet/);
      await until(() => judge.asked.length === 1);
      judge.done();
      await until(() => existsSync(join(folder, "judged")));
      const { json, headers } = await running.ask("/api/v1/networks?country=DE");
      expect(json.results).toEqual([{ type: "network", country: "DE", asn: 1 }]);
      expect(json.metadata.as_of).toEqual({ time: day(0), measurements: 3 });
      expect(headers["x-brakelight-as-of-measurements"]).toBe("3");
      const changes = await running.ask("/api/v1/changes");
      expect(changes.json.metadata).toMatchObject({ count: 1, since: day(3), until: day(10) });
      const one = await running.ask("/api/v1/incidents/i-1");
      expect([one.json.id, one.json.as_of.measurements, one.headers["x-brakelight-as-of"]]).toEqual([
        "i-1",
        3,
        day(0),
      ]);
    } finally {
      await running.stop();
    }
    const span = (from: number, to: number) => ({
      sinceMs: START_MS + from * DAY_MS,
      untilMs: START_MS + to * DAY_MS,
    });
    expect(ids((await kept.incidents({})).records)).toEqual(["i-1", "i-2", [day(3), day(8)]]);
    expect(ids((await kept.incidents({ country: "DE" })).records)).toEqual(["i-2", [day(3), day(8)]]);
    expect(ids((await kept.incidents(span(2, 5))).records)).toEqual(["i-1", [day(3), day(5)]]);
    expect(ids((await kept.incidents(span(9, 13))).records)).toEqual(["i-2", [day(10), day(13)]]);
    expect(
      ids((await kept.incidents({ sinceMs: START_MS - 3 * DAY_MS, untilMs: START_MS })).records),
    ).toEqual([[day(-3), day(0)]]);
    await kept.stop();
  });

  it("survive a restart, and are judged anew where the store has more, but not before its time", async () => {
    let nowMs = START_MS + 20 * DAY_MS;
    const first = new Judge();
    const before = keeper(first);
    before.look();
    await until(() => first.asked.length === 1);
    first.done({ readMs: nowMs });
    await until(() => existsSync(join(folder, "judged")));
    await before.stop();
    const second = new Judge();
    const after = keeper(second, { nowMs: () => nowMs });
    expect((await after.networks({})).records).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(second.asked).toEqual([]);
    await store.add({ observations: [stored("d", 0)] });
    after.look();
    await until(() => second.asked.length === 1);
    expect((await after.networks({})).asOf?.measurements).toBe(3);
    second.done({ measurements: 4, readMs: nowMs });
    await until(() => /"measurements":4/.test(readFileSync(join(folder, "judged"), "utf8")));
    expect((await after.networks({})).asOf?.measurements).toBe(4);
    await store.add({ observations: [stored("e", 0)] });
    for (let i = 0; i < 10; i++) {
      after.look();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(second.asked).toHaveLength(1);
    nowMs += EVERY_MS;
    after.look();
    await until(() => second.asked.length === 2);
    await after.stop();
  });

  it.each([
    ["torn", (text: string) => text.slice(0, -40)],
    ["changed", (text: string) => text.replace("i-1", "i-9")],
    ["empty", () => ""],
  ])("of a file that is %s are none", async (_, damage) => {
    const judge = new Judge();
    const kept = keeper(judge);
    kept.look();
    await until(() => judge.asked.length === 1);
    judge.done();
    await until(() => existsSync(join(folder, "judged")));
    await kept.stop();
    writeFileSync(join(folder, "judged"), damage(readFileSync(join(folder, "judged"), "utf8")));
    const anew = new Judge();
    const after = keeper(anew);
    await expect(after.incidents({})).rejects.toThrow(/nothing was judged/);
    await until(() => anew.asked.length === 1);
    await after.stop();
  });

  it("say why there are none where judging fails, and that of a long time comes later", async () => {
    const judge = new Judge();
    const told: string[] = [];
    const kept = keeper(judge, { onTrouble: (message) => told.push(message) });
    kept.look();
    await until(() => judge.asked.length === 1);
    judge.fail("it needs more memory than it may have");
    await until(() => told.length === 1);
    await expect(kept.incidents({})).rejects.toThrow(/failed \(it needs more memory/);
    const long = { sinceMs: START_MS - DAY_MS, untilMs: START_MS + 30 * DAY_MS };
    await expect(kept.networks(long)).rejects.toThrow(/was not judged before/);
    await until(() => judge.asked.length === 2);
    expect(judge.asked[1]!.question).toEqual({ about: "networks", scope: long });
    judge.single([{ type: "network" }]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await kept.networks(long)).toMatchObject({
      records: [{ type: "network" }],
      asOf: { measurements: 3 },
    });
    // Known already, of the same store: asking again begins nothing.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(judge.asked).toHaveLength(2);
    // A short time is judged while one waits: of these three measurements it holds one.
    expect((await kept.networks({ untilMs: START_MS + 1 })).asOf).toBeUndefined();
    await kept.stop();
  });

  it("stop at once, also while the store is being looked at, and begin nothing more", async () => {
    const judge = new Judge();
    const told: string[] = [];
    const kept = keeper(judge, { onTrouble: (message) => told.push(message) });
    kept.look();
    await kept.stop();
    kept.look();
    await expect(kept.incidents({})).rejects.toThrow(/nothing was judged/);
    expect([judge.asked, told]).toEqual([[], []]);
  });
});

describe("the process that judges", () => {
  it("finds what is found here, over a copy, and leaves nothing behind", async () => {
    const path = join(folder, "drawn.duckdb");
    await drawStore(path, 4_000);
    const drawn = await openDuckdbStore(path);
    try {
      const built = new URL("judging/judge-process.js", pathToFileURL(PROGRAM));
      const { startJudging } = (await import(
        built.href
      )) as typeof import("../../src/cli/judging/judge-process.ts");
      const own = join(folder, "judging");
      const nowMs = Date.UTC(2021, 3, 1);
      const of = { fingerprint: "f", measurements: 4_000, nowMs };
      const answer = await startJudging({ store: drawn, place: path, folder: own }, { of }, {}).answer;
      if (answer.kind !== "all") throw new Error(answer.kind);
      const direct = judgementsOf(drawn, () => nowMs);
      const { networks, incidents, changes } = answer.snapshot;
      expect(networks).toEqual(JSON.parse(JSON.stringify((await direct.networks({})).records)));
      const records = (await direct.incidents({})).records.filter(({ type }) => type === "incident");
      expect(incidents.map(({ record }) => record)).toEqual(JSON.parse(JSON.stringify(records)));
      expect(incidents.some(({ record }) => record["kind"] === "throttling")).toBe(true);
      expect(changes.found.map(({ record }) => record)).toEqual(
        JSON.parse(JSON.stringify((await direct.changes({})).records)),
      );
      expect(existsSync(own)).toBe(false);
      const stopped = startJudging({ store: drawn, place: path, folder: own }, { of }, {});
      stopped.stop();
      await expect(stopped.answer).rejects.toThrow("stopped");
      expect(existsSync(own)).toBe(false);
    } finally {
      await drawn.close();
    }
  }, 60_000);
});
