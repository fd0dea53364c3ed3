/**
 * What a capture format does: cut a run of bytes into frames. pcap.ts and pcapng.ts do it, capture.ts feeds them.
 */
import type { Problem } from "../base/problem.ts";

/** The longest frame that is believed: libpcap's own limit for the link types read here. */
export const MAX_FRAME_BYTES = 262_144;

export interface FramingState {
  /** Set by parse: bytes that the next unit needs, counted from the returned offset. */
  need: number;
  /** Set by parse when the rest cannot be read; its offset counts from the `start` that parse was given. */
  broken: Problem | undefined;
  /** Called once a frame: bytes[start, end), µs since the epoch, length on the wire, link type (LINKTYPE_). */
  frame(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeUs: number,
    originalLength: number,
    linkType: number,
  ): void;
}

export interface Framing {
  /** Reads every whole unit in bytes[start, end); returns the offset of the first that is not whole. */
  parse(bytes: Uint8Array, start: number, end: number, state: FramingState): number;
}
