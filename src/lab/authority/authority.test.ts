import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DAY_MS,
  demandsTo,
  EVERYWHERE,
  HOUR_MS,
  LADDER,
  ofKind,
  platform,
  policy,
  START_MS,
  scenarioWith,
  wholeStory,
} from "../../../test/authority/stories.ts";
import { seededRandom } from "../../base/random.ts";
import { compileRules } from "../../rules/matcher.ts";
import type { RuleList } from "../../rules/rule.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { Authority } from "./authority.ts";
import type { AuthorityEvent } from "./events.ts";

function authorityOf(scenario: Scenario, seed = 1): Authority {
  return new Authority(scenario, seededRandom(seed));
}

function wholeTale(scenario: Scenario, seed = 1): AuthorityEvent[] {
  return authorityOf(scenario, seed).advance(scenario.endMs);
}

/** Id of the rule that a TLS hello with this name meets. */
function ruleFor(list: RuleList | undefined, name: string, atMs = START_MS): string | undefined {
  const bytes = new TextEncoder().encode(name);
  const matcher = compileRules(list ?? { name: "none", rules: [] });
  const index = matcher.match("tls", bytes, 0, bytes.length, new Uint8Array(4), 0, 4, 443, atMs);
  return matcher.rules[index]?.id;
}

describe("the ladder", () => {
  const refusing = platform("twitter", { refused: 1 });
  const complying = platform("facebook", { removed: 0.9, answered: 0.1 });
  const scenario = scenarioWith({
    platforms: [refusing, complying],
    demands: [demandsTo("twitter", 200), demandsTo("facebook", 200)],
    ladders: [
      { platform: "twitter", rungs: LADDER },
      { platform: "facebook", rungs: LADDER },
    ],
  });

  it("is walked rung by rung, in order and at the times its conditions allow, for a platform that refuses", () => {
    const events = wholeTale(scenario);
    const steps = ofKind(events, "step").filter((event) => event.platform === "twitter");
    expect(steps.map(({ step }) => step)).toEqual(["warning", "lawsuit", "throttling", "suspension"]);
    expect(steps.map(({ atMs }) => atMs)).toEqual([1, 2, 3, 4].map((day) => START_MS + day * DAY_MS));
    for (const { unfulfilled, removedShare } of steps) {
      expect(unfulfilled).toBeGreaterThanOrEqual(20);
      expect(removedShare).toBe(0);
    }
    expect(ofKind(events, "order").map(({ order, what }) => [order, what])).toEqual([
      ["twitter-throttling", "throttle"],
      ["twitter-suspension", "block"],
    ]);
    expect(ofKind(events, "lawsuit").map(({ suit, by }) => [suit, by])).toEqual([
      ["twitter-lawsuit", "state"],
    ]);
  });

  it("spares a platform that complies", () => {
    const events = wholeTale(scenario);
    expect(ofKind(events, "step").filter((event) => event.platform === "facebook")).toEqual([]);
  });

  it("ends in lifting when the platform changes its policy", () => {
    const events = wholeTale(wholeStory());
    const steps = ofKind(events, "step").map(({ platform: name, step }) => `${name} ${step}`);
    expect(steps).toContain("twitter suspension");
    expect(steps.at(-1)).toBe("twitter lifting");
    const [lift] = ofKind(events, "lift").filter(({ by }) => by === "ladder");
    expect(lift?.lifted.map(({ order }) => order)).toEqual(["twitter-suspension", "twitter-throttling"]);
  });

  it("takes a rung at the very decision that fulfils its condition", () => {
    const authority = authorityOf(
      scenarioWith({
        platforms: [refusing],
        demands: [demandsTo("twitter", 100)],
        ladders: [{ platform: "twitter", rungs: [{ step: "warning", when: { unfulfilled: 60 } }] }],
      }),
    );
    const [warning] = ofKind(authority.advance(START_MS + 30 * DAY_MS), "step");
    expect(warning?.unfulfilled).toBe(60);
    expect(authority.register.countsBefore("twitter", warning!.atMs).refused).toBe(59);
    expect(authority.register.countsBefore("twitter", warning!.atMs + 1).refused).toBe(60);
  });
});

