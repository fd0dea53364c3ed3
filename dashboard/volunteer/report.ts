/**
 * What is sent, and only if the person asked for it: a report as `probe --submit` sends it (docs/format.md), with nothing of
 * the person in it: no address, no network, no country, no browser's name.
 */
import { bitsPerSecond } from "../../src/base/units.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { TestPair } from "../../src/server/volunteer/plan.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";
import type { Load } from "./course.ts";
import { speedOf } from "./judge-loads.ts";

export function nameOf(address: string): string {
  return new URL(address).hostname;
}

export function observationsOf(loads: readonly Load[], pair: TestPair, measurementId: string): Observation[] {
  return loads.map((load) => observationOf(load, pair, measurementId));
}

function observationOf(load: Load, { isSimulated }: TestPair, measurementId: string): Observation {
  const { role, round, object, atMs, outcome } = load;
  const url = new URL(object.address);
  const isMeasured = outcome.kind === "whole" || outcome.kind === "part";
  const bytes = outcome.kind === "whole" ? object.bytes : outcome.kind === "part" ? outcome.bytes : undefined;
  const goodputBps = speedOf(load);
  return {
    ...{ measurementId, role, origin: isSimulated ? "simulated" : "measured" },
    time: new Date(atMs).toISOString(),
    ...{ target: url.hostname, protocol: url.protocol === "https:" ? "https" : "http" },
    ...{ comparison: "site", pair: round, direction: "down" },
    ...(bytes !== undefined && { bytes }),
    ...("ms" in outcome && { durationUs: Math.round(outcome.ms * 1000) }),
    ...(goodputBps !== undefined && { goodputBps: Math.round(goodputBps) }),
    ...(isMeasured &&
      outcome.samples.length > 0 && {
        samples: outcome.samples.map(({ ms, bytes: so }) => ({
          elapsedUs: Math.round(ms * 1000),
          bytes: so,
        })),
      }),
    ...failureOf(load),
  };
}

/** OONI df-007, as far as a browser tells. */
function failureOf({ outcome }: Load): Pick<Observation, "failure"> {
  switch (outcome.kind) {
    case "failed":
      return { failure: "unknown_failure: the browser does not say why" };
    case "late":
    case "part":
      return { failure: "generic_timeout_error" };
    case "spoiled":
      return {
        failure: `unknown_failure: ${outcome.why}${outcome.detail === "" ? "" : ` ${outcome.detail}`}`,
      };
    default:
      return {};
  }
}

export interface ReportParts {
  readonly pair: TestPair;
  readonly verdict: Verdict;
  readonly observations: readonly Observation[];
  readonly seconds: number;
}

const TEST_VERSION = "0.1.0";

export function reportOf({ pair, verdict, observations, seconds }: ReportParts): Record<string, unknown> {
  const { rate, place: _, trigger: __, ...rest } = verdict;
  const time = verdict.time!.slice(0, 19).replace("T", " ");
  return {
    annotations: { page: "volunteer", ...(pair.isSimulated && { simulated: "SIMULATED" }) },
    ...{ data_format_version: "0.2.0", id: verdict.measurementId, input: pair.target.address },
    ...{ measurement_start_time: time, test_start_time: time, test_runtime: seconds },
    ...{ probe_asn: "AS0", probe_cc: "ZZ", probe_ip: "127.0.0.1", report_id: "" },
    ...{ software_name: "brakelight", software_version: TEST_VERSION },
    ...{ test_name: "brakelight_pairs", test_version: TEST_VERSION },
    test_keys: {
      verdict: { ...rest, ...(rate && { rateBps: rate.rateBps }) },
      observations,
      reaches: [],
    },
  };
}

/** bit/s over one load's visible bytes so far. */
export function speedSoFar(bytes: number, ms: number): number {
  return bitsPerSecond(bytes, ms * 1000);
}
