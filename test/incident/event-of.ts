/** An event for tests that look at some of its fields. */
import type { Event } from "../../src/incident/event.ts";

export function eventOf(given: Partial<Event>): Event {
  return {
    ...{ kind: "outage", origin: "measured", reach: "some-networks", failures: {}, usual: 0.02, score: 100 },
    ...{ isOfUsers: false, hasCommonRate: true, lastMs: 0, onset: { toMs: 0 } },
    ...{ targets: [], networks: [], neighbours: { names: 0, places: 0 } },
    ...{ slow: 0, delayed: 0, votes: 10, troubles: 9, measurementIds: [] },
    ...given,
  };
}
