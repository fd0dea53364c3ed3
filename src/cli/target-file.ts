/**
 * A file of targets: one a line, or Citizen Lab's CSV (RFC 4180; its first column is the URL), told apart by the first record.
 * Lines that begin with # are left out. What is no target is left out as well, and counted.
 */
import { CsvParser } from "../observation/csv.ts";
import { type ProbeTarget, readTarget } from "../probe/probe-target.ts";

export interface TargetFile {
  readonly targets: readonly ProbeTarget[];
  /** Lines that are no targets, and what is wrong with the first. */
  readonly skipped: number;
  readonly firstProblem?: string;
}

interface Row {
  readonly line: number;
  readonly text: string;
  readonly problem?: string;
}

/** url,category_code,category_description,date_added,source,notes */
const LIST_FIELDS = 6;
const HEADER = "url";
const CATEGORY = /^[A-Z]{3,5}$/;
const MOST_SHOWN = 80;

export function readTargetFile(text: string): TargetFile {
  const targets: ProbeTarget[] = [];
  const problems: string[] = [];
  for (const { line, text: target, problem } of rowsOf(text)) {
    const read = problem ?? readTarget(target);
    if (typeof read !== "string") targets.push(read);
    else problems.push(`line ${line}: '${target.slice(0, MOST_SHOWN)}' ${read}`);
  }
  const [firstProblem] = problems;
  return { targets, skipped: problems.length, ...(firstProblem === undefined ? {} : { firstProblem }) };
}

function rowsOf(text: string): Row[] {
  const records: (Row & { readonly fields: readonly string[] })[] = [];
  const parser = new CsvParser(
    (fields, line) => records.push({ line, fields, text: fields[0]!.trim() }),
    ({ reason, line = 0 }) =>
      records.push({ line, fields: [], text: "", problem: `is no record: ${reason}` }),
  );
  parser.push(new TextEncoder().encode(text));
  parser.end();
  const isComment = (first: string): boolean => first === "" || first.startsWith("#");
  const first = records.find(({ text }) => !isComment(text));
  if (first && isOfList(first.fields))
    return records.filter(
      (one) => one.problem !== undefined || !(isComment(one.text) || one.text === HEADER),
    );
  return text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter((row) => !isComment(row.text));
}

function isOfList(fields: readonly string[]): boolean {
  return fields[0] === HEADER || (fields.length === LIST_FIELDS && CATEGORY.test(fields[1]!));
}
