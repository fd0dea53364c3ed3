/**
 * Whether a network was slow for everything, or for some names only: what is throttled looks like a slow network where
 * nobody measured a control. One name that was reached as ever, while others were slow, speaks against it.
 */
import { groupBy } from "../../base/group-by.ts";
import { binomialLowerTail } from "../../stats/binomial.ts";
import type { Attempt } from "../attempt.ts";

/** Names with fewer tries are counted together. */
const LEAST_TRIES = 5;
/** So few slow ones among its tries happen by chance to one in a hundred names of a network that is slow for everything. */
const CHANCE = 0.01;
/** Share of tries that names may have which went as ever: caches inside a network are not behind what is slow. */
const MOST_SPARED = 0.1;

/** `inside`: what was tried while it was slow. Names that only ever were targets need a second one beside them. */
export function isForEverything(inside: readonly Attempt[], isSlow: (attempt: Attempt) => boolean): boolean {
  const groups = [...groupBy(inside, ({ target }) => target).values()];
  if (groups.length === 1) return inside.some(({ role }) => role === "control");
  const seldom = groups.filter((tries) => tries.length < LEAST_TRIES).flat();
  const share = inside.filter(isSlow).length / inside.length;
  const spared = [...groups.filter((tries) => tries.length >= LEAST_TRIES), seldom].filter(
    (tries) => binomialLowerTail(tries.filter(isSlow).length, tries.length, share) < CHANCE,
  );
  return spared.reduce((sum, tries) => sum + tries.length, 0) <= MOST_SPARED * inside.length;
}
