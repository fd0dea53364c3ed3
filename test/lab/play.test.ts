/**
 * Every scenario, played over a real kernel network: what plain clients see must agree with what is true.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { observationSchema } from "../../src/observation/observation.ts";
import { truthSchema } from "../../src/observation/truth.ts";
import { whyNoLab } from "./in-cell.ts";
import { jsonLines, newFolder, readLines, runLab } from "./lab-command.ts";
import { onQuietMachine } from "./quiet-machine.ts";
import { contradiction, notFaster, type SeenVisit } from "./visit-truth.ts";

interface Case {
  readonly scenario: string;
  readonly args?: readonly string[];
  /** Words that the truths of its run must contain, so that agreement is not agreement about nothing. */
  readonly states: readonly string[];
}

/** Through the outage, and no further. */
const UNTIL = ["--until", "2021-03-10T08:30:00Z"];

const CASES: readonly Case[] = [
  { scenario: "healthy", states: ["ok"] },
  { scenario: "slow-plan", states: ["ok"] },
  { scenario: "random-loss", states: ["ok"] },
  { scenario: "congestion", states: ["ok", "congested"] },
  { scenario: "operator-outage", states: ["ok", "down"] },
  { scenario: "mobile-upload-cap", states: ["throttled", "shaped"] },
  { scenario: "turkey-2023", states: ["throttled", "delayed"] },
  { scenario: "youtube-2024", states: ["throttled", "policed"] },
  { scenario: "freeze-2025", states: ["blocked", "frozen"] },
  { scenario: "telegram-2018", states: ["blocked"] },
  { scenario: "escalation", states: ["throttled", "blocked"] },
  { scenario: "twitter-2021", args: ["--cause", "operator-device"], states: ["throttled", "down"] },
  ...["box-malfunction", "upstream", "undecidable", "flood"].map((cause) => ({
    scenario: "twitter-2021",
    args: ["--cause", cause, ...UNTIL],
    states: ["throttled", "down"],
  })),
  { scenario: "twitter-2021", args: ["--cause", "wrong-order", ...UNTIL], states: ["throttled", "blocked"] },
];

describe.skipIf(whyNoLab)(`scenarios on a kernel network${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  // Two at a time: they must not disturb each other either.
  it.concurrent.for(CASES)("$scenario $args: clients see what is true", (one, context) =>
    onQuietMachine(context, async () => {
      const { scenario, args = [], states } = one;
      const out = newFolder();
      const { code, out: text, words } = await runLab("play", scenario, ...args, "--json", "--out", out);
      expect(words).toBe("");
      expect(code).toBe(0);
      const visits = jsonLines(text).filter(({ type }) => type === "visit") as unknown as SeenVisit[];
      expect(visits.length).toBeGreaterThan(3);
      expect([...visits.flatMap((visit) => contradiction(visit) ?? []), ...notFaster(visits)]).toEqual([]);
      const truths = readLines(join(out, "truth.jsonl")).map((line) => truthSchema.parse(line));
      const words2 = new Set(truths.flatMap(({ state, slowness }) => [state, slowness]));
      for (const state of states) expect(words2).toContain(state);
      const observations = readLines(join(out, "observations.jsonl")).map((line) =>
        observationSchema.parse(line),
      );
      expect(observations).toHaveLength(visits.length);
      expect(observations.every(({ origin }) => origin === "simulated")).toBe(true);
      expect(readdirSync(join(out, "captures")).length).toBeGreaterThan(1);
    }),
  );
});
