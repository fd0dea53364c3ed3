import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadScenario, ownScenarios, scenarioPath } from "../run/load-scenario.ts";
import { readScenario } from "./read-scenario.ts";

const GOOD = `name: t
title: t
start: 2026-01-01T00:00:00Z
end: 2026-01-02T00:00:00Z
hosting: [{name: one, asn: 1}]
sites: [{name: a.example, hosting: one}]
networks:
  - {name: mobile, kind: mobile, asn: 3, box: {hop: 2}, clients: [p]}
`;

function read(text: string): ReturnType<typeof readScenario> {
  return readScenario(text, (file) => ({ ok: false, problem: { reason: `there is no file ${file}` } }));
}

function problemOf(text: string): string {
  const result = read(text);
  return result.ok ? "none" : `line ${result.problem.line}: ${result.problem.reason}`;
}

describe("reading a scenario", () => {
  it("reads every scenario that comes with the program", () => {
    const names = ownScenarios();
    expect(names).toEqual(
      expect.arrayContaining([
        ...["twitter-2021", "escalation", "telegram-2018", "turkey-2023", "youtube-2024", "freeze-2025"],
        ...["mobile-upload-cap", "operator-outage", "congestion", "random-loss", "slow-plan", "healthy"],
      ]),
    );
    for (const name of names) {
      const loaded = loadScenario(scenarioPath(name)!);
      expect(loaded.ok ? loaded.value.name : loaded.problem).toBe(name);
    }
  });

  it("has the sites of the reports in twitter-2021", () => {
    const loaded = loadScenario(scenarioPath("twitter-2021")!);
    if (!loaded.ok) throw new Error(loaded.problem.reason);
    const { sites, story, hosting } = loaded.value;
    const government = sites.filter(({ category }) => category === "government");
    expect(government.length).toBeGreaterThanOrEqual(24);
    expect(government.map(({ name }) => name)).toContain("rkn.gov.ru");
    expect(story.causes).toEqual([
      ...["operator-device", "box-malfunction", "wrong-order", "flood", "upstream", "undecidable"],
    ]);
    for (const cause of story.causes) expect(story.faults.some((fault) => fault.cause === cause)).toBe(true);
    expect(
      story.demands
        .filter(({ platform }) => platform === "twitter")
        .reduce((sum, { count }) => sum + count, 0),
    ).toBe(28_000);
    expect(hosting.find(({ name }) => name === "state-operator")?.clients).toHaveLength(1);
  });

  it.each([
    [
      GOOD.replace("hosting: one}]\n", "hosting: two}]\n"),
      /^line 6: sites\.0\.hosting: there is no hosting network two$/,
    ],
    [GOOD.replace("clients: [p]", "clients: [p, p]"), /^line 8: .*another client has this name: p$/],
    [GOOD.replace("box: {hop: 2}", "hops: 4, box: {hop: 9}"), /^line 8: .*beyond the network's 4 hops$/],
    [GOOD.replace("asn: 3", "asn: three"), /^line 8: networks\.0\.asn: /],
    [GOOD.replace("kind: mobile", "kind: wifi"), /^line 8: networks\.0\.kind: /],
    [GOOD.replace("end: 2026-01-02", "end: 2025-01-02"), /^line 4: end: is not after the start$/],
    [`${GOOD}surprise: 1\n`, /surprise/],
    [`${GOOD}rules: {x: gone.yaml}\n`, /^line 9: rules\.x: there is no file gone\.yaml$/],
    [
      `${GOOD}faults: [{id: f, kind: flood, at: +1h, for: 1h}]\n`,
      /^line 9: faults\.0: flood needs a hosting network \(one\)$/,
    ],
    [
      `${GOOD}orders: [{id: o, kind: throttle, at: +1h, targets: [a.example], rules: none}]\n`,
      /^line 9: .*there is no rule list none$/,
    ],
    [GOOD.replace("asn: 1}", "asn: 1, link: {rate: 10}}"), /^line 5: hosting\.0\.link\.rate: /],
  ])("says line, place and reason of what is wrong (%#)", (text, reason) => {
    expect(problemOf(text)).toMatch(reason);
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: GOOD.length }), fc.string({ maxLength: 40 }), (at, text) => {
        read(GOOD.slice(0, at) + text + GOOD.slice(at));
      }),
      { numRuns: 500 },
    );
  });
});
