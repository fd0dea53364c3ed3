/**
 * The commands that the documents tell people to type: every line of a fenced `sh` or `console` block that runs this program or a
 * script of package.json. Lines that go on behind a backslash are one; what follows `#` is for people.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface DocumentedCommand {
  /** As it is to be typed, without comment; `brakelight` for `node dist/cli/main.js`. */
  readonly text: string;
  /** "README.md, docs/recipes/journalist.md" */
  readonly where: readonly string[];
}

const PROGRAMS = /^(npx (-y )?)?brakelight(-probe\.mjs)? |^node (\.\/)?(dist\/)?brakelight-probe\.mjs |^npm /;

export function documents(): string[] {
  const below = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  const pages = below.filter((name) => name.endsWith(".md")).map((name) => join("docs", name));
  const others = ["README.md", "CONTRIBUTING.md", "examples/test-in-the-lab/README.md"];
  return [...others, ...pages.sort()];
}

/** Each once, in the order of the documents. */
export function documentedCommands(): DocumentedCommand[] {
  const found = new Map<string, Set<string>>();
  for (const name of documents()) {
    const text = readFileSync(join(ROOT, name), "utf8");
    for (const block of blocksOf(text, "sh", "console"))
      for (const command of commandsOf(block)) {
        const where = found.get(command) ?? new Set();
        found.set(command, where.add(relative(ROOT, join(ROOT, name))));
      }
  }
  return [...found].map(([text, where]) => ({ text, where: [...where] }));
}

/** The texts of fenced blocks of these languages. */
export function blocksOf(text: string, ...languages: string[]): string[] {
  return [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```/gm)]
    .filter(([, language]) => languages.includes(language!))
    .map(([, , body]) => body!);
}

function commandsOf(block: string): string[] {
  const lines = block.replace(/\\\n\s*/g, "").split("\n");
  return lines
    .flatMap((line) => withoutComment(line).split(" && "))
    .map((line) => line.trim().replace(/^\$ /, "").replace(/ +/g, " "))
    .map((line) => line.replace(/^node dist\/cli\/main\.js/, "brakelight"))
    .filter((line) => PROGRAMS.test(`${line} `));
}

function withoutComment(line: string): string {
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!;
    if (quote !== "") quote = letter === quote ? "" : quote;
    else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === "#" && (at === 0 || line[at - 1] === " ")) return line.slice(0, at);
  }
  return line;
}
