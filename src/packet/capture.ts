/**
 * A capture as a stream: chunks of bytes in, frames out, in memory that does not grow with the file.
 * The chunk is read in place; only a unit that straddles two chunks is copied (at most 16 MiB + 12 bytes).
 * Never throws: what cannot be read is one Problem, after which the rest of the input is ignored.
 */
import type { Problem } from "../base/problem.ts";
import type { Framing, FramingState } from "./framing.ts";
import { isPcapMagic, PcapFraming } from "./pcap.ts";
import { PCAPNG_SECTION_HEADER, PcapngFraming } from "./pcapng.ts";

export type FrameConsumer = FramingState["frame"];

function magicOf(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Whether the (decompressed) bytes begin like a capture; needs four bytes. */
export function looksLikeCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const magic = magicOf(bytes, 0);
  return isPcapMagic(magic) || magic === PCAPNG_SECTION_HEADER;
}

export class CaptureReader {
  readonly #state: FramingState;
  #framing: Framing | undefined;
  /** The beginning of a unit that is not whole yet. */
  #carry = new Uint8Array(65_536);
  #carried = 0;
  /** Bytes consumed before the carry. */
  #offset = 0;
  #problem: Problem | undefined;

  constructor(frame: FrameConsumer) {
    this.#state = { need: 4, broken: undefined, frame };
  }

  /** What stopped the reading, if anything did. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Takes the next bytes; they may be reused by the caller afterwards. Returns false once reading has stopped. */
  push(chunk: Uint8Array): boolean {
    let at = 0;
    while (this.#carried > 0 && !this.#problem) {
      const missing = this.#state.need - this.#carried;
      const taken = Math.min(Math.max(missing, 0), chunk.length - at);
      this.#keep(chunk, at, at + taken);
      at += taken;
      if (this.#carried < this.#state.need) return true;
      const used = this.#parse(this.#carry, 0, this.#carried);
      if (used > 0) {
        this.#carry.copyWithin(0, used, this.#carried);
        this.#carried -= used;
      }
    }
    if (this.#problem) return false;
    const used = at + this.#parse(chunk, at, chunk.length);
    if (this.#problem) return false;
    this.#keep(chunk, used, chunk.length);
    return true;
  }

  /** Says that no more bytes come. Returns the problem of the whole input, if there is one. */
  end(): Problem | undefined {
    if (!this.#problem) {
      if (!this.#framing) {
        const reason =
          this.#carried + this.#offset === 0 ? "the file is empty" : "the file is too short to be a capture";
        this.#problem = { reason, offset: 0 };
      } else if (this.#carried > 0) {
        this.#problem = {
          reason: `the capture ends inside a record: ${this.#state.need - this.#carried} bytes are missing`,
          offset: this.#offset,
        };
      }
    }
    return this.#problem;
  }

  #parse(bytes: Uint8Array, start: number, end: number): number {
    if (!this.#framing) {
      if (end - start < 4) {
        this.#state.need = 4;
        return 0;
      }
      const magic = magicOf(bytes, start);
      if (isPcapMagic(magic)) this.#framing = new PcapFraming();
      else if (magic === PCAPNG_SECTION_HEADER) this.#framing = new PcapngFraming();
      else {
        this.#problem = { reason: "neither pcap nor pcapng", offset: this.#offset };
        return 0;
      }
    }
    const used = this.#framing.parse(bytes, start, end, this.#state) - start;
    const broken = this.#state.broken;
    if (broken) this.#problem = { reason: broken.reason, offset: this.#offset + (broken.offset ?? 0) };
    this.#offset += used;
    return used;
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#carried + end - start;
    if (length > this.#carry.length) {
      const larger = new Uint8Array(Math.max(length, this.#state.need, this.#carry.length * 2));
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(chunk.subarray(start, end), this.#carried);
    this.#carried = length;
  }
}
