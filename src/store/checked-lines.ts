/**
 * A file of observations, line by line, compressed or not: what is valid is handed on, what is not is told with its line and
 * reason (line 0: of the file as a whole). Memory is that of the longest line. Throws a StoreProblem where the file cannot
 * be read.
 */
import { readInput } from "../host/input.ts";
import { LineSplitter } from "../observation/lines.ts";
import { type CheckedLine, checkLine } from "./checked-line.ts";
import { StoreProblem } from "./store.ts";

const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

export type OnRefused = (line: number, reason: string) => void;

/** `ready` is waited for now and then; must not throw. */
export async function readCheckedLines(
  path: string,
  onLine: (line: CheckedLine) => void,
  onRefused: OnRefused,
  ready?: () => Promise<void>,
): Promise<void> {
  const lines = new LineSplitter(
    (text, line) => {
      const checked = checkLine(text);
      if (checked.ok) onLine(checked.value);
      else onRefused(line, checked.problem.reason);
    },
    ({ reason, line }) => onRefused(line ?? 0, reason),
    LONGEST_LINE_BYTES,
  );
  const result = await readInput(path, {
    chunk: (chunk) => {
      lines.push(chunk);
      return true;
    },
    ...(ready && { ready }),
  });
  if (result.kind === "unreadable") throw new StoreProblem(`${path}: cannot be read: ${result.reason}`);
  lines.end();
  if (result.kind === "problem") onRefused(0, result.problem.reason);
}
