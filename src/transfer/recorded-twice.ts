/**
 * Packets that a capture recorded twice: a mirror port, or a capture of several interfaces at once. No sender repeats a
 * segment within REPEAT_US; counted as copies they would be losses. Looks at the last few data packets of each direction.
 */
import type { PacketLog } from "./packet-log.ts";

const REPEAT_US = 1000;
const REMEMBERED = 8;

export class RecordedTwice {
  readonly #recent: readonly [Int32Array, Int32Array] = [
    new Int32Array(REMEMBERED),
    new Int32Array(REMEMBERED),
  ];
  readonly #next = [0, 0];
  count = 0;

  reset(): void {
    for (const recent of this.#recent) recent.fill(-1);
    this.#next.fill(0);
  }

  /** Whether the data packet at this position of the log repeats one that was recorded just before. */
  isRepeated(at: number, from: 0 | 1, log: PacketLog): boolean {
    const recent = this.#recent[from];
    for (const other of recent) {
      if (
        other >= 0 &&
        log.sequence[other] === log.sequence[at] &&
        log.payloadBytes[other] === log.payloadBytes[at] &&
        log.acknowledgement[other] === log.acknowledgement[at] &&
        log.timestampValue[other] === log.timestampValue[at] &&
        log.timeUs[at]! - log.timeUs[other]! <= REPEAT_US
      ) {
        this.count++;
        return true;
      }
    }
    recent[this.#next[from]!] = at;
    this.#next[from] = (this.#next[from]! + 1) % REMEMBERED;
    return false;
  }
}
