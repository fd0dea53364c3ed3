import { describe, expect, it } from "vitest";
import { BEHAVIOURS } from "../../../test/middlebox/behaviours.ts";
import { ReplayedFlow } from "../../../test/middlebox/replay.ts";

/** Every window of 3-15 is drawn among so many flows; where it plays no part, fewer do. */
const DRAWN_SEEDS = 60;
const SEEDS = 8;

for (const [group, rows] of Object.entries(BEHAVIOURS)) {
  describe(`the middlebox: ${group}`, () => {
    it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
      const outcomes = new Set<string>();
      const seeds = typeof row.expected === "string" ? SEEDS : DRAWN_SEEDS;
      for (let seed = 1; seed <= seeds; seed++) outcomes.add(new ReplayedFlow(row, seed).run());
      expect([...outcomes].sort()).toEqual([row.expected].flat().sort());
    });
  });
}
