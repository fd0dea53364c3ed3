/**
 * Progress of one file on standard error: only on a terminal, and only when the work is long enough to be noticed.
 */
import { basename } from "node:path";
import { formatBytes } from "../base/units.ts";
import { type Spinner, spin } from "./spinner.ts";

const SHOW_AFTER_MS = 700;
const UPDATE_MS = 100;

export class Progress {
  readonly #name: string;
  readonly #startedMs = performance.now();
  #shownMs = 0;
  #spinner: Spinner | undefined;

  constructor(file: string) {
    this.#name = basename(file);
  }

  update(doneBytes: number, totalBytes: number): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#startedMs < SHOW_AFTER_MS || nowMs - this.#shownMs < UPDATE_MS)
      return;
    this.#shownMs = nowMs;
    const percent = totalBytes > 0 ? Math.floor((100 * doneBytes) / totalBytes) : 0;
    this.#spinner ??= spin();
    this.#spinner.text = `${this.#name}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${percent} %)`;
    this.#spinner.render();
  }

  stop(): void {
    this.#spinner?.stop();
  }
}
