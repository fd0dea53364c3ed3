import { describe, expect, it } from "vitest";
import { eventOf } from "../../test/incident/event-of.ts";
import type { Event } from "./event.ts";
import { incidentSentence } from "./incident-sentences.ts";

const affected = { troubles: 9, votes: 10, part: "affected" } as const;
const network = { asn: 64_500, networkName: "Net", country: "NL", places: 1, ...affected };
const target = { target: "facebook.com", addresses: [], ...affected };
const sentenceOf = (event: Event): string =>
  incidentSentence({
    ...{ id: "x", kind: event.kind, origin: event.origin, onset: event.onset, patterns: [], collateral: [] },
    ...{ timeline: [], findings: [{ role: "main", event, attributions: [] }] },
  });

describe("the sentence of an incident", () => {
  it("does not turn one place's trouble into a block, nor tell its country", () => {
    const sentence = sentenceOf(eventOf({ reach: "one-vantage", targets: [target], networks: [network] }));
    expect(sentence).toContain("seen from one place alone, which may be its own line");
    expect(sentence).not.toMatch(/NL|blocked/);
  });

  it("does not blame sites for an outage of their users' network", () => {
    const networks = [{ ...network, places: 9 }];
    const sentence = sentenceOf(eventOf({ isOfUsers: true, targets: [target], networks }));
    expect(sentence).toMatch(/^users of Net reached nothing/);
    expect(sentence).not.toContain("facebook.com");
  });

  it("does not say that what nobody measures any more goes on", () => {
    const networks = [{ ...network, places: 9 }];
    const lastMs = Date.parse("2021-04-30T12:00:00Z");
    const sentence = sentenceOf(eventOf({ kind: "throttling", targets: [target], networks, lastMs }));
    expect(sentence).toContain(
      "was slowed down from before the first measurement on, and still at the last measurement, 2021-04-30",
    );
  });

  it("begins with Reconstruction where it was simulated, and not otherwise", () => {
    const event = eventOf({ targets: [target], networks: [{ ...network, places: 9 }] });
    expect(sentenceOf({ ...event, origin: "simulated" })).toMatch(/^Reconstruction \(SIMULATED\): /);
    expect(sentenceOf(event)).not.toContain("Reconstruction");
  });
});
