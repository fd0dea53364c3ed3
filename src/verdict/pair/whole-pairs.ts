/** Pairs of which both flows have ended: what runs beside an arm must not depend on how its other did. */
import type { Compared } from "./compare-flows.ts";
import type { Flow } from "./flow.ts";

type Arms = Pick<Compared, "targets" | "controls">;

export function wholeOf({ targets, controls }: Arms): Arms {
  const pairsOf = (flows: readonly Flow[]): ReadonlySet<number | undefined> =>
    new Set(flows.map(({ observation }) => observation.pair));
  const within = (flows: readonly Flow[], pairs: ReadonlySet<number | undefined>): readonly Flow[] =>
    flows.filter(({ observation }) => pairs.has(observation.pair));
  return { targets: within(targets, pairsOf(controls)), controls: within(controls, pairsOf(targets)) };
}

/** Looks at the control alone are of no pair. */
export function wholePairs(compared: Arms): number {
  return wholeOf(compared).targets.length;
}
