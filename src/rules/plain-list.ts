/**
 * Plain lists, one name or address prefix a line, in UTF-8: `t.co`, `*.twimg.com`, `192.0.2.0/24`, `2001:db8::1`.
 * What follows `#` or `;` is a comment. A rule is meant for its own name, without asterisks; an address for nobody
 * that the list names. Rules are called `line-N`.
 */
import type { Problem } from "../base/problem.ts";
import type { Action } from "./action.ts";
import { parsePrefix } from "./address-prefix.ts";
import { LineReader, type LineReading, lineRule } from "./line-reader.ts";
import { parsePattern } from "./name-pattern.ts";
import type { NamePattern } from "./rule.ts";

export const LIST_CONTENTS = ["names", "addresses", "names and addresses"] as const;
export type ListContents = (typeof LIST_CONTENTS)[number];

export function plainListReader(
  contents: ListContents,
  action: Action,
  onProblem: (problem: Problem) => void,
): LineReader {
  return new LineReader("utf-8", (text, line) => readLine(text, line, contents, action), onProblem);
}

function readLine(text: string, line: number, contents: ListContents, action: Action): LineReading {
  const entry = text.replace(/[#;].*$/, "").trim();
  if (entry === "") return { kind: "comment" };
  const looksLikeAddress = /^[\d.]+(\/|$)/.test(entry) || entry.includes(":");
  if (contents === "addresses" || (contents === "names and addresses" && looksLikeAddress)) {
    const prefix = parsePrefix(entry);
    if (!prefix.ok) return { kind: "broken", reason: prefix.problem.reason };
    return lineRule(`line-${line}`, line, { addresses: [prefix.value] }, [], action);
  }
  const pattern = parsePattern(entry);
  if (!pattern.ok) return { kind: "broken", reason: pattern.problem.reason };
  return lineRule(`line-${line}`, line, { names: [pattern.value] }, [patternIntent(pattern.value)], action);
}

/** Whom a pattern is meant for when nothing else says so: the name that it spells. */
export function patternIntent({ text }: NamePattern): string {
  return text.startsWith(".") ? text.slice(1) : text;
}