describe("orders", () => {
  it("make devices block rather than throttle once the suspension has come", () => {
    const scenario = scenarioWith({
      platforms: [platform("twitter", { refused: 1 })],
      demands: [demandsTo("twitter", 200)],
      ladders: [{ platform: "twitter", rungs: LADDER }],
    });
    const delivered = ofKind(wholeTale(scenario), "delivered").filter(({ network }) => network === "obit");
    const ofVersion = (wanted: number): RuleList | undefined =>
      delivered.find(({ version }) => version === wanted)?.rules;
    expect(ruleFor(ofVersion(1), "api.twitter.com")).toBe("twitter-throttling/twitter.com");
    expect(ruleFor(ofVersion(2), "twitter.com")).toBe("twitter-suspension/twitter.com");
    expect(ruleFor(ofVersion(2), "nottwitter.com")).toBeUndefined();
  });

  it("of a person work at once, and are lifted on landlines only", () => {
    const authority = authorityOf(scenarioWith({ rollOut: { delayMs: [0, 0], missShare: 0 } }));
    const issued = authority.issue(
      { kind: "throttle", targets: ["twitter.com"], share: EVERYWHERE },
      START_MS + 0.7,
    );
    expect(issued).toMatchObject({ ok: true, value: { id: "order-1", issuedMs: START_MS } });
    expect(ofKind(authority.advance(START_MS + 1), "delivered")).toHaveLength(16);
    expect(authority.lift("twitter.com", START_MS + 1000, ["landline"])).toEqual({
      ok: true,
      value: [{ order: "order-1", freed: 9, left: 7 }],
    });
    for (const { kind, orders } of authority.deviceTable())
      expect(orders).toEqual(kind === "mobile" ? ["order-1"] : []);
    expect(authority.lift("order-1", START_MS + 2000).ok).toBe(true);
    expect(authority.lift("order-1", START_MS + 3000)).toMatchObject({ ok: false });
    expect(authority.ordersAt(START_MS + 1500)[0]?.devices).toHaveLength(7);
    expect(authority.ordersAt(START_MS + 2500)).toEqual([]);
  });

  it("that make no sense are refused with the reason, and change nothing", () => {
    const authority = authorityOf(scenarioWith({}));
    const refusals = [
      authority.issue({ kind: "throttle", targets: ["twitter.com"], share: {} }, START_MS),
      authority.issue({ kind: "throttle", targets: ["not a name"], share: EVERYWHERE }, START_MS),
      authority.issue({ kind: "block", targets: ["a.org"], rules: "none", share: EVERYWHERE }, START_MS),
      authority.issue({ kind: "block", targets: ["a.org"], networks: ["x"], share: EVERYWHERE }, START_MS),
      authority.issue({ kind: "lift", targets: ["a.org"], share: {} }, START_MS),
      authority.issue({ kind: "block", targets: [], share: EVERYWHERE }, START_MS),
      authority.rollBack(START_MS),
    ];
    for (const refusal of refusals) expect(refusal.ok).toBe(false);
    expect(authority.advance(START_MS + DAY_MS)).toEqual([]);
    expect(authority.nextEventMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("of an exercise end by themselves, even on a device that misses the bundle of the end", () => {
    const authority = authorityOf(scenarioWith({ rollOut: { delayMs: [0, 0], missShare: 0 } }));
    authority.issue(
      { kind: "exercise", targets: ["example.org"], share: { mobile: 1 }, forMs: HOUR_MS },
      START_MS,
    );
    const [delivered] = ofKind(authority.advance(START_MS + 1), "delivered");
    expect(ruleFor(delivered?.rules, "example.org", START_MS + HOUR_MS - 1)).toBe("order-1/example.org");
    expect(ruleFor(delivered?.rules, "example.org", START_MS + HOUR_MS)).toBeUndefined();
    const later = authority.advance(START_MS + HOUR_MS);
    expect(later.slice(0, 2).map(({ kind }) => kind)).toEqual(["order-end", "bundle"]);
    expect(authority.ordersAt(START_MS + HOUR_MS)).toEqual([]);
  });

  it("are undone by a roll-back, one bundle at a time, under new versions", () => {
    const authority = authorityOf(scenarioWith({ rollOut: { delayMs: [0, 0], missShare: 0 } }));
    authority.issue({ kind: "throttle", targets: ["a.org"], share: EVERYWHERE }, START_MS);
    authority.issue({ kind: "block", targets: ["b.org"], share: EVERYWHERE }, START_MS + 1);
    const before = authority.deviceTable();
    authority.lift("a.org", START_MS + 2);
    authority.rollBack(START_MS + 3);
    const restored = authority.deviceTable();
    expect(restored.map(({ orders }) => orders)).toEqual(before.map(({ orders }) => orders));
    expect(new Set(restored.map(({ installedVersion }) => installedVersion))).toEqual(new Set([4]));
    authority.rollBack(START_MS + 4);
    authority.rollBack(START_MS + 5);
    expect(authority.rollBack(START_MS + 6).ok).toBe(false);
    expect(authority.deviceTable().every(({ orders }) => orders.length === 0)).toBe(true);
    const bundles = ofKind(authority.advance(START_MS + 7), "bundle");
    expect(bundles.map(({ version, undoes }) => [version, undoes])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, 3],
      [5, 2],
      [6, 1],
    ]);
  });
});

describe("bundles on their way", () => {
  it("that a device misses show in the table, and the next one mends it", () => {
    const scenario = scenarioWith({ rollOut: { delayMs: [1000, 2000], missShare: 0.4 } });
    const authority = authorityOf(scenario);
    authority.issue({ kind: "throttle", targets: ["a.org"], share: EVERYWHERE }, START_MS);
    const missed = ofKind(authority.advance(START_MS + HOUR_MS), "missed");
    expect(missed.length).toBeGreaterThan(0);
    const lagging = authority.deviceTable().filter((row) => row.installedVersion < row.currentVersion);
    expect(lagging.map(({ network, device, missed: version }) => ({ network, device, version }))).toEqual(
      expect.arrayContaining(missed.map(({ network, device, version }) => ({ network, device, version }))),
    );
    expect(lagging).toHaveLength(missed.length);
    expect(lagging.every(({ orders }) => orders.length === 0)).toBe(true);
    let nowMs = START_MS;
    while (authority.deviceTable().some(({ orders }) => !orders.includes("order-1"))) {
      nowMs += HOUR_MS;
      authority.issue({ kind: "block", targets: ["b.org"], share: EVERYWHERE }, nowMs);
      authority.advance(nowMs + HOUR_MS - 1);
      for (const { missed: version, installedVersion, currentVersion } of authority.deviceTable()) {
        expect(installedVersion === currentVersion).toBe(version === undefined);
        if (version !== undefined) expect(version).toBe(currentVersion);
      }
    }
    expect(nowMs).toBeGreaterThan(START_MS);
  });

  it("that were tampered with or are old are refused, and the device keeps what it has", () => {
    const authority = authorityOf(scenarioWith({ rollOut: { delayMs: [0, 0], missShare: 0 } }));
    authority.issue({ kind: "throttle", targets: ["a.org"], share: EVERYWHERE }, START_MS);
    const old = authority.bundle!;
    authority.issue({ kind: "throttle", targets: ["b.org"], share: EVERYWHERE }, START_MS + 1);
    const before = authority.deviceTable();
    authority.advance(START_MS + 2);
    const content = Uint8Array.from(authority.bundle!.content);
    content[20]! ^= 1;
    authority.deliver("obit", 1, { ...authority.bundle!, content }, START_MS + 3);
    authority.deliver("obit", 2, old, START_MS + 3);
    const events = authority.advance(START_MS + 4);
    expect(
      ofKind(events, "refused").map(({ device, refusal, version }) => [device, refusal, version]),
    ).toEqual([
      [1, "bad-signature", undefined],
      [2, "not-newer", 1],
    ]);
    expect(events).toHaveLength(2);
    expect(authority.deviceTable().map(({ refused: _, ...row }) => row)).toEqual(before);
    expect(authority.deviceTable().filter(({ refused }) => refused)).toHaveLength(2);
  });

  it("that a slower one overtakes leave the newest in place", () => {
    const authority = authorityOf(scenarioWith({ rollOut: { delayMs: [0, DAY_MS], missShare: 0 } }));
    authority.issue({ kind: "throttle", targets: ["a.org"], share: EVERYWHERE }, START_MS);
    authority.issue({ kind: "throttle", targets: ["b.org"], share: EVERYWHERE }, START_MS + 1);
    const events = authority.advance(START_MS + 2 * DAY_MS);
    expect(ofKind(events, "refused").length).toBeGreaterThan(0);
    for (const row of authority.deviceTable()) expect(row.orders).toEqual(["order-2", "order-1"]);
  });
});

describe("a story", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(wholeTale(wholeStory())).toEqual(wholeTale(wholeStory()));
    expect(wholeTale(wholeStory(), 2)).not.toEqual(wholeTale(wholeStory()));
  });

  it("is told in time order", () => {
    const times = wholeTale(wholeStory()).map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("is the same in many small steps as in a large one, people's orders included", () => {
    const scenario = wholeStory();
    const acts = [5, 11, 12].map((day) => START_MS + day * DAY_MS + 1234);
    const act = (authority: Authority, index: number): void => {
      if (index === 0)
        authority.issue({ kind: "block", targets: ["x.org"], share: { landline: 0.4 } }, acts[0]!);
      if (index === 1) authority.lift("x.org", acts[1]!);
      if (index === 2) authority.rollBack(acts[2]!);
    };
    const tell = (steps: readonly number[]): AuthorityEvent[] => {
      const authority = authorityOf(scenario);
      const events: AuthorityEvent[] = [];
      let acted = 0;
      for (const toMs of [...steps, scenario.endMs].sort((a, b) => a - b)) {
        while (acted < acts.length && acts[acted]! <= toMs) act(authority, acted++);
        events.push(...authority.advance(toMs));
      }
      return events;
    };
    const whole = tell([]);
    const step = fc.integer({ min: START_MS - 20 * DAY_MS, max: scenario.endMs });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        expect(tell(steps)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it("never tells of anything before the next event was said to come", () => {
    const authority = authorityOf(wholeStory());
    for (
      let nextMs = authority.nextEventMs;
      nextMs < Number.POSITIVE_INFINITY;
      nextMs = authority.nextEventMs
    ) {
      expect(authority.advance(nextMs - 1)).toEqual([]);
      for (const { atMs } of authority.advance(nextMs)) expect(atMs).toBe(nextMs);
    }
  });

  it("refuses at once to begin with an order that cannot be given", () => {
    const order = {
      id: "x",
      kind: "block",
      targets: ["a.org"],
      rules: "missing",
      share: {},
      atMs: 0,
    } as const;
    expect(() => authorityOf(scenarioWith({ orders: [order] }))).toThrow("missing");
  });

  it("leaves out orders of another cause than the run's", () => {
    const order = { id: "x", kind: "block", targets: ["a.org"], share: EVERYWHERE, atMs: START_MS } as const;
    const scenario = scenarioWith({ orders: [{ ...order, cause: "wrong-order" }], causes: ["wrong-order"] });
    expect(wholeTale(scenario)).toEqual([]);
    const blamed = new Authority(scenario, seededRandom(1), "wrong-order").advance(scenario.endMs);
    expect(ofKind(blamed, "order")).toHaveLength(1);
  });

  it("has the court decide, on the state's suits and the platforms' own", () => {
    const authority = authorityOf(wholeStory());
    const events = authority.advance(START_MS + 30 * DAY_MS);
    const decided = ofKind(events, "court-decision");
    expect(decided.find(({ suit }) => suit === "five")).toMatchObject({
      atMs: START_MS + 2 * DAY_MS - HOUR_MS,
      decision: "fined",
    });
    const own = ofKind(events, "lawsuit").filter(({ by }) => by === "platform");
    expect(own.reduce((sum, { demands }) => sum + (demands ?? 0), 0)).toBe(
      authority.register.countsBefore("twitter", START_MS + 30 * DAY_MS).sued,
    );
    expect(decided.length).toBe(1 + own.length);
    const pending = authority.courts.docketAt(START_MS).find(({ id }) => id === "five");
    expect(pending).toMatchObject({ about: "rallies" });
    expect(pending).not.toHaveProperty("decision");
  });

  it("gives a platform's new policy from the rung on", () => {
    const authority = authorityOf(wholeStory());
    const [change] = ofKind(authority.advance(START_MS + 30 * DAY_MS), "policy");
    expect(change?.policy).toEqual(policy({ removed: 1 }));
    const late = [...authority.register.rows()].filter(
      (row) => row.platform === "twitter" && Number(row.decidedMs) > change!.atMs,
    );
    expect(late.length).toBeGreaterThan(10);
    expect(new Set(late.map(({ outcome }) => outcome))).toEqual(new Set(["removed"]));
  });
});
