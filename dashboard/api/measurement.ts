/** What /api/v1/raw_measurement gives: observations and verdicts of one measurement. */
import type { Observation } from "../../src/observation/observation.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";
import { type Answer, questionOf, useAnswer } from "./client.ts";

export interface RawMeasurement {
  readonly simulated?: "SIMULATED";
  readonly measurement_uid: string;
  readonly observations: readonly Observation[];
  readonly verdicts: readonly Verdict[];
}

export function useMeasurement(id: string): Answer<RawMeasurement> {
  return useAnswer(questionOf("/api/v1/raw_measurement", { measurement_uid: id }));
}
