/**
 * Votes drawn at given shares, for tests of what looks at votes: `perDay` of each network, evenly over the day.
 */
import { seededRandom } from "../../src/base/random.ts";
import type { DecidedVote } from "../../src/verdict/set/votes.ts";

export interface DrawnNetwork {
  readonly asn: number;
  readonly perDay: number;
  /** Share that says throttled, by day (may be a fraction). */
  readonly share: (day: number) => number;
}

/** Of days 0 ... `days` - 1, in order of time. */
export function drawnVotes(networks: readonly DrawnNetwork[], days: number, seed: number): DecidedVote[] {
  const random = seededRandom(seed);
  const votes: DecidedVote[] = [];
  for (const { asn, perDay, share } of networks) {
    for (let i = 0; i < days * perDay; i++) {
      const firstS = Math.floor(((i + random.next()) / perDay) * 86_400);
      const throttled = random.next() < share(firstS / 86_400);
      votes.push({
        asn,
        place: `place ${i % 7}`,
        firstS,
        lastS: firstS + 600,
        state: throttled ? "throttled" : "ok",
        throttledRows: throttled ? 1 : 0,
        okRows: throttled ? 0 : 1,
        insufficientRows: 0,
      });
    }
  }
  return votes.sort((a, b) => a.firstS - b.firstS);
}
