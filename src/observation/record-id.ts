/**
 * Measurement ids for records that have none: made of what is kept of the record, so that the same record gets the same id
 * whatever file it comes in, and whole addresses leave no trace. Records that are alike are counted, in order.
 */
import { createHash } from "node:crypto";

const ID_CHARACTERS = 32;
/** Records that are alike stand near each other: same time, same place. Beyond it, those of long ago are forgotten. */
const MOST_REMEMBERED = 1_000_000;

export class RecordIds {
  readonly #kind: string;
  #seen = new Map<string, number>();

  constructor(kind: string) {
    this.#kind = kind;
  }

  of(...kept: readonly unknown[]): string {
    const hash = createHash("sha256").update(JSON.stringify(kept)).digest("hex").slice(0, ID_CHARACTERS);
    const count = this.#seen.get(hash) ?? 0;
    if (this.#seen.size > MOST_REMEMBERED) this.#seen.clear();
    this.#seen.set(hash, count + 1);
    return `${this.#kind}-${hash}${count === 0 ? "" : `-${count}`}`;
  }
}
