/** What the volunteer's page makes of loads, where no real browser shows it: caches, freezes, time-outs with progress. */
import { describe, expect, it } from "vitest";
import { runCourse } from "../../dashboard/volunteer/course.ts";
import { judgeLoads } from "../../dashboard/volunteer/judge-loads.ts";
import { judgeEnd, type Outcome } from "../../dashboard/volunteer/load.ts";
import { observationsOf } from "../../dashboard/volunteer/report.ts";
import { LANGUAGES, WORDS } from "../../dashboard/volunteer/words.ts";
import type { TestObject, TestPair } from "../../src/server/volunteer/plan.ts";

const object = (host: string): TestObject => ({
  address: `https://${host}.example/o`,
  ...{ bytes: 375_000, reading: "cors" },
});
const pair: TestPair = {
  ...{ name: "p", target: object("target"), control: object("control"), isSimulated: false },
};
/** 375 kB are 3 Mbit. */
const whole = (kbps: number, isSeen = true): Outcome => ({
  ...{ kind: "whole", ms: 3_000_000 / kbps, isSeen, samples: [] },
});

async function judged(targets: readonly Outcome[], controls: readonly Outcome[]) {
  const next = { target: [...targets], control: [...controls], lookalike: [] };
  const course = await runCourse(pair, 3, 1e9, {
    ...{ shuffled: (items) => items, nowMs: () => Date.UTC(2021, 2, 10), onLoad: () => {} },
    load: async (_, role) => next[role].shift()!,
  });
  return judgeLoads(course, observationsOf(course.loads, pair, "m"));
}
const thrice = (one: Outcome): Outcome[] => [one, one, one];

describe("loads of a pair", () => {
  it("are judged at their middle speed, as the crowd's pairs of 2021 are", async () => {
    // MegaFon's median then, and an ordinary control: docs/method.md, "Paired speeds".
    const { state, verdict } = await judged([whole(108), whole(104), whole(117)], thrice(whole(20_000)));
    expect(state).toBe("throttled");
    expect(verdict).toMatchObject({
      target: "target.example",
      rate: { rateBps: expect.closeTo(108_000, -2) },
    });
  });

  it("of which one was as fast as the control contradict the others", async () => {
    const { reason } = await judged([whole(108), whole(20_000), whole(108)], thrice(whole(20_000)));
    expect(reason).toEqual({ kind: "contradict" });
  });

  it("that ran out of time with progress have a speed; with ten silent seconds they are frozen, and have none", async () => {
    const part = (silentMs: number): Outcome => ({
      ...{ kind: "part", ms: 30_000, bytes: 375_000, silentMs, samples: [] },
    });
    const slow = await judged(thrice(part(500)), thrice(whole(20_000)));
    expect(slow).toMatchObject({ state: "throttled", targetBps: 100_000 });
    const frozen = await judged(thrice(part(10_000)), thrice(whole(20_000)));
    expect(frozen).toMatchObject({ state: "insufficient", reason: { kind: "frozen", bytes: 375_000 } });
    expect(frozen.verdict).not.toHaveProperty("rate");
  });

  it("that could not be loaded are never called blocked, and a control that fails says nothing of the target", async () => {
    const failed: Outcome = { kind: "failed", ms: 3 };
    const gone = await judged(thrice(failed), thrice(whole(20_000)));
    expect(gone).toMatchObject({ state: "insufficient", reason: { kind: "failed", role: "target" } });
    const alone = await judged(thrice(whole(108)), thrice(failed));
    expect(alone).toMatchObject({ state: "insufficient", reason: { kind: "failed", role: "control" } });
  });

  it("that nobody could look into are slow or open, never called fast", async () => {
    expect((await judged(thrice(whole(20_000, false)), thrice(whole(20_000)))).reason).toEqual({
      kind: "unseen",
    });
    expect((await judged(thrice(whole(108, false)), thrice(whole(20_000)))).state).toBe("throttled");
  });

  it("are open where everything is slow", async () => {
    const { state, reason } = await judged(thrice(whole(200)), thrice(whole(210)));
    expect({ state, reason }).toEqual({ state: "insufficient", reason: { kind: "slow-for-everything" } });
  });
});

describe("a load that ended", () => {
  const told = { ms: 100, transferBytes: 0, encodedBytes: 0, isFromCache: false, isRedirected: false };
  const unseen: TestObject = { ...object("o"), reading: "time" };
  it.each([
    ["cached", { transferBytes: 0, encodedBytes: 375_000 }],
    ["cached", { isFromCache: true }],
    ["redirect", { isRedirected: true }],
    ["size", { transferBytes: 1_300, encodedBytes: 1_000 }],
    ["too-fast", { ms: 0.5 }],
  ])("does not count: %s (%o)", (why, differs) => {
    expect(judgeEnd(unseen, { ...told, ...differs }, false, [])).toMatchObject({ kind: "spoiled", why });
  });

  it("is seen to be the object where its size is told, and else is not", () => {
    const end = (encodedBytes: number) =>
      judgeEnd(unseen, { ...told, transferBytes: encodedBytes + 300, encodedBytes }, false, []);
    expect(end(375_000)).toMatchObject({ kind: "whole", isSeen: true });
    expect(judgeEnd(unseen, told, false, [])).toMatchObject({ kind: "whole", isSeen: false });
  });
});

it("every reason has a sentence in every language", () => {
  for (const language of Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]) {
    const { reason } = WORDS[language];
    expect(reason({ kind: "too-few", have: 2, needed: 3, end: "budget" })).toMatch(/2.*3/);
    for (const kind of [
      "slow-for-everything",
      "control-slow",
      "below-caps",
      "between",
      "contradict",
      "unseen",
    ] as const)
      expect(reason({ kind })).toMatch(/\.$/);
  }
});
