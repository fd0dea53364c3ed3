/**
 * Waits for several file descriptors with a resolution below a millisecond, which Node's timers do not have.
 */
import { checked, ERRNO, lastError, libc } from "./libc.ts";

const POLL_IN = 1;
const ENTRY_BYTES = 8;

export class PollSet {
  readonly #entries: Uint8Array;
  readonly #view: DataView;
  readonly #count: number;
  readonly #timeout = new Uint8Array(16);
  readonly #timeoutView = new DataView(this.#timeout.buffer);

  constructor(fds: readonly number[]) {
    this.#count = fds.length;
    this.#entries = new Uint8Array(fds.length * ENTRY_BYTES);
    this.#view = new DataView(this.#entries.buffer);
    fds.forEach((fd, index) => {
      this.#view.setInt32(index * ENTRY_BYTES, fd, true);
      this.#view.setInt16(index * ENTRY_BYTES + 4, POLL_IN, true);
    });
  }

  /** Blocks for at most `timeoutUs`. Returns how many are readable; ask `isReadable` which. */
  wait(timeoutUs: number): number {
    const us = Math.max(0, timeoutUs);
    this.#timeoutView.setBigInt64(0, BigInt(Math.floor(us / 1e6)), true);
    this.#timeoutView.setBigInt64(8, BigInt(Math.floor((us % 1e6) * 1000)), true);
    const ready = libc().ppoll(this.#entries, this.#count, this.#timeout, null);
    if (ready < 0 && lastError() === ERRNO.EINTR) return 0;
    return checked("ppoll", ready);
  }

  isReadable(index: number): boolean {
    return this.#view.getInt16(index * ENTRY_BYTES + 6, true) !== 0;
  }
}
