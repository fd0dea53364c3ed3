/**
 * One measurement in OONI's format becomes entries of a store: what was observed, and its verdict, judged as `analyze` does.
 * A report of our own probe keeps the verdict that it came with.
 */
import type { Problem, Result } from "../base/problem.ts";
import { failure, success } from "../base/problem.ts";
import { LooseObject, nestingExceeds } from "../observation/loose-json.ts";
import { readOoniLine } from "../observation/ooni.ts";
import { ooniObservations } from "../observation/ooni-observations.ts";
import { judgeOoniMeasurement } from "../verdict/ooni-verdict.ts";
import { PROBE_TEST, probeReportEntries } from "./probe-report-entries.ts";
import type { Entries } from "./store.ts";

const DEEPEST_NESTING = 64;

export interface OoniEntries extends Entries {
  /** Fields of wrong types and the like: left out, the rest is kept. */
  readonly notes: readonly Problem[];
}

export function ooniEntries(text: string, line: number): Result<OoniEntries> {
  if (new RegExp(`"test_name"\\s*:\\s*"${PROBE_TEST}"`).test(text)) {
    const report = probeReport(text);
    if (!report) return failure("not JSON", { line });
    const entries = probeReportEntries(report);
    return entries.ok ? success({ ...entries.value, notes: [] }) : failure(entries.problem.reason, { line });
  }
  const reading = readOoniLine(text, line);
  if (!reading.ok) return reading;
  return success({
    observations: ooniObservations(reading.value).map((observation, part) => ({ observation, part })),
    verdicts: [judgeOoniMeasurement(reading.value)],
    notes: reading.value.notes,
  });
}

function probeReport(text: string): LooseObject | undefined {
  if (nestingExceeds(text, DEEPEST_NESTING)) return undefined;
  try {
    return LooseObject.from(JSON.parse(text), []);
  } catch {
    return undefined;
  }
}
