/**
 * How answers go out: JSON, JSONL or CSV. Those of a simulated store carry SIMULATED in a header, a field of each answer and
 * a field or column of each record; nothing takes it away. What is not whole says so.
 */
import type { FastifyReply } from "fastify";
import type { Store } from "../../store/store.ts";

export const FORMATS = ["JSON", "JSONL", "CSV"] as const;
export type Format = (typeof FORMATS)[number];
export type PlainRow = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Mark {
  readonly isSimulated: boolean;
}

const FORMULA = /^[=+\-@\t\r]/;

/** Records as they are, each marked. */
export function marked<T extends object>(
  rows: readonly T[],
  { isSimulated }: Mark,
): (T & { simulated?: "SIMULATED" })[] {
  return isSimulated ? rows.map((row) => ({ simulated: "SIMULATED" as const, ...row })) : [...rows];
}

/** `columns`: of a CSV, in order. */
export function sendRows(
  reply: FastifyReply,
  format: Format,
  {
    rows,
    columns,
    metadata,
  }: { readonly rows: readonly PlainRow[]; readonly columns: readonly string[]; readonly metadata: object },
  mark: Mark,
  store: Store,
): FastifyReply {
  markReply(reply, mark, store);
  const all = marked(rows, mark);
  if (format === "JSON")
    return reply.send({
      metadata: {
        ...metadata,
        ...(mark.isSimulated && { simulated: "SIMULATED" }),
        partial: store.isPartial,
      },
      results: all,
    });
  if (format === "JSONL")
    return reply.type("application/x-ndjson").send(all.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const names = mark.isSimulated ? ["simulated", ...columns] : columns;
  const lines = all.map((row) => names.map((name) => cell((row as PlainRow)[name])).join(","));
  return reply.type("text/csv; charset=utf-8").send(`${[names.join(","), ...lines].join("\r\n")}\r\n`);
}

export function markReply(reply: FastifyReply, { isSimulated }: Mark, store: Store): void {
  if (isSimulated) reply.header("x-brakelight-simulated", "SIMULATED");
  if (store.isPartial) reply.header("x-brakelight-partial", "true");
}

/** RFC 4180; a text that a spreadsheet would take for a formula has an apostrophe before it. */
function cell(value: string | number | boolean | undefined): string {
  if (value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
