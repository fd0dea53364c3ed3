/**
 * The flat form in which stores keep an Observation: one column a scalar, the trigger in two, `samples` as JSON text, the
 * time as text (as it came) and in ms. Names are the Observation's own. Absent is null.
 */
import type { Observation } from "../observation/observation.ts";
import type { CheckedLine } from "./checked-line.ts";
import type { StoredObservation } from "./store.ts";

export type ColumnType = "text" | "number" | "asn" | "integer" | "milliseconds" | "json";

export interface FlatColumn {
  readonly name: string;
  readonly type: ColumnType;
}

const columns = (type: ColumnType, ...names: readonly string[]): FlatColumn[] =>
  names.map((name) => ({ name, type }));

/** In the table's order. `timeMs` is made here; all others stand in files too (trigger: as an object). */
export const FLAT_COLUMNS: readonly FlatColumn[] = [
  ...columns("text", "measurementId"),
  ...columns("integer", "part", "place"),
  ...columns("text", "origin", "role", "time"),
  ...columns("milliseconds", "timeMs"),
  ...columns("asn", "asn"),
  ...columns("text", "networkName", "prefix", "country", "accessKind", "target", "address"),
  ...columns("asn", "hostingAsn"),
  ...columns("text", "protocol", "triggerKind", "triggerValue", "comparison"),
  ...columns("number", "pair"),
  ...columns("text", "direction"),
  ...columns("number", "bytes", "durationUs", "goodputBps"),
  ...columns("json", "samples"),
  ...columns("number", "rttUs", "connectUs", "handshakeUs", "requestUs", "statusCode", "retransmits"),
  ...columns("number", "outOfOrder", "rttMaxUs", "lossShare"),
  ...columns("text", "operation", "failure"),
];

/** Which fields of an Observation are read; absent: all but `samples`, which are large. */
export type Fields = "all" | readonly (keyof Observation)[];

/** The columns that hold them, and those that every record has. */
export function columnsOfFields(fields?: Fields): string[] {
  const names = FLAT_COLUMNS.map(({ name }) => name);
  if (fields === "all") return names;
  if (fields === undefined) return names.filter((name) => name !== "samples");
  const wanted = new Set<string>(["measurementId", "part", "place", "origin", "role", ...fields]);
  return names.filter((name) => wanted.has(name.startsWith("trigger") ? "trigger" : name));
}

const PART = FLAT_COLUMNS.findIndex(({ name }) => name === "part");

/** What a column can hold, as it comes out of a store. */
export type FlatValue = string | number | bigint | boolean | null;

type Getter = (stored: StoredObservation) => string | number | undefined;

const SPECIAL: Readonly<Record<string, Getter>> = {
  part: ({ part }) => part,
  place: ({ place }) => place,
  timeMs: ({ observation }) => timeMsOf(observation),
  triggerKind: ({ observation }) => observation.trigger?.kind,
  triggerValue: ({ observation }) => observation.trigger?.value,
  samples: ({ observation }) => observation.samples && JSON.stringify(observation.samples),
};
const GETTERS: readonly Getter[] = FLAT_COLUMNS.map(({ name }) => {
  const field = name as Exclude<keyof Observation, "trigger" | "samples">;
  return SPECIAL[name] ?? (({ observation }) => observation[field]);
});

/** The values of one record, in the order of FLAT_COLUMNS. */
export function flatValues(stored: StoredObservation): (string | number | null)[] {
  return GETTERS.map((get) => get(stored) ?? null);
}

/** The same of a line of a file, whose part may not be said. */
export function flatValuesOfLine({ observation, part, place }: CheckedLine): (string | number | null)[] {
  const row = flatValues({ observation, part: part ?? 0, ...(place !== undefined && { place }) });
  if (part === undefined) row[PART] = null;
  return row;
}

/** The record of a row; `names` are the row's columns, a part of FLAT_COLUMNS. */
export function storedObservation(
  names: readonly string[],
  values: readonly (FlatValue | undefined)[],
): StoredObservation {
  const observation: Record<string, unknown> = {};
  let part = 0;
  let place: number | undefined;
  for (let at = 0; at < names.length; at++) {
    const value = values[at];
    if (value === null || value === undefined) continue;
    const name = names[at]!;
    if (name === "part") part = Number(value);
    else if (name === "place") place = Number(value);
    else if (name === "triggerKind") observation["trigger"] = { kind: value };
    else if (name === "triggerValue") Object.assign(observation["trigger"] as object, { value });
    else if (name === "samples") observation["samples"] = samplesOf(String(value));
    else if (name !== "timeMs") observation[name] = value;
  }
  // The row came through the boundary's checks when it was stored.
  return {
    observation: observation as unknown as Observation,
    part,
    ...(place !== undefined && { place }),
  };
}

/** The records of a batch of columns, as `names` has them; at least one column. */
export function storedObservations(
  names: readonly string[],
  columns: readonly (readonly FlatValue[])[],
): StoredObservation[] {
  // Most columns of a batch are empty.
  const filled = names.flatMap((name, at) =>
    columns[at]!.some((value) => value !== null) ? [{ name, values: columns[at]! }] : [],
  );
  const some = filled.map(({ name }) => name);
  return columns[0]!.map((_, row) =>
    storedObservation(
      some,
      filled.map(({ values }) => values[row]),
    ),
  );
}

export function timeMsOf({ time }: Pick<Observation, "time">): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

type Sample = NonNullable<Observation["samples"]>[number];

function samplesOf(json: string): Sample[] {
  return (JSON.parse(json) as Sample[]).map(({ elapsedUs, bytes }) => ({ elapsedUs, bytes }));
}
