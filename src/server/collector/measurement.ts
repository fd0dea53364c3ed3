/**
 * One submission becomes what the journal and the store will hold of it, or is refused with a reason. Nothing else of it
 * is kept: no address of the client, no field that the store does not know. Its own prefix is replaced by the one that the
 * collector saw, for that one cannot be chosen. Country and network are the client's claim, and stay so.
 */
import { createHash } from "node:crypto";
import { failure, type Result, success } from "../../base/problem.ts";
import { nestingExceeds } from "../../observation/loose-json.ts";
import type { Observation } from "../../observation/observation.ts";
import { ooniEntries } from "../../store/ooni-entries.ts";
import type { StoredObservation } from "../../store/store.ts";
import type { Verdict } from "../../verdict/verdict.ts";

/** OONI began to measure in that year; nothing that can be submitted is older. */
const FIRST_MS = Date.UTC(2012, 0, 1);
const ID_CHARACTERS = 32;
const CLOCK_TOLERANCE_MS = 24 * 3_600_000;
const NO_ADDRESS = new Set([undefined, null, "", "127.0.0.1"]);

export interface Submission {
  readonly id: string;
  readonly observations: readonly StoredObservation[];
  readonly verdicts: readonly Verdict[];
}

export interface SeenFrom {
  readonly nowMs: number;
  /** What may be kept of the client's address. */
  readonly prefix: string | undefined;
  readonly nesting: number;
}

export function readSubmission(content: string, seen: SeenFrom): Result<Submission> {
  if (nestingExceeds(content, seen.nesting)) return failure(`nested deeper than ${seen.nesting} levels`);
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return failure("the measurement is no JSON");
  }
  if (!isObject(json)) return failure("the measurement is no object");
  if (!NO_ADDRESS.has(json["probe_ip"] as string | undefined))
    return failure("probe_ip is not 127.0.0.1: an address of a client is never taken");
  if (saysSimulated(json)) return failure("simulated: a collector takes measurements only");
  const entries = ooniEntries(content, 1);
  if (!entries.ok) return entries;
  const { observations, verdicts = [] } = entries.value;
  if (
    [...observations.map(({ observation }) => observation), ...verdicts].some(
      ({ origin }) => origin === "simulated",
    )
  )
    return failure("simulated: a collector takes measurements only");
  if (observations.length + verdicts.length === 0) return failure("nothing in it was measured");
  const times = [
    ...observations.map(({ observation }) => observation.time),
    ...verdicts.map(({ time }) => time),
  ];
  const wrong = wrongTime(times, seen.nowMs);
  if (wrong !== undefined) return failure(wrong);
  // Made here: whoever could choose it could add to another's measurement, or take its place.
  const id = createHash("sha256").update(content).digest("hex").slice(0, ID_CHARACTERS);
  return success({
    id,
    observations: observations.map((one) => ({
      ...one,
      observation: seenFrom(one.observation, id, seen.prefix),
    })),
    verdicts: verdicts.map((one) => seenFrom(one, id, seen.prefix)),
  });
}

function seenFrom<T extends Observation | Verdict>(
  one: T,
  measurementId: string,
  prefix: string | undefined,
): T {
  const { prefix: _, ...rest } = one;
  return { ...rest, measurementId, ...(prefix !== undefined && { prefix }) } as T;
}

function wrongTime(times: readonly (string | undefined)[], nowMs: number): string | undefined {
  const known = times.flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
  if (known.length === 0) return "no time: measurement_start_time is missing or no time";
  if (Math.max(...known) > nowMs + CLOCK_TOLERANCE_MS) return "its time is more than a day in the future";
  return Math.min(...known) < FIRST_MS ? "its time is before 2012" : undefined;
}

/** However it is said: in the annotations (probe), the verdict, or at the top. */
function saysSimulated(json: Readonly<Record<string, unknown>>): boolean {
  const { annotations, origin, test_keys: keys } = json;
  const marks = isObject(annotations) ? Object.entries(annotations) : [];
  return (
    origin === "simulated" ||
    marks.some(([name, value]) => /^simulated$/i.test(name) || /^simulated$/i.test(String(value))) ||
    (isObject(keys) && (keys["origin"] === "simulated" || "simulated" in keys))
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
