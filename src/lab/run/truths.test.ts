import { describe, expect, it } from "vitest";
import { scenarioOf } from "../../../test/lab/small-scenario.ts";
import type { RuleList } from "../../rules/rule.ts";
import { planTopology } from "../topology/plan-topology.ts";
import { type Conditions, deviceKey, healthyConditions } from "./conditions.ts";
import { Truths } from "./truths.ts";

const scenario = scenarioOf(`
name: t
title: t
start: 2021-03-10T00:00:00Z
end: 2021-03-12T00:00:00Z
rules:
  slow:
    action: {kind: police, rate: 146 kbit/s}
    rules:
      - {id: anywhere, names: "*t.co*", until: 2021-03-11T08:00:00Z}
      - {id: exact, names: t.co}
  page: {action: page, rules: [{id: entry, names: blocked.example}]}
  cap: {action: {kind: shape, rate: 130 kbit/s, queue: 60 kB, directions: up}, rules: [{id: all, any: true}]}
hosting:
  - {name: abroad, asn: 1}
  - {name: state, asn: 2, box: {devices: 1}, clients: [office]}
sites:
  - {name: t.co, hosting: abroad}
  - {name: reddit.com, hosting: abroad}
  - {name: blocked.example, hosting: abroad}
  - {name: kremlin.ru, hosting: state}
networks:
  - {name: mts, kind: mobile, asn: 3, box: {hop: 4}, blocker: {hop: 6, rules: page}, clients: [phone, {name: free, device: none}]}
  - {name: tele2, kind: mobile, asn: 4, blocker: {hop: 2, rules: cap}, clients: [slow-phone]}
  - {name: berlin, kind: abroad, asn: 5, clients: [desk]}
`);
const truths = new Truths(scenario, planTopology(scenario));
const day10 = Date.parse("2021-03-10T12:00:00Z");
const day11 = Date.parse("2021-03-11T12:00:00Z");

function withRules(rules: RuleList): Conditions {
  const conditions = healthyConditions();
  conditions.devices.set(deviceKey("mts", 0), { condition: { rules, health: { kind: "ok" } } });
  return conditions;
}

describe("the truth of a laboratory", () => {
  const slowed = withRules(scenario.rules["slow"]!);

  it("is the rule that holds at the time, for clients behind the box only", () => {
    const reddit = truths.of("phone", "mts", "reddit.com", slowed, day10);
    expect(reddit).toMatchObject({ state: "throttled", slowness: "policed", rule: "anywhere", hop: 4 });
    expect(reddit).toMatchObject({ rateBps: 146_000, burstBytes: 16_000, counts: "ip" });
    expect(truths.of("phone", "mts", "reddit.com", slowed, day11)).toEqual({ state: "ok" });
    expect(truths.of("phone", "mts", "t.co", slowed, day11)).toMatchObject({ rule: "exact" });
    expect(truths.of("free", "mts", "t.co", slowed, day11)).toEqual({ state: "ok" });
  });

  it("is the blocker's where the box lets pass, and a cap on everything is no measure against anybody", () => {
    const page = truths.of("free", "mts", "blocked.example", slowed, day10);
    expect(page).toMatchObject({ state: "blocked", action: "page", hop: 6 });
    const capped = truths.of("slow-phone", "tele2", "reddit.com", slowed, day10);
    expect(capped).toMatchObject({ state: "ok", slowness: "shaped", directions: "up" });
  });

  it.each([
    ["down", "down", "down", "ok"],
    ["closed-to-outside", "ok", "down", "ok"],
    ["withdrawn", "down", "down", "ok"],
  ] as const)("of a border that is %s depends on where one stands", (condition, home, abroad, inside) => {
    const conditions = healthyConditions();
    conditions.hosting.set("state", { condition, fault: "f" });
    expect(truths.of("phone", "mts", "kremlin.ru", conditions, day10).state).toBe(home);
    expect(truths.of("desk", "berlin", "kremlin.ru", conditions, day10).state).toBe(abroad);
    expect(truths.of("office", "state", "kremlin.ru", conditions, day10).state).toBe(inside);
    expect(truths.of("phone", "mts", "t.co", conditions, day10).state).toBe("ok");
  });

  it("of a box that fails at a border is the same for all outside, and nothing for those inside", () => {
    const conditions = healthyConditions();
    const health = { kind: "malfunction", share: 1, how: "reset" } as const;
    const rules = { name: "none", rules: [] };
    conditions.devices.set(deviceKey("state", 0), { condition: { rules, health }, fault: "border-box" });
    for (const [client, network] of [
      ["phone", "mts"],
      ["desk", "berlin"],
    ] as const) {
      expect(truths.of(client, network, "kremlin.ru", conditions, day10)).toEqual({
        state: "down",
        fault: "border-box",
      });
    }
    expect(truths.of("office", "state", "kremlin.ru", conditions, day10)).toEqual({ state: "ok" });
  });
});
