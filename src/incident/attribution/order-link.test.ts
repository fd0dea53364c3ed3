import { describe, expect, it } from "vitest";
import { eventOf } from "../../../test/incident/event-of.ts";
import type { TimelineEntry } from "../../observation/timeline-entry.ts";
import type { Event, NetworkPart } from "../event.ts";
import { incidentsOf } from "../incident.ts";
import { namedIn, orderLinkOf } from "./order-link.ts";

const HOUR_MS = 3_600_000;
const network = (asn: number, country: string, part: NetworkPart["part"]): NetworkPart => {
  return { asn, country, part, places: 9, troubles: part === "affected" ? 20 : 0, votes: 20 };
};
const inRussiaAlone = [
  ...[1, 2, 3, 4].map((asn) => network(asn, "RU", "affected")),
  network(9, "DE", "spared"),
];
const blockingOf = (name: string, hour: number, networks = inRussiaAlone): Event =>
  eventOf({
    kind: "blocking",
    targets: [{ target: name, addresses: [], part: "affected", troubles: 80, votes: 80 }],
    networks,
    onset: { fromMs: hour * HOUR_MS, toMs: hour * HOUR_MS + 60_000 },
    ...{ end: { fromMs: (hour + 1) * HOUR_MS, toMs: (hour + 1) * HOUR_MS }, votes: 80, troubles: 80 },
  });
const entry = (hour: number, given: Partial<TimelineEntry>): TimelineEntry => ({
  ...{ time: new Date(hour * HOUR_MS).toISOString(), kind: "order", text: "an order", source: "a test" },
  origin: "imported",
  ...given,
});

describe("the link to an order", () => {
  it("is not known where nothing was announced, however much events have in common", () => {
    const events = [blockingOf("a.test.org", 10), blockingOf("b.other.org", 10)];
    for (const { findings } of incidentsOf(events, [], []))
      for (const { attributions } of findings)
        expect(attributions.map(({ question }) => question)).not.toContain("linked");
  });

  it("does not take what came after the onset for its cause", () => {
    expect(namedIn(blockingOf("twitter.com", 10), [entry(11, { targets: ["twitter.com"] })])).toBeUndefined();
  });

  it("names who announced it, not who spoke first", () => {
    const timeline = [
      entry(6, { kind: "statement", who: "somebody", text: "good morning" }),
      entry(7, { who: "the regulator", targets: ["twitter"] }),
    ];
    expect(namedIn(blockingOf("twitter.com", 10), timeline)).toMatchObject({
      holds: true,
      says: "announced by the regulator: twitter.com",
    });
  });

  it("does not take a claim about an event for an order of it", () => {
    const claim = entry(9, {
      kind: "statement",
      text: "twitter.com is slow",
      predicate: "throttling: share > 0.5",
    });
    expect(namedIn(blockingOf("twitter.com", 10), [claim])).toBeUndefined();
  });

  it("speaks against an order of one country where users abroad are hit as well", () => {
    const ordered = [{ event: blockingOf("twitter.com", 9) }];
    const everywhere = [...inRussiaAlone.slice(0, 4), network(9, "DE", "affected")];
    const orders = [entry(8, { targets: ["twitter"] })];
    const abroad = orderLinkOf(blockingOf("kremlin.ru", 10, everywhere), orders, ordered);
    expect(abroad?.operators).toMatchObject({ holds: false });
    expect(orderLinkOf(blockingOf("kremlin.ru", 10), orders, ordered)?.operators).toMatchObject({
      holds: true,
    });
  });
});
