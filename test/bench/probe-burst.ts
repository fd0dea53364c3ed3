/**
 * Whether a drawn case's transfers outlasted the bucket of its box: only then can anybody who measures tell that there is
 * one. By the box's own figures and what the flows moved; what the probe concluded has no part in it.
 */

import { median } from "../../src/stats/quantile.ts";
import { PACKET_OVERHEAD } from "../../src/verdict/pair/slow-judgement.ts";
import { LEAST_FLOWS } from "../../src/verdict/pair/thresholds.ts";
import type { SpentFlow } from "./measure-case.ts";
import type { ProbeTruth } from "./probe-cases.ts";

/**
 * Downloads of the leading comparison whose packets are more than the bucket and what its rate lets by in the time that the
 * controls take for as much; three of them. True where there is no bucket.
 */
export function isBurstOutlasted(
  spent: readonly SpentFlow[],
  { burstBytes, rateBps }: ProbeTruth,
  hasControlServer: boolean,
): boolean {
  if (burstBytes === undefined || rateBps === undefined) return true;
  const lead = hasControlServer ? "control-server" : "same-address";
  const flowsOf = (role: "target" | "control"): SpentFlow[] =>
    spent.filter(({ what, pair }) => what === `${lead} down ${role}` && pair !== undefined);
  const speeds = flowsOf("control")
    .filter(({ from, to }) => to > from)
    .map(({ bytes, from, to }) => bytes / (to - from));
  if (speeds.length === 0) return false;
  const controlSpeed = median(speeds);
  const outlasting = flowsOf("target").filter(
    ({ bytes }) => bytes * PACKET_OVERHEAD > burstBytes + (rateBps / 8) * (bytes / controlSpeed),
  );
  return outlasting.length >= LEAST_FLOWS;
}
