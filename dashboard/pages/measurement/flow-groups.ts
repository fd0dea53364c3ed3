/**
 * Which transfers of a measurement may share axes: those of one comparison in one direction. A download beside an upload, or a
 * control server's transfers beside those of named sites, say nothing of each other.
 */
import type { Comparison, Observation, TransferDirection } from "../../../src/observation/observation.ts";

export type Sampled = Observation & { readonly samples: NonNullable<Observation["samples"]> };

export interface FlowGroup {
  /** In the address: "control-server.down"; "any" stands for what the records do not say. */
  readonly key: string;
  readonly comparison?: Comparison;
  readonly direction?: TransferDirection;
  readonly sampled: readonly Sampled[];
}

export function sampledOf(observations: readonly Observation[]): Sampled[] {
  return observations.filter((one): one is Sampled => (one.samples?.length ?? 0) > 1);
}

/** The one to show first at its head: with a target in it, then of the most samples. A verdict does not say which it rests on. */
export function flowGroups(sampled: readonly Sampled[]): FlowGroup[] {
  const groups = new Map<string, FlowGroup & { sampled: Sampled[] }>();
  for (const one of sampled) {
    const { comparison, direction } = one;
    const key = `${comparison ?? "any"}.${direction ?? "any"}`;
    const group = groups.get(key) ?? {
      ...{ key, ...(comparison && { comparison }), ...(direction && { direction }) },
      sampled: [] as Sampled[],
    };
    groups.set(key, group);
    group.sampled.push(one);
  }
  const hasTarget = ({ sampled: flows }: FlowGroup): number =>
    flows.some(({ role }) => role === "target") ? 1 : 0;
  const size = ({ sampled: flows }: FlowGroup): number =>
    flows.reduce((sum, { samples }) => sum + samples.length, 0);
  return [...groups.values()].sort((a, b) => hasTarget(b) - hasTarget(a) || size(b) - size(a));
}
