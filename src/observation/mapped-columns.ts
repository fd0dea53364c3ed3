/**
 * Tables and JSON lines that others wrote, whose columns have names of their own: a mapping says which column is which
 * field. `time=date,text=what` in words; what is not named has the field's own name.
 */
import { failure, type Result, success } from "../base/problem.ts";
import { csvFields } from "./csv.ts";

const MOST_CHARACTERS = 2_000;

/** Field -> column. */
export type ColumnNames = ReadonlyMap<string, string>;

export const STATEMENT_FIELDS = ["time", "kind", "who", "text", "source", "targets", "predicate"] as const;
export const EDGE_LOG_FIELDS = [
  ...["time", "client", "host", "bytes", "duration", "duration_ms", "status", "asn", "country"],
] as const;
const FIELDS = new Set<string>([...STATEMENT_FIELDS, ...EDGE_LOG_FIELDS]);

export function readColumnNames(text: string): Result<ColumnNames> {
  const names = new Map<string, string>();
  if (text.length > MOST_CHARACTERS) return failure("too long");
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    const field = part.slice(0, at).trim();
    const column = part.slice(at + 1).trim();
    if (at < 1 || column === "") return failure(`'${part}' is not FIELD=COLUMN`);
    if (!FIELDS.has(field)) return failure(`'${field}' is no field: ${[...FIELDS].join(", ")}`);
    names.set(field, column);
  }
  return success(names);
}

/** How to find a field in a row. */
export type Cells = (field: string) => string;

export function mappedHeader(names: ColumnNames, header: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map(header.map((name, at) => [name.trim(), at]));
  const found = new Map<string, number>();
  for (const field of FIELDS) {
    const at = columns.get(names.get(field) ?? field);
    if (at !== undefined) found.set(field, at);
  }
  return found;
}

export type MappedKind = "statements" | "edge-log";

/** By what the fields are: statements have a text and a source, an edge log a client and a host. */
export function mappedKind(has: (field: string) => boolean): MappedKind | undefined {
  if (!has("time")) return undefined;
  if (has("text") && has("source")) return "statements";
  return has("client") && has("host") ? "edge-log" : undefined;
}

export function looksMapped(firstLine: string, names: ColumnNames): MappedKind | undefined {
  const header = csvFields(firstLine);
  if (!header) return undefined;
  const found = mappedHeader(names, header);
  return mappedKind((field) => found.has(field));
}

/** The same of one object of JSON lines; its values as text. */
export function cellsOfObject(value: object, names: ColumnNames): Cells {
  const fields = value as Readonly<Record<string, unknown>>;
  return (field) => {
    const key = names.get(field) ?? field;
    const cell = Object.hasOwn(fields, key) ? fields[key] : undefined;
    return typeof cell === "string" || typeof cell === "number" ? String(cell).trim() : "";
  };
}

/** RFC 3339 with any zone, a day alone, or seconds or ms since 1970: as RFC 3339 in UTC. */
export function utcTime(text: string): string | undefined {
  const number = /^\d{9,13}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  const isWritten =
    /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?)?$/.test(text);
  const written = text
    .replace(" UTC", "Z")
    .replace(/^(\S+) (\d)/, "$1T$2")
    .replace(" ", "");
  const zoned = /T.*(Z|[+-]\d{2}:?\d{2})$|^\d{4}-\d{2}-\d{2}$/.test(written) ? written : `${written}Z`;
  const moment = isWritten ? Date.parse(zoned) : number < 1e11 ? number * 1000 : number;
  if (!Number.isFinite(moment)) return undefined;
  const time = new Date(moment).toISOString();
  // 30 February is 2 March to some engines.
  const isDay = isWritten && /^\d{4}-\d{2}-\d{2}/.exec(text)![0];
  return isDay && !/[+-]\d{2}:?\d{2}$/.test(written.slice(10)) && !time.startsWith(isDay) ? undefined : time;
}
