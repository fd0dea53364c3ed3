/**
 * What was refused, and why, one JSON a line (docs/format.md). Of what came from outside only its size and hash stand there,
 * never its content, in which an address could be. Bounded: a file that is full becomes .1, in place of the one before; what
 * comes faster than it can be written is counted. An acknowledged record that the store refused is kept whole in a file of
 * its own, from which nothing is ever dropped: when that one is full, the store counts as failing.
 */
import { createHash } from "node:crypto";
import { appendFile, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StoreProblem } from "../../store/store.ts";
import type { JournalEntry } from "./journal-entry.ts";

const KEPT_FILE = "refused-by-store.jsonl";
const MOST_KEPT_BYTES = 256 << 20;
const MOST_WAITING = 1_000;
const MOST_REASON_CHARACTERS = 300;
const HOUR_MS = 3_600_000;
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

export class DeadLetters {
  readonly #path: string;
  readonly #mostBytes: number;
  #lines: string[] = [];
  #writing: Promise<void> | undefined;
  #bytes: number | undefined;
  written = 0;
  /** Refused ones for which there was no room. */
  dropped = 0;

  constructor(path: string, mostBytes: number) {
    this.#path = path;
    this.#mostBytes = mostBytes;
  }

  refuse(reason: string, content: Buffer | string, nowMs: number): void {
    const told = {
      hour: new Date(nowMs - (nowMs % HOUR_MS)).toISOString(),
      reason: reason.slice(0, MOST_REASON_CHARACTERS),
      bytes: Buffer.byteLength(content),
      sha256: createHash("sha256").update(content).digest("hex"),
    };
    if (this.#lines.length >= MOST_WAITING) this.dropped++;
    else this.#add(JSON.stringify(told));
  }

  /** On the disk when the promise is kept; throws a StoreProblem. */
  async keep(reason: string, entry: JournalEntry | string): Promise<void> {
    const path = join(dirname(this.#path), KEPT_FILE);
    // What a full disk may have left of an earlier try is a line of its own.
    const line = `\n${JSON.stringify({ reason: reason.slice(0, MOST_REASON_CHARACTERS), entry })}\n`;
    try {
      const file = await open(path, "a", PRIVATE_FILE);
      try {
        if ((await file.stat()).size > MOST_KEPT_BYTES)
          throw new StoreProblem(`${path}: it is full: move it away`);
        await file.writeFile(line);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof StoreProblem) throw error;
      throw new StoreProblem(
        `${path}: cannot be written (${(error as NodeJS.ErrnoException).code}): make room on the disk`,
      );
    }
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#lines.length > 0) {
        const text = `${this.#lines.splice(0).join("\n")}\n`;
        await this.#write(text);
        this.written += text.split("\n").length - 1;
      }
    } catch {
      this.dropped += this.#lines.splice(0).length + 1;
    }
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    if (this.#bytes === undefined) {
      await mkdir(dirname(this.#path), { recursive: true, mode: PRIVATE_FOLDER });
      this.#bytes = (await stat(this.#path).catch(() => ({ size: 0 }))).size;
    }
    const bytes = Buffer.byteLength(text);
    if (this.#bytes > 0 && this.#bytes + bytes > this.#mostBytes) {
      await rename(this.#path, `${this.#path}.1`);
      this.#bytes = 0;
    }
    await appendFile(this.#path, text, { mode: PRIVATE_FILE });
    this.#bytes += bytes;
  }

  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
  }
}
