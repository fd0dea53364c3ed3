/**
 * Incidents out of what the users of the laboratory's stories would have measured, held against the stories. One seed of
 * each here; `npm run bench:incidents` plays ten, with half of the networks and without controls.
 */
import { describe, expect, it } from "vitest";
import { incidentSentence, RECONSTRUCTION } from "../../src/incident/incident-sentences.ts";
import { lookForIncidents } from "../../src/incident/look-for-incidents.ts";
import { CAUSES, STORIES } from "../incident/expected.ts";
import { answersOf, problemsOf } from "../incident/hold-against.ts";
import { played } from "../incident/played.ts";

const NOTHING = { audience: [] };

describe("incidents of the laboratory's stories", () => {
  it.each(STORIES.filter(({ name }) => !name.startsWith("twitter-2021")))("are those of $name", (story) => {
    const own = played(story.name, { seed: 3, observations: story.observations });
    const { incidents } = lookForIncidents(own.attempts, { ...NOTHING, timeline: own.timeline });
    expect(problemsOf(story, incidents, own)).toEqual([]);
  });

  it.each(CAUSES)("are three on 10 March, and %s leads or is tied", (cause) => {
    const story = STORIES.find(({ name }) => name === `twitter-2021-${cause}`)!;
    const own = played(story.name, { seed: 2, observations: story.observations });
    const { incidents } = lookForIncidents(own.attempts, { ...NOTHING, timeline: own.timeline });
    expect(problemsOf(story, incidents, own)).toEqual([]);
    expect(answersOf(cause, incidents).problems).toEqual([]);
    for (const { incident } of incidents)
      expect(incidentSentence(incident).startsWith(RECONSTRUCTION)).toBe(true);
    const throttling = incidents.find(({ incident }) => incident.kind === "throttling")!.incident;
    expect(throttling.patterns.map(({ text }) => text)).toContain("*t.co*");
    expect(throttling.collateral.map(({ target }) => target)).toEqual(
      expect.arrayContaining(["reddit.com", "microsoft.com", "throttletwitter.com"]),
    );
  });

  it.each([{ halfOfNetworks: true }, { withoutControls: true }])(
    "are not wrongly explained with %o",
    (less) => {
      const own = played("twitter-2021-flood", { seed: 1, observations: 60_000, ...less });
      const { incidents } = lookForIncidents(own.attempts, { ...NOTHING, timeline: own.timeline });
      expect(answersOf("flood", incidents).problems).toEqual([]);
    },
  );
});
