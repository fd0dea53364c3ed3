/**
 * Bootstrap by clusters: rows of one cluster depend on each other, so whole clusters are drawn, with replacement, as many
 * as there are. Percentile interval. Davison and Hinkley, "Bootstrap Methods and their Application" (1997), section 3.8.
 */
import type { Random } from "../base/random.ts";
import { quantileOfSorted } from "./quantile.ts";

/**
 * The interval that holds `level` of the statistic over `replicates` draws. `statistic` gets how often each cluster was
 * drawn and must not keep the array; what is not finite is left out. Undefined where nothing is left.
 */
export function bootstrapByCluster(
  clusters: number,
  replicates: number,
  random: Random,
  statistic: (timesDrawn: Uint32Array) => number,
  level = 0.95,
): { readonly low: number; readonly high: number } | undefined {
  if (clusters === 0) return undefined;
  const timesDrawn = new Uint32Array(clusters);
  const values: number[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    timesDrawn.fill(0);
    for (let draw = 0; draw < clusters; draw++) timesDrawn[random.integer(0, clusters - 1)]!++;
    const value = statistic(timesDrawn);
    if (Number.isFinite(value)) values.push(value);
  }
  if (values.length === 0) return undefined;
  values.sort((a, b) => a - b);
  return {
    low: quantileOfSorted(values, (1 - level) / 2),
    high: quantileOfSorted(values, (1 + level) / 2),
  };
}
