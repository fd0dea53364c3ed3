/**
 * What the sites of a scenario are to those who measure: targets, each as interesting as its category makes it, controls
 * and lookalikes.
 */
import type { Random } from "../../base/random.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { PopulationConfig } from "./config.ts";

export interface SiteRoles {
  readonly isTarget: readonly boolean[];
  readonly controls: readonly number[];
  readonly lookalikes: readonly number[];
  /** A target, by interest. */
  pickTarget(random: Random): number;
}

export function siteRoles(scenario: Scenario, config: PopulationConfig): SiteRoles {
  const { sites } = scenario;
  const controls: number[] = [];
  const lookalikes: number[] = [];
  const byCategory = new Map<string, number[]>();
  sites.forEach(({ name, category }, index) => {
    if (category === "control" || config.controls.includes(name)) controls.push(index);
    else if (category === "lookalike" || config.lookalikes.includes(name)) lookalikes.push(index);
    else {
      const members = byCategory.get(category) ?? [];
      members.push(index);
      byCategory.set(category, members);
    }
  });
  const groups = [...byCategory].map(([category, members]) => ({
    members,
    weight: config.interest[category] ?? 1,
  }));
  const all = groups.reduce((sum, { weight }) => sum + weight, 0);
  if (all <= 0) throw new RangeError("no site of the scenario is a target of any interest");
  const isTarget = sites.map((_, index) => !controls.includes(index) && !lookalikes.includes(index));
  return {
    isTarget,
    controls,
    lookalikes,
    pickTarget: (random) => {
      let at = random.next() * all;
      for (const { members, weight } of groups) {
        if ((at -= weight) < 0) return random.pick(members);
      }
      return random.pick(groups.at(-1)!.members);
    },
  };
}
