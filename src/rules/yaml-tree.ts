/**
 * YAML text becomes a tree of plain values, each with its line. Aliases are followed and count anew at every use, so
 * that a small text cannot stand for a huge tree. Bounds: size, nesting and number of values below.
 * Whatever the text, the answer is a tree or problems with their lines.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import type { Problem } from "../base/problem.ts";

/** Written by hand; the parser takes some 2 s for it. Longer lists are plain lists, or JSON. */
export const LONGEST_YAML_BYTES = 1 << 20;
export const DEEPEST_YAML = 32;
export const MOST_YAML_VALUES = 200_000;
const MOST_PROBLEMS = 100;

export type Tree = TreeScalar | TreeList | TreeMap;

export interface TreeScalar {
  readonly kind: "scalar";
  readonly line: number;
  readonly value: string | number | boolean | null;
}

export interface TreeList {
  readonly kind: "list";
  readonly line: number;
  readonly items: readonly Tree[];
}

export interface TreeMap {
  readonly kind: "map";
  readonly line: number;
  readonly entries: ReadonlyMap<string, { readonly line: number; readonly value: Tree }>;
}

export type TreeResult =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function parseYaml(text: string): TreeResult {
  const deep = tooDeep(text);
  if (deep) return { ok: false, problems: [deep] };
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, MOST_PROBLEMS).map(({ message, pos }) => ({
      reason: message.split("\n")[0]!,
      line: lineAt(pos[0]),
    }));
    return { ok: false, problems };
  }
  if (document.contents === null) return { ok: false, problems: [{ reason: "the file is empty" }] };
  const builder = new TreeBuilder(lineAt);
  const tree = builder.build(document.contents, 0);
  return builder.problem || !tree
    ? { ok: false, problems: [builder.problem ?? { reason: "the file is empty" }] }
    : { ok: true, tree };
}

class TreeBuilder {
  readonly #lineAt: (offset: number) => number;
  readonly #anchors = new Map<string, ParsedNode>();
  #values = 0;
  problem: Problem | undefined;

  constructor(lineAt: (offset: number) => number) {
    this.#lineAt = lineAt;
  }

  build(node: ParsedNode | null, depth: number): Tree | undefined {
    if (this.problem) return undefined;
    if (node === null) return { kind: "scalar", line: 0, value: null };
    const line = this.#lineAt(node.range[0]);
    if (++this.#values > MOST_YAML_VALUES) return this.#fail(`more than ${MOST_YAML_VALUES} values`, line);
    if (depth > DEEPEST_YAML) return this.#fail(`nested deeper than ${DEEPEST_YAML}`, line);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target) return this.build(target, depth + 1);
      return this.#fail(
        `'*${node.source}' refers to nothing; a name with an asterisk stands in quotes`,
        line,
      );
    }
    const tree = this.#plain(node, line, depth);
    // Known from here on only: nothing refers to itself.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    return tree;
  }

  #plain(node: ParsedNode, line: number, depth: number): Tree | undefined {
    if (isSeq(node)) {
      const items: Tree[] = [];
      for (const item of node.items) {
        const tree = this.build(item as ParsedNode, depth + 1);
        if (tree) items.push(tree);
      }
      return { kind: "list", line, items };
    }
    if (isMap(node)) {
      const entries = new Map<string, { line: number; value: Tree }>();
      for (const { key, value } of node.items) {
        const keyNode = key as ParsedNode;
        const keyLine = this.#lineAt(keyNode.range[0]);
        if (!isScalar(keyNode)) return this.#fail("a key that is no word", keyLine);
        const tree = this.build(value as ParsedNode | null, depth + 1);
        if (tree) entries.set(String(keyNode.value), { line: keyLine, value: tree });
      }
      return { kind: "map", line, entries };
    }
    const value = isScalar(node) ? node.value : undefined;
    if (value === null || ["string", "number", "boolean"].includes(typeof value))
      return { kind: "scalar", line, value: value as TreeScalar["value"] };
    return this.#fail("a value that is neither text, number, list nor map", line);
  }

  #fail(reason: string, line: number): undefined {
    this.problem ??= { reason, line };
  }
}

/** The parser's time grows with the square of the nesting: what is far too deep is not given to it. */
function tooDeep(text: string): Problem | undefined {
  if (text.length > LONGEST_YAML_BYTES)
    return { reason: `more than ${LONGEST_YAML_BYTES} bytes of YAML; plain lists and JSON may be longer` };
  let open = 0;
  let line = 1;
  for (const row of text.split("\n")) {
    for (const letter of row) {
      if (letter === "[" || letter === "{") open++;
      else if ((letter === "]" || letter === "}") && open > 0) open--;
    }
    const indent = /^ */.exec(row)![0].length;
    const dashes = /^(?:[-?] +|[&!]\S* +)*/.exec(row.slice(indent))![0].length;
    if (open > DEEPEST_YAML || indent > 8 * DEEPEST_YAML || dashes > 8 * DEEPEST_YAML)
      return { reason: `nested deeper than ${DEEPEST_YAML}`, line };
    line++;
  }
  return undefined;
}
