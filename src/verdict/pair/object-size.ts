/** How large the object is that the target gives, out of flows that asked for it: one of a few kB tells no speed and empties no bucket. */
import { median } from "../../stats/quantile.ts";
import type { Compared } from "./compare-flows.ts";
import { type Flow, LEAST_OBJECT_BYTES } from "./flow.ts";

/** Flows that were ended for lack of time moved this and that; an object is as large as it is, but for headers. */
const SAME_SIZE = 1.1;

/** Undefined where no flow took it whole, or they do not agree. */
export function objectBytes(flows: readonly Flow[]): number | undefined {
  const whole = flows.filter(
    ({ observation, speedBps, freeze }) => speedBps && !freeze && observation.failure === undefined,
  );
  const sizes = whole.map(({ observation: { bytes = 0, answers = 1, samples = [], requestUs = 0 } }) => {
    const before = samples.findLast(({ elapsedUs }) => elapsedUs <= requestUs)?.bytes ?? 0;
    return (bytes - before) / Math.max(1, answers);
  });
  if (sizes.length === 0 || Math.max(...sizes) > SAME_SIZE * Math.min(...sizes)) return undefined;
  return median(sizes);
}

/** Of an object that comes in a few windows, at whatever speed; our own server gives as much as it is asked for. */
export function smallObjectBytes(flows: readonly Flow[]): number | undefined {
  const isOthers = flows.every(
    ({ observation: { comparison } }) => comparison === "same-address" || comparison === "site",
  );
  const bytes = isOthers ? objectBytes(flows) : undefined;
  return bytes !== undefined && bytes < LEAST_OBJECT_BYTES ? bytes : undefined;
}

/** The object of the target's own address; undefined of flows to our own server. */
export function targetsObjectBytes({ comparison, targets }: Compared): number | undefined {
  return comparison === "same-address" || comparison === "site" ? objectBytes(targets) : undefined;
}
