import { describe, expect, it } from "vitest";
import type { Slowness } from "../../observation/vocabulary.ts";
import { type JudgedFlow, judgeSides } from "./side-by-side.ts";

/** Three transfers of one kind. */
function flows(slowness: Slowness, mbps: number, more: Partial<JudgedFlow> = {}): JudgedFlow[] {
  const rate = { rateBps: mbps * 1e6, rateLowBps: mbps * 0.9e6, rateHighBps: mbps * 1.1e6 };
  return Array.from({ length: 3 }, () => ({
    finding: {
      ...{ slowness, confidence: 0.9, evidence: [], ruledOut: [] },
      ...(slowness === "policed" && { policer: { ...rate, scope: "connection" as const } }),
      ...(slowness === "shaped" && { shaper: { ...rate, queueUs: 1e5 } }),
    },
    ...{ goodputBps: mbps * 1e6, bytes: 900_000, silentUs: 0 },
    ...more,
  }));
}
const wordOf = (targets: JudgedFlow[], controls: JudgedFlow[]) => judgeSides(targets, controls).word;

describe("judgeSides", () => {
  it.each([
    ["policed", flows("policed", 0.15), flows("unimpeded", 10)],
    ["policed", flows("policed", 0.15), flows("shaped", 20)],
    ["shaped", flows("shaped", 0.2), flows("shaped", 20)],
    ["shaped", flows("congested", 0.2), flows("shaped", 20)],
    ["slow-for-everything", flows("shaped", 1.5), flows("shaped", 1.5)],
    ["unimpeded", flows("shaped", 30), flows("shaped", 30)],
    ["unimpeded", flows("unimpeded", 30), flows("undecided", 20)],
    ["lossy", flows("lossy", 2), flows("unimpeded", 3)],
    ["congested", flows("congested", 2), flows("congested", 2)],
    ["congested", flows("shaped", 1.3), flows("congested", 1.3)],
    ["frozen", flows("undecided", 0.01, { bytes: 16_000, silentUs: 11e6 }), flows("unimpeded", 10)],
  ] as const)("says %s", (word, targets, controls) => {
    expect(wordOf([...targets], [...controls])).toBe(word);
  });

  it.each([
    ["lossy", { events: 100, packets: 3500, rank: 0.5 }],
    ["lossy", { events: 20, packets: 3500, rank: 0.6 }],
    ["congested", { events: 300, packets: 3500, rank: 0.68 }],
    ["congested", { events: 16, packets: 3500, rank: 0.95 }],
    // Too few, or neither: what most transfers say, here nothing.
    ["insufficient", { events: 14, packets: 3500, rank: 0.5 }],
    ["insufficient", { events: 16, packets: 3500, rank: 0.7 }],
    ["insufficient", { events: 0, packets: 3500, rank: Number.NaN }],
  ] as const)("asks all packets together what losses follow: %s", (word, losses) => {
    const few = flows("undecided", 2);
    expect(judgeSides(few, few, losses).word).toBe(word);
    expect(judgeSides(flows("policed", 0.15), few, losses).word).toBe("policed");
  });

  it("calls nothing slower than its control whose transfers lie among the control's", () => {
    const [slow, usual] = [flows("congested", 0.9), flows("congested", 3)];
    const mixed = [...slow.slice(1), ...flows("congested", 3.8).slice(0, 1)];
    expect(wordOf(mixed, usual)).toBe("congested");
    expect(wordOf(slow, usual)).toBe("insufficient");
  });

  it("says insufficient where the packets do not say why, or everything stops", () => {
    expect(wordOf(flows("undecided", 0.2), flows("unimpeded", 10))).toBe("insufficient");
    const silent = flows("undecided", 0.01, { bytes: 16_000, silentUs: 11e6 });
    expect(wordOf(silent, silent)).toBe("insufficient");
    expect(wordOf([], flows("unimpeded", 10))).toBe("insufficient");
    expect(wordOf(flows("shaped", 1), flows("unimpeded", 1.2))).toBe("insufficient");
  });
});
