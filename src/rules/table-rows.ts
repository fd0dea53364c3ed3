/**
 * Rows of comma-separated tables, one a line, streamed: lists of popular names (Tranco: `rank,domain`) and maps of
 * hosting (`name,address` or `name,address,hosting`). A first line of words is a header. Every other line is a row or
 * named as broken.
 */
import type { Problem, Result } from "../base/problem.ts";
import { addressBytes } from "./address-prefix.ts";
import { ByteLines, LONGEST_LINE_BYTES } from "./byte-lines.ts";
import { splitFields } from "./line-fields.ts";
import { LONGEST_NAME, quoted } from "./name-pattern.ts";

export interface PopularName {
  readonly rank: number;
  readonly name: string;
}

export interface HostedSite {
  readonly name: string;
  readonly address: Uint8Array;
  /** Whose machines, in the map's words. */
  readonly hosting?: string;
}

export class TableRows<T> {
  readonly #lines: ByteLines;
  broken = 0;

  constructor(
    read: (fields: readonly string[]) => Result<T>,
    onRow: (row: T) => void,
    onProblem: (problem: Problem) => void,
  ) {
    const decoder = new TextDecoder();
    const breaks = (reason: string, line: number): void => {
      this.broken++;
      onProblem({ reason, line });
    };
    this.#lines = new ByteLines({
      line: (bytes, line) => {
        const text = decoder.decode(bytes);
        if (text.trim() === "") return;
        const fields = splitFields(text, ",");
        if (!fields) return breaks("its quotes are not closed", line);
        const row = read(fields.map((field) => field.trim()));
        if (row.ok) onRow(row.value);
        else if (line > 1 || !/^[a-z_ ]+(,[a-z_ ]+)+$/i.test(text)) breaks(row.problem.reason, line);
      },
      tooLong: (line) => breaks(`longer than ${LONGEST_LINE_BYTES} bytes`, line),
    });
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
  }
}

export function readPopularName(fields: readonly string[]): Result<PopularName> {
  const [rank = "", name = ""] = fields;
  if (fields.length !== 2 || !/^\d{1,12}$/.test(rank) || Number(rank) === 0)
    return { ok: false, problem: { reason: `${quoted(fields.join(","))} is not 'rank,name'` } };
  return checkName(name, { rank: Number(rank), name: name.toLowerCase() });
}

export function readHostedSite(fields: readonly string[]): Result<HostedSite> {
  const [name = "", text = "", hosting = ""] = fields;
  const address = addressBytes(text);
  if (fields.length < 2 || fields.length > 3)
    return { ok: false, problem: { reason: `${quoted(fields.join(","))} is not 'name,address,hosting'` } };
  if (!address) return { ok: false, problem: { reason: `${quoted(text)} is no address` } };
  return checkName(name, { name: name.toLowerCase(), address, ...(hosting !== "" && { hosting }) });
}

function checkName<T>(name: string, row: T): Result<T> {
  if (name !== "" && name.length <= LONGEST_NAME && /^[!-~]+$/.test(name)) return { ok: true, value: row };
  return { ok: false, problem: { reason: `${quoted(name)} is no name as packets carry it` } };
}
