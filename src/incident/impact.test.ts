import { describe, expect, it } from "vitest";
import { eventOf } from "../../test/incident/event-of.ts";
import type { Event } from "./event.ts";
import { type Audience, impactOf } from "./impact.ts";

const HOUR_MS = 3_600_000;
const network = (asn: number, troubles: number, votes: number) => ({
  ...{ asn, country: "RU", places: 5, part: "affected" as const, troubles, votes },
});
const event = (over: Partial<Event> = {}): Event =>
  eventOf({
    kind: "throttling",
    networks: [network(31213, 1000, 1000), network(12389, 0, 1000)],
    ...{ slow: 1000, votes: 2000, troubles: 1000 },
    ...{ onset: { fromMs: 0, toMs: 0 }, end: { fromMs: 10 * HOUR_MS, toMs: 10 * HOUR_MS } },
    ...over,
  });
const audience: Audience[] = [
  { country: "RU", users: 690_000, source: "R1" },
  { country: "RU", asn: 31213, users: 345_000, source: "assumed half" },
  { country: "RU", asn: 12389, users: 345_000, source: "assumed half" },
];
const noticing = { low: 0.5, high: 0.5, source: "assumed" };

describe("impactOf", () => {
  it("is the product of its factors: half of 690,000 affected (less the usual 2 %), half of those notice, ten hours", () => {
    const impact = impactOf(event(), audience, noticing, 0);
    expect(impact.state).toBe("estimated");
    if (impact.state !== "estimated") return;
    expect(impact.users.low).toBeGreaterThan(0.97 * 172_500);
    expect(impact.users.high).toBeLessThan(1.01 * 172_500);
    expect(impact.userHours.high / impact.users.high).toBeCloseTo(10, 6);
    expect(impact.factors.map(({ name }) => name)).toEqual([
      "audience",
      "share-on-affected-networks",
      "share-who-notice",
      "hours",
    ]);
  });

  it("scales with the audience, whatever it is", () => {
    const doubled = audience.map((row) => ({ ...row, users: 2 * row.users }));
    const [one, two] = [audience, doubled].map((rows) => impactOf(event(), rows, noticing, 0));
    expect(
      one!.state === "estimated" && two!.state === "estimated" && two!.users.high / one!.users.high,
    ).toBeCloseTo(2, 9);
  });

  it("is absent, and says why, where a factor is missing", () => {
    const withoutNotice = impactOf(event(), audience, undefined, 0);
    expect(withoutNotice).toMatchObject({
      state: "absent",
      missing: "what share of those affected notices it",
    });
    const withoutSpread = impactOf(event(), audience.slice(0, 1), noticing, 0);
    expect(withoutSpread).toMatchObject({
      state: "absent",
      missing: "how the users are spread over the networks",
    });
    const withoutOnset = impactOf(event({ onset: { toMs: 0 } }), audience, noticing, 0);
    expect(withoutOnset).toMatchObject({ state: "absent", missing: "when it began" });
  });

  it("counts networks that nobody measured as none to all of their users", () => {
    const impact = impactOf(
      event({ networks: [network(31213, 1000, 1000)] }),
      audience,
      { low: 1, high: 1, source: "x" },
      0,
    );
    if (impact.state !== "estimated") throw new Error(impact.missing);
    expect(impact.users.low).toBeLessThan(346_000);
    expect(impact.users.high).toBeGreaterThan(689_000);
  });
});
