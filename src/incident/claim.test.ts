import { describe, expect, it } from "vitest";
import { eventOf } from "../../test/incident/event-of.ts";
import type { Attribution } from "./attribution/attribute.ts";
import { judgePredicate, predicateProblem } from "./claim.ts";
import type { Incident } from "./incident.ts";

const MINUTE_MS = 60_000;
const target = (name: string, part: "affected" | "spared", troubles: number, votes: number) => ({
  ...{ target: name, addresses: [], part, troubles, votes },
});
const event = eventOf({
  targets: [
    target("kremlin.ru", "affected", 9, 10),
    target("vk.com", "spared", 0, 20),
    target("shop.example", "spared", 0, 1),
  ],
  ...{ onset: { fromMs: 0, toMs: 2 * MINUTE_MS }, end: { fromMs: 58 * MINUTE_MS, toMs: 62 * MINUTE_MS } },
});
const incident: Incident = {
  ...{
    id: "x",
    kind: "outage",
    origin: "measured",
    onset: event.onset,
    end: event.end!,
    patterns: [],
    collateral: [],
    timeline: [],
  },
  findings: [{ role: "main", event, attributions: [] }],
};
const attribution = (leading: Attribution["leading"]): Attribution => ({
  ...{
    question: "what",
    leading,
    evidence: [],
    weightsVersion: "1",
    missing: "packets with a short time-to-live",
  },
  answers: [
    { answer: "equipment", probability: 0.9 },
    { answer: "load", probability: 0.07 },
    { answer: "filtering-box", probability: 0.03 },
  ],
});
const judge = (predicate: string, leading: Attribution["leading"] = ["equipment"]): string =>
  judgePredicate(predicate, incident, [attribution(leading)]).state;

describe("judgePredicate", () => {
  it.each([
    ["what = equipment", "supported"],
    ["what = equipment | route", "supported"],
    ["what = filtering-box", "contradicted"],
    ["where = site", "not-testable"],
    ["names >= 24", "not-testable"],
    ["names >= 1", "supported"],
    ["names < 1", "contradicted"],
    ["what = load", "not-testable"],
    ["names >= 1 and minutes 30..90", "supported"],
    ["minutes 60..90", "not-testable"],
    ["minutes > 70", "contradicted"],
    ["share > 0.5", "supported"],
    ["affects kremlin.ru and spares vk.com", "supported"],
    ["spares shop.example", "not-testable"],
    ["affects mil.ru", "not-testable"],
    ["inside = works", "not-testable"],
    ["outage: reach = some-networks", "supported"],
  ])("finds '%s' %s", (predicate, state) => {
    expect(judge(predicate)).toBe(state);
  });

  it("never takes a tie for support, and names what would break it", () => {
    const judged = judgePredicate("what = equipment", incident, [
      attribution(["equipment", "filtering-box"]),
    ]);
    expect(judged.state).toBe("not-testable");
    expect(judged.because).toContain("packets with a short time-to-live");
  });

  it("says what is wrong with a predicate", () => {
    expect(predicateProblem("what = equipment and names >= 3")).toBeUndefined();
    expect(predicateProblem("what = gremlins")).toContain("gremlins");
    expect(predicateProblem("riot: names >= 3")).toContain("riot");
    expect(predicateProblem("names >= many")).toContain("names >= many");
  });
});
