/**
 * One line of a file of observations, checked exactly: JSON, nested no deeper than an Observation is, within its bounds,
 * with a prefix that may be kept. Beside the Observation's fields it may have `part` and `place` (docs/format.md).
 * Null is absent; a field that is not known is dropped; a number may stand in quotes.
 */
import { z } from "zod";
import { failure, type Result, success } from "../base/problem.ts";
import { nestingExceeds } from "../observation/loose-json.ts";
import { type Observation, observationSchema } from "../observation/observation.ts";
import { isCoarsePrefix } from "../observation/prefix.ts";
import { FLAT_COLUMNS } from "./flat.ts";

const DEEPEST_NESTING = 8;
const MOST_PARTS = 2_147_483_647;
const NUMBER = /^-?\d{1,20}(\.\d{1,20})?$/;

const lineSchema = z.strictObject({
  ...observationSchema.shape,
  prefix: observationSchema.shape.prefix.refine((text) => text === undefined || isCoarsePrefix(text), {
    error: "finer than may be stored (IPv4 /24, IPv6 /32)",
  }),
  part: z.int().min(0).max(MOST_PARTS).exactOptional(),
  place: z.int().min(0).max(MOST_PARTS).exactOptional(),
});

/** As StoredObservation; `part` absent: in order of appearance. */
export interface CheckedLine {
  readonly observation: Observation;
  readonly part?: number;
  readonly place?: number;
}

const NUMERIC = new Set(
  FLAT_COLUMNS.filter(({ type }) => type !== "text" && type !== "json").map(({ name }) => name),
);
const KNOWN = new Set(Object.keys(lineSchema.shape));

export function checkLine(text: string): Result<CheckedLine> {
  if (nestingExceeds(text, DEEPEST_NESTING)) return failure(`nested deeper than ${DEEPEST_NESTING} levels`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failure("not JSON");
  }
  return checkRecord(json);
}

/** The same of a value that was read already. */
export function checkRecord(json: unknown): Result<CheckedLine> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return failure("not an object");
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    if (value === null || !KNOWN.has(name)) continue;
    const isQuoted = NUMERIC.has(name) && typeof value === "string" && NUMBER.test(value);
    fields[name] = isQuoted ? Number(value) : value;
  }
  const parsed = lineSchema.safeParse(fields);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    return failure(`${path.join(".") || "record"}: ${message}`);
  }
  const { part, place, ...observation } = parsed.data;
  return success({
    observation: observation as Observation,
    ...(part !== undefined && { part }),
    ...(place !== undefined && { place }),
  });
}
