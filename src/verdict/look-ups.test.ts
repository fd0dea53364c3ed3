import { describe, expect, it } from "vitest";
import { judgeNoAddress, lookUpSentences } from "./look-ups.ts";

const UNKNOWN = { resolver: "system", addresses: [], failure: "dns_nxdomain_error" } as const;
const KNOWN = { resolver: "second", addresses: ["198.51.100.7"] } as const;

describe("a name without an address", () => {
  it("is blocked by its name server only where a second one leads to a server that proves to be it", () => {
    const judged = judgeNoAddress("news.example", [UNKNOWN, KNOWN], true);
    expect(judged).toMatchObject({ state: "blocked", mechanisms: ["dns.nxdomain"], confidence: 0.8 });
    for (const [lookUps, isProven] of [
      [[UNKNOWN, KNOWN], false],
      [[UNKNOWN, { ...KNOWN, addresses: [], failure: "dns_nxdomain_error" }], true],
      [[UNKNOWN], false],
    ] as const) {
      expect(judgeNoAddress("news.example", lookUps, isProven).state).toBe("insufficient");
    }
  });

  it("asks for a second name server where there was none", () => {
    expect(judgeNoAddress("news.example", [UNKNOWN], false).evidence.join()).toMatch(/--resolver/);
    expect(judgeNoAddress("news.example", [UNKNOWN, KNOWN], false).evidence.join()).not.toMatch(/--resolver/);
  });
});

it("says that an answer is forged where one query got two", () => {
  const [said] = lookUpSentences([
    { ...KNOWN, laterAnswers: ["203.0.113.9"] },
    { resolver: "system", addresses: ["198.51.100.7"] },
  ]);
  expect(said).toMatch(/198.51.100.7; then 203.0.113.9.*forged/);
});
