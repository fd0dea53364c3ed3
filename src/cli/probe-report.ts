/**
 * A measurement in OONI's format (df-000, data_format_version 0.2.0): what was observed, reached and judged. The probe's
 * address is always 127.0.0.1, its network and country are unknown here: a collector places what it takes.
 */
import type { Observation } from "../observation/observation.ts";
import type { Reach } from "../probe/reach/reach-record.ts";
import { ooniKeys } from "./ooni-keys.ts";
import type { Measured } from "./probe-measure.ts";
import type { ProbeVerdict } from "./probe-record.ts";

export interface ReportParts {
  readonly input: string;
  readonly verdict: ProbeVerdict;
  readonly observations: readonly Observation[];
  readonly reaches: readonly Reach[];
  readonly controlReaches: readonly Reach[];
  readonly surroundings: Measured["surroundings"];
  readonly annotations: Readonly<Record<string, string>>;
  readonly softwareVersion: string;
}

const TEST_NAME = "brakelight_pairs";
const TEST_VERSION = "0.1.0";

export function ooniMeasurement(parts: ReportParts): Record<string, unknown> {
  const { input, verdict, observations, reaches, controlReaches, surroundings, annotations } = parts;
  const time = ooniTime(verdict.time);
  return {
    annotations: { ...annotations, ...(verdict.origin === "simulated" ? { simulated: "SIMULATED" } : {}) },
    data_format_version: "0.2.0",
    id: verdict.measurementId,
    input,
    measurement_start_time: time,
    probe_asn: "AS0",
    probe_cc: "ZZ",
    probe_ip: "127.0.0.1",
    report_id: "",
    software_name: "brakelight",
    software_version: parts.softwareVersion,
    test_keys: {
      ...{ verdict, observations, reaches, controlReaches, surroundings },
      ...ooniKeys([...reaches, ...controlReaches], observations, Date.parse(verdict.time)),
    },
    test_name: TEST_NAME,
    test_runtime: verdict.seconds,
    test_start_time: time,
    test_version: TEST_VERSION,
  };
}

/** "2021-03-10 07:00:00", UTC. */
function ooniTime(rfc3339: string): string {
  return rfc3339.slice(0, 19).replace("T", " ");
}
