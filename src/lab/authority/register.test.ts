import { describe, expect, it } from "vitest";
import {
  DAY_MS,
  demandsTo,
  HOUR_MS,
  ofKind,
  platform,
  policy,
  START_MS,
  scenarioWith,
} from "../../../test/authority/stories.ts";
import { seededRandom } from "../../base/random.ts";
import type { DemandSeries } from "../scenario/story.ts";
import { Authority } from "./authority.ts";
import { Register, type RegisterRow } from "./register.ts";
import { decidedOf } from "./tally.ts";

const PLATFORMS = [platform("twitter", { removed: 0.25, refused: 0.5, sued: 0.125, answered: 0.125 })];

function decideAll(register: Register): void {
  while (register.nextDueMs < Number.POSITIVE_INFINITY) register.decideNext();
}

describe("the register", () => {
  it("holds the 28,000 demands to Twitter by category, quickly", () => {
    const fromMs = Date.parse("2017-01-01T00:00:00Z");
    const untilMs = Date.parse("2021-03-10T07:00:00Z");
    const categories = { "suicide of minors": 2_600, "child sexual abuse": 450, drugs: 24_950 };
    const demands: DemandSeries[] = Object.entries(categories).map(([category, count]) => ({
      platform: "twitter",
      category,
      count,
      fromMs,
      untilMs,
    }));
    const twitter = {
      ...platform("twitter", { refused: 0.9, removed: 0.1 }),
      delayMs: [DAY_MS, 30 * DAY_MS] as const,
    };
    const beganMs = performance.now();
    const scenario = scenarioWith({ platforms: [twitter], demands });
    const authority = new Authority(scenario, seededRandom(1));
    const reports = ofKind(authority.advance(scenario.endMs), "demands");
    expect(performance.now() - beganMs).toBeLessThan(5_000);
    expect(reports.length).toBeLessThan(40);
    const last = reports.at(-1)!;
    expect(last.total.filed).toBe(28_000);
    expect(reports.reduce((sum, { filed }) => sum + filed, 0)).toBe(28_000);
    const filedOf = (category: string): number =>
      reports.reduce((sum, report) => sum + (report.categories[category]?.filed ?? 0), 0);
    for (const [category, count] of Object.entries(categories)) expect(filedOf(category)).toBe(count);
    expect(authority.register.countsBefore("twitter", untilMs)).toMatchObject({ filed: 28_000 });
    expect([...authority.register.rows()]).toHaveLength(28_000);
  });

  it("decides by the policy's shares, within each platform's delay", () => {
    const register = new Register(PLATFORMS, [demandsTo("twitter", 8_000)], 3);
    decideAll(register);
    const tally = register.decidedOf("twitter");
    expect(decidedOf(tally)).toBe(8_000);
    expect(tally.removed / 8_000).toBeCloseTo(0.25, 1);
    expect(tally.refused / 8_000).toBeCloseTo(0.5, 1);
    for (const { filedMs, decidedMs } of register.rows()) {
      const delayMs = Number(decidedMs) - Number(filedMs);
      expect(delayMs).toBeGreaterThanOrEqual(HOUR_MS);
      expect(delayMs).toBeLessThanOrEqual(5 * DAY_MS);
    }
  });

  it("counts as of any time what a look at every row counts", () => {
    const register = new Register(PLATFORMS, [demandsTo("twitter", 500)], 3);
    decideAll(register);
    for (const untilMs of [-10, -3.5, 0, 1, 7.25, 20].map((day) => START_MS + day * DAY_MS)) {
      const rows: RegisterRow[] = [...register.rows(untilMs)];
      const count = (outcome: string): number => rows.filter((row) => row.outcome === outcome).length;
      expect(register.countsBefore("twitter", untilMs)).toEqual({
        filed: rows.length,
        removed: count("removed"),
        refused: count("refused"),
        sued: count("sued"),
        answered: count("answered"),
      });
    }
  });

  it("leaves what is not decided yet undecided", () => {
    const register = new Register(PLATFORMS, [demandsTo("twitter", 10)], 3);
    register.decideNext();
    expect(decidedOf(register.countsBefore("twitter", Number.POSITIVE_INFINITY))).toBe(1);
    expect([...register.rows()].filter(({ outcome }) => outcome === "")).toHaveLength(9);
  });

  it("draws a series alike whatever other series there are", () => {
    const alone = new Register(PLATFORMS, [demandsTo("twitter", 50)], 3);
    const more = { ...demandsTo("twitter", 70), category: "other" };
    const beside = new Register(PLATFORMS, [demandsTo("twitter", 50), more], 3);
    decideAll(alone);
    decideAll(beside);
    expect([...beside.rows()].filter(({ category }) => category === "drugs")).toEqual([...alone.rows()]);
  });

  it("follows a change of policy from then on, and shares that sum to less than one", () => {
    const register = new Register(PLATFORMS, [demandsTo("twitter", 100)], 3);
    register.setPolicy("twitter", policy({ answered: 0.5, sued: 0.2 }));
    decideAll(register);
    const tally = register.decidedOf("twitter");
    expect(tally.sued + tally.answered).toBe(100);
  });

  it("refuses demands to a platform that is not there", () => {
    expect(() => new Register(PLATFORMS, [demandsTo("vk", 1)], 3)).toThrow("vk");
  });
});
