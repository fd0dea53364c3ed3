/**
 * The Observation's bounds as SQL, for the fast way in. Sound, not complete: what passes is a valid record; what does not
 * pass raises an error, and the slow way (checked-lines.ts) then decides line by line and says why.
 * As there, null is absent, a field that is not known is dropped, a number may stand in quotes.
 */
import {
  COMPARISONS,
  DIRECTIONS,
  PROTOCOLS,
  ROLES,
  SAMPLE_LIMIT,
  TEXT_LIMIT,
} from "../../observation/observation.ts";
import { COARSE_PREFIX } from "../../observation/prefix.ts";
import { ACCESS_KINDS, OPERATIONS, ORIGINS, TRIGGER_KINDS } from "../../observation/vocabulary.ts";
import { FLAT_COLUMNS } from "../flat.ts";

/** All words and patterns are constants of this program. */
const oneOf = (words: readonly string[]) => (column: string) =>
  `${column} IN (${words.map((word) => `'${word}'`).join(", ")})`;
/** Bytes bound the characters from above. */
const isText = (column: string): string => `strlen(${column}) BETWEEN 1 AND ${TEXT_LIMIT}`;
const isAmount = (column: string): string => `(${column} >= 0 AND isfinite(${column}))`;
const isWhole =
  (most: number, least = 0) =>
  (column: string): string =>
    `(${column} BETWEEN ${least} AND ${most} AND ${column} = floor(${column}))`;

const MOST_PARTS = 2_147_483_647;
const isAsn = isWhole(4_294_967_295, 1);
const CHECKS: Readonly<Record<string, (column: string) => string>> = {
  ...{ part: isWhole(MOST_PARTS), place: isWhole(MOST_PARTS) },
  ...{ origin: oneOf(ORIGINS), role: oneOf(ROLES), asn: isAsn, hostingAsn: isAsn },
  ...{ accessKind: oneOf(ACCESS_KINDS), protocol: oneOf(PROTOCOLS), operation: oneOf(OPERATIONS) },
  ...{ comparison: oneOf(COMPARISONS), direction: oneOf(DIRECTIONS), triggerKind: oneOf(TRIGGER_KINDS) },
  ...{ pair: isWhole(Number.MAX_SAFE_INTEGER), statusCode: isWhole(999) },
  lossShare: (column) => `${column} BETWEEN 0 AND 1`,
  time: (column) =>
    `(strlen(${column}) BETWEEN 17 AND 32 AND substr(${column}, 5, 1) = '-' AND substr(${column}, 8, 1) = '-'
      AND substr(${column}, 11, 1) = 'T' AND substr(${column}, 14, 1) = ':' AND suffix(${column}, 'Z')
      AND try_cast(${column} AS TIMESTAMP) IS NOT NULL)`,
  country: (column) =>
    `(strlen(${column}) = 2 AND ${column} BETWEEN 'AA' AND 'ZZ' AND substr(${column}, 2, 1) BETWEEN 'A' AND 'Z')`,
  prefix: (column) =>
    `((suffix(${column}, '.0/24') AND strlen(${column}) <= 18) OR regexp_matches(${column}, '${COARSE_PREFIX}'))`,
};

const REQUIRED = new Set(["measurementId", "origin", "role"]);
/** Raises an error where they are not a list of two amounts each. */
const SAMPLES = `CASE WHEN samples IS NULL THEN true ELSE (
  json_array_length(samples) <= ${SAMPLE_LIMIT} AND NOT regexp_matches(samples, ':["tf]') AND list_bool_and(list_transform(
    json_transform_strict(samples, '[{"elapsedUs":"DOUBLE","bytes":"DOUBLE"}]'),
    lambda sample: sample.elapsedUs >= 0 AND sample.bytes >= 0
      AND isfinite(sample.elapsedUs) AND isfinite(sample.bytes)))) END`;

/** Without a check of their own: any characters. */
export const FREE_TEXTS = FLAT_COLUMNS.flatMap(({ name, type }) =>
  type === "text" && CHECKS[name] === undefined ? [name] : [],
);
/**
 * True where no free text could have been a number, a truth value, a list or an object in the file. Only sound: "123" in
 * quotes looks like a number too.
 */
export const LOOKS_LIKE_TEXT = `(${FREE_TEXTS.map(
  (
    name,
  ) => `("${name}" IS NULL OR (try_cast("${name}" AS DOUBLE) IS NULL AND "${name}" NOT IN ('true', 'false')
    AND NOT starts_with("${name}", '{') AND NOT starts_with("${name}", '[')))`,
).join(" AND ")})`;

/** True for a valid row of the columns as files have them; never null. */
export const IS_VALID = [
  ...FLAT_COLUMNS.filter(({ name }) => name !== "timeMs" && name !== "samples").map(({ name, type }) => {
    const column = `"${name}"`;
    const check = CHECKS[name]?.(column) ?? (type === "text" ? isText(column) : isAmount(column));
    return REQUIRED.has(name) ? `coalesce(${check}, false)` : `(${column} IS NULL OR ${check})`;
  }),
  `("triggerValue" IS NULL OR "triggerKind" IS NOT NULL)`,
  `coalesce(${SAMPLES}, json_array_length(samples) = 0)`,
].join(" AND ");
