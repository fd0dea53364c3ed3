/**
 * What the matcher is compared with: plain JavaScript as one would write it (Sets and loops; one RegExp), and npm's
 * re2 (Google's RE2), which the bench installs for itself, since it compiles for minutes: it is no dependency.
 * All get the names as strings, which spares them the conversion from a packet's bytes.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Rule } from "../../src/rules/rule.ts";

export type Test = (name: string) => boolean;

const CACHE = "node_modules/.cache/bench-re2";
/** Later versions ask for Node 22. */
const RE2 = "re2@1.21.4";
/** RE2 refuses longer programs; V8 takes minutes for them. */
export const MOST_REGEXP_RULES = 10_000;

export function setsAndLoops(rules: readonly Rule[]): Test {
  const exact = new Set<string>();
  const suffix = new Set<string>();
  const endings: string[] = [];
  const inside: string[] = [];
  for (const { names } of rules) {
    for (const { kind, text } of names) {
      if (kind === "exact") exact.add(text);
      else if (kind === "suffix") suffix.add(text);
      else (kind === "ends-with" ? endings : inside).push(text);
    }
  }
  return (sent) => {
    const name = sent.toLowerCase();
    if (exact.has(name)) return true;
    for (let dot = name.indexOf(".", 1); dot > 0; dot = name.indexOf(".", dot + 1))
      if (suffix.has(name.slice(dot))) return true;
    return endings.some((text) => name.endsWith(text)) || inside.some((text) => name.includes(text));
  };
}

/** All rules as one expression. */
export function expressionOf(rules: readonly Rule[]): string {
  const parts = rules.flatMap(({ names }) =>
    names.map(({ kind, text }) => {
      const escaped = text.replaceAll(".", "\\.").replaceAll("-", "\\-");
      if (kind === "exact") return escaped;
      return kind === "contains" ? `.*${escaped}.*` : kind === "suffix" ? `.+${escaped}` : `.*${escaped}`;
    }),
  );
  return `^(?:${parts.join("|")})$`;
}

export function oneRegExp(rules: readonly Rule[]): Test {
  const expression = new RegExp(expressionOf(rules), "i");
  return (name) => expression.test(name);
}

type Re2 = new (source: string, flags: string) => { test(name: string): boolean };

/** The class, or why there is none. */
export function loadRe2(): Re2 | string {
  const folder = join(process.cwd(), CACHE);
  const require = createRequire(join(folder, "bench.cjs"));
  const load = (): Re2 => require("re2") as Re2;
  try {
    return load();
  } catch {
    // Not installed yet, or for another version of Node.
  }
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  process.stderr.write(`bench:rules: installing ${RE2} into ${CACHE}: some minutes, once\n`);
  const run = spawnSync("npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", RE2], {
    encoding: "utf8",
  });
  try {
    return load();
  } catch (error) {
    return `${RE2} cannot be installed: ${(run.stderr || (error as Error).message).trim().split("\n").at(-1)}`;
  }
}
