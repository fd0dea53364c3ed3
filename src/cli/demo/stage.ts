/**
 * What the acts of the demo stand on: lines for people, programs and laboratories that end with their act, whether it is
 * finished, skipped (s) or stopped (Ctrl-C). Nothing is left behind.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalTree } from "../../host/process-tree.ts";
import { colours as pc } from "../colours.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
}

export class Stage {
  readonly folder: string;
  #isOver = false;
  readonly #children = new Set<number>();
  readonly #endings = new Set<() => unknown>();

  constructor(folder = mkdtempSync(join(tmpdir(), "brakelight-demo-"))) {
    this.folder = folder;
  }

  /** For one act: over when it is cleared, whatever of the act still goes on then. */
  act(): Stage {
    return new Stage(this.folder);
  }

  title(text: string): void {
    if (this.#isOver) return;
    process.stdout.write(`\n${pc.bold(text)}\n`);
  }

  say(text: string): void {
    if (this.#isOver) return;
    process.stdout.write(`${text}\n`);
  }

  /** What the reader could type; printed as it is run. */
  command(words: readonly string[]): void {
    if (this.#isOver) return;
    process.stdout.write(`${pc.cyan(`  $ ${words.map(quoted).join(" ")}`)}\n`);
  }

  /** This program once more. `onLine`: what it says, as it says it. */
  async run(words: readonly string[], onLine?: (line: string) => void): Promise<Ran> {
    if (this.#isOver) return { code: 1, out: "" };
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...words], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, XDG_DATA_HOME: this.folder },
    });
    if (child.pid !== undefined) this.#children.add(child.pid);
    let out = "";
    let line = "";
    child.stdout.on("data", (piece) => {
      out += String(piece);
      const lines = (line + String(piece)).split("\n");
      line = lines.pop()!;
      for (const one of lines) onLine?.(one);
    });
    const code = await new Promise<number>((resolve) => child.on("close", (ended) => resolve(ended ?? 1)));
    if (line !== "") onLine?.(line);
    if (child.pid !== undefined) this.#children.delete(child.pid);
    return { code, out };
  }

  /** To be done when the act ends, however it ends: at once when it is over. */
  atEnd(end: () => unknown): void {
    if (this.#isOver) end();
    else this.#endings.add(end);
  }

  async clear(): Promise<void> {
    this.#isOver = true;
    for (const pid of this.#children) signalTree(pid, "SIGTERM");
    this.#children.clear();
    const endings = [...this.#endings];
    this.#endings.clear();
    await Promise.allSettled(endings.map(async (end) => end()));
  }

  async close(): Promise<void> {
    await this.clear();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function quoted(word: string): string {
  return /^[\w./:=@%,+-]+$/.test(word) ? word : `'${word}'`;
}
