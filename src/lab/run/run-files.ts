/**
 * The files of a run: a folder with truth.jsonl, timeline.jsonl, observations.jsonl and captures/ (docs/format.md).
 * Lines are written as they come, so that a run that is ended early keeps what it has.
 */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

const NAMES = ["truth", "timeline", "observations"] as const;
export type RunFile = (typeof NAMES)[number];

export class RunFiles {
  readonly folder: string;
  readonly #files: Record<RunFile, number>;
  readonly counts: Record<RunFile, number> = { truth: 0, timeline: 0, observations: 0 };

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, "captures"), { recursive: true });
    this.#files = Object.fromEntries(
      NAMES.map((name) => [name, openSync(join(folder, `${name}.jsonl`), "w")]),
    ) as Record<RunFile, number>;
  }

  add(file: RunFile, record: unknown): void {
    this.counts[file]++;
    writeSync(this.#files[file], `${JSON.stringify(record)}\n`);
  }

  close(): void {
    for (const name of NAMES) closeSync(this.#files[name]);
  }
}
