import { describe, expect, it } from "vitest";
import { drawPairs } from "../../test/probe/drawn-flows.ts";
import { judgePairs } from "../verdict/pair/judge-pairs.ts";
import { speak } from "./probe-output.ts";
import type { ProbeVerdict } from "./probe-record.ts";

const VERDICT: ProbeVerdict = {
  ...{ type: "verdict", measurementId: "1", time: "2026-11-25T20:00:00.000Z", target: "reddit.com" },
  ...{ state: "throttled", slowness: "policed", mechanisms: ["tls.throttle.sni"], rateBps: 145_000 },
  ...{ targetBps: 166_000, controlBps: 4_320_000, confidence: 0.95, ruledOut: [] },
  evidence: ["the pattern is *t.co*: 19 connections"],
  ...{ bytes: 1_930_000, seconds: 12.5, methodVersion: "1", origin: "measured" },
};
const FREE = { kind: "free", rateBps: 8_000_000 } as const;
const FLOWS = drawPairs(3, { target: FREE, control: FREE }, { comparison: "same-address" }, 3);
/** Whole pages of some kB: "connection: close" after one answer. */
const PAGES = FLOWS.map((flow) => ({ ...flow, samples: flow.samples!.slice(0, 2), bytes: 16_000 }));

describe("what the probe says", () => {
  it("begins with what was found: the trigger, its place, and what gets past it", () => {
    const found = {
      trigger: { pattern: "*t.co*", where: "sni", connections: 19 } as const,
      ...{ place: { throttlerHop: 3 }, bypass: { "tcp-split": true, padding: true } },
    };
    const lines = speak({ ...VERDICT, ...found }, [], "en").split("\n");
    expect(lines.slice(1, 5)).toEqual([
      "  trigger: *t.co* in the SNI (19 connections)",
      "  place: throttler at hop 3",
      "  gets past it: tcp-split, padding",
      "  the pattern is *t.co*: 19 connections",
    ]);
    const russian = speak({ ...VERDICT, ...found }, [], "ru").split("\n");
    expect(russian.slice(1, 4).join("\n")).toMatch(
      /\*t\.co\* в SNI.*\n.*узле 3.*\n.*мимо: tcp-split, padding$/,
    );
  });

  it("names what does not get past only where something does not", () => {
    const told = (bypass: Record<string, boolean>): string =>
      speak({ ...VERDICT, bypass } as ProbeVerdict, [], "en").split("\n")[1]!;
    expect(told({ padding: true, "low-ttl": false })).toBe("  gets past it: padding; does not: low-ttl");
    expect(told({ "low-ttl": false })).toBe("  nothing that was tried gets past it: low-ttl");
  });

  it("gives the reason why nothing can be told once, in the headline", () => {
    const evidence = ["not enough measurements to say (1 of 10 pairs)", "no byte moved at all"];
    const said = speak({ ...VERDICT, state: "insufficient", evidence }, [], "en");
    expect(said.match(/not enough measurements/g)).toHaveLength(1);
    expect(said).toContain("no byte moved at all");
  });

  it("has a table in the reader's language, with decimals as it writes them", () => {
    expect(speak(VERDICT, FLOWS, "en")).toMatch(/same-address +down +target .* Mbit\/s to /);
    const russian = speak(VERDICT, FLOWS, "ru").split("\n").slice(2).join("\n");
    expect(russian).toMatch(/тот же адрес +скачивание +цель .*\d,\d+ Мбит\/с, от \d,\d+ Мбит\/с до /);
    expect(russian).not.toMatch(/[A-Za-z]|\d\.\d/);
  });

  it("tells no speed of pages of some kB, and says of them what to do", () => {
    expect(speak(VERDICT, PAGES, "en")).toMatch(/too small to tell/);
    expect(speak(VERDICT, FLOWS, "en")).not.toMatch(/too small to tell/);
    const sites = drawPairs(3, { target: FREE, control: FREE }, { comparison: "site" }, 5);
    const plan = { hasControlServer: false, sites: 2, directions: ["down"] } as const;
    const many = drawPairs(14, { target: FREE, control: FREE }, { comparison: "same-address" }, 4);
    const pages = [...many, ...sites].map((flow) => ({ ...flow, bytes: 16_000 }));
    const { state, evidence } = judgePairs(pages, plan);
    expect(state, evidence.join("; ")).toBe("insufficient");
    expect(evidence[0]).toBe(
      "the object is only 12.5 kB, and a limit may let that much pass at full speed (burst not exhausted): give the URL of a file of 300 kB or more",
    );
    expect(evidence[1]).toMatch(/; objects of 12\.5 kB are too small to tell a line's speed$/);
  });
});
