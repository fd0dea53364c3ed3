/**
 * QUIC Initial packets: a datagram in, the pieces of the client's TLS stream out (RFC 9000 sections 12.2, 17.2, 19;
 * RFC 9001 section 5; RFC 9369; draft 29). A long header is read without keys; opening it needs InitialKeys, and the
 * AEAD tag decides whether they are the right ones.
 * Bounds: every length is held against the datagram; frames are read until the first that an Initial may not carry.
 * Never throws.
 */
import { copiedBytes } from "../base/columns.ts";
import type { InitialKeys } from "./quic-keys.ts";
import { AEAD_TAG_BYTES, MAX_CONNECTION_ID_BYTES, quicVersion } from "./quic-keys.ts";

const LONG_HEADER = 0x80;
/** First byte, version, two lengths of connection ids, a length and a packet number. */
const MIN_LONG_HEADER_BYTES = 9;
const MAX_PACKET_NUMBER_BYTES = 4;
const FRAME_PADDING = 0;
const FRAME_PING = 1;
const FRAME_ACK = 2;
const FRAME_ACK_ECN = 3;
export const FRAME_CRYPTO = 6;
const FRAME_CONNECTION_CLOSE = 0x1c;

/** A variable-length integer (RFC 9000, section 16) at `at`; next is -1 when it is cut off. */
export interface Varint {
  value: number;
  next: number;
}

export function readVarint(bytes: Uint8Array, at: number, end: number): Varint {
  if (at >= end) return { value: 0, next: -1 };
  const length = 1 << (bytes[at]! >> 6);
  if (at + length > end) return { value: 0, next: -1 };
  let value = bytes[at]! & 0x3f;
  // Above 2^53 the value is inexact; every use holds it against a length that is far below.
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i]!;
  return { value, next: at + length };
}

/** One long header; offsets into the datagram's buffer. */
export interface LongHeader {
  readonly version: number;
  readonly isInitial: boolean;
  readonly start: number;
  readonly destinationId: Uint8Array;
  readonly sourceId: Uint8Array;
  readonly packetNumberAt: number;
  /** End of the packet; the next coalesced packet begins here. */
  readonly end: number;
}

/** Whether bytes[at, end) begin like a long header of a version that is read here: a few comparisons. */
export function beginsLikeQuic(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= MIN_LONG_HEADER_BYTES &&
    (bytes[at]! & LONG_HEADER) !== 0 &&
    quicVersion(versionAt(bytes, at)) !== undefined
  );
}

function versionAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
}

/** The long header at `at`, or undefined: another version, a Retry, cut off or no long header. */
export function readLongHeader(bytes: Uint8Array, at: number, end: number): LongHeader | undefined {
  if (!beginsLikeQuic(bytes, at, end)) return undefined;
  const version = versionAt(bytes, at);
  const constants = quicVersion(version)!;
  const type = (bytes[at]! >> 4) & 3;
  if (type === constants.retryType) return undefined;
  const destinationAt = at + 6;
  const destinationEnd = destinationAt + bytes[at + 5]!;
  if (destinationEnd - destinationAt > MAX_CONNECTION_ID_BYTES || destinationEnd + 1 > end) return undefined;
  const sourceAt = destinationEnd + 1;
  const sourceEnd = sourceAt + bytes[destinationEnd]!;
  if (sourceEnd - sourceAt > MAX_CONNECTION_ID_BYTES || sourceEnd > end) return undefined;
  let next = sourceEnd;
  const isInitial = type === constants.initialType;
  if (isInitial) {
    const token = readVarint(bytes, next, end);
    if (token.next < 0 || token.value > end - token.next) return undefined;
    next = token.next + token.value;
  }
  const length = readVarint(bytes, next, end);
  if (length.next < 0 || length.value > end - length.next) return undefined;
  return {
    version,
    isInitial,
    start: at,
    destinationId: bytes.subarray(destinationAt, destinationEnd),
    sourceId: bytes.subarray(sourceAt, sourceEnd),
    packetNumberAt: length.next,
    end: length.next + length.value,
  };
}

/** Extends a truncated packet number to the one nearest after `largest`, -1 for none yet (RFC 9000, appendix A.3). */
export function fullPacketNumber(truncated: number, length: number, largest: number): number {
  const window = 2 ** (8 * length);
  const expected = largest + 1;
  const candidate = expected - (expected % window) + truncated;
  if (candidate <= expected - window / 2) return candidate + window;
  return candidate > expected + window / 2 && candidate >= window ? candidate - window : candidate;
}

export interface OpenedPacket {
  readonly packetNumber: number;
  readonly payload: Uint8Array;
}

/** Removes header protection and opens an Initial; undefined when these are not its keys. The input stays as it is. */
export function openInitial(
  bytes: Uint8Array,
  header: LongHeader,
  keys: InitialKeys,
  largest: number,
): OpenedPacket | undefined {
  const at = header.packetNumberAt;
  if (header.end - at < MAX_PACKET_NUMBER_BYTES + AEAD_TAG_BYTES) return undefined;
  const mask = keys.headerMask(bytes, at + MAX_PACKET_NUMBER_BYTES);
  const first = bytes[header.start]! ^ (mask[0]! & 0x0f);
  const length = (first & 3) + 1;
  const plainHeader = copiedBytes(bytes, header.start, at + length);
  plainHeader[0] = first;
  let truncated = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + i]! ^ mask[1 + i]!;
    plainHeader[at - header.start + i] = byte;
    truncated = truncated * 256 + byte;
  }
  const packetNumber = fullPacketNumber(truncated, length, largest);
  const payload = keys.open(packetNumber, plainHeader, bytes.subarray(at + length, header.end));
  return payload && { packetNumber, payload };
}

/**
 * Hands on each piece of the TLS stream in an Initial's payload: stream offset, and payload[start, end).
 * Returns whether every frame could be read.
 */
export function readCryptoFrames(
  payload: Uint8Array,
  piece: (offset: number, start: number, end: number) => void,
): boolean {
  const end = payload.length;
  let at = 0;
  while (at < end) {
    const type = payload[at]!;
    at++;
    if (type === FRAME_PADDING || type === FRAME_PING) continue;
    if (type === FRAME_CRYPTO) {
      const offset = readVarint(payload, at, end);
      const length = readVarint(payload, offset.next < 0 ? end : offset.next, end);
      if (length.next < 0 || length.value > end - length.next) return false;
      piece(offset.value, length.next, length.next + length.value);
      at = length.next + length.value;
    } else if (type === FRAME_ACK || type === FRAME_ACK_ECN) {
      at = skipAck(payload, at, end, type === FRAME_ACK_ECN);
    } else if (type === FRAME_CONNECTION_CLOSE) {
      at = skipVarints(payload, at, end, 2);
      const reason = readVarint(payload, at < 0 ? end : at, end);
      at = reason.next < 0 || reason.value > end - reason.next ? -1 : reason.next + reason.value;
    } else return false;
    if (at < 0) return false;
  }
  return true;
}

/** Offset behind `count` integers, or -1. */
function skipVarints(bytes: Uint8Array, at: number, end: number, count: number): number {
  for (let i = 0; i < count && at >= 0; i++) at = readVarint(bytes, at, end).next;
  return at;
}

/** RFC 9000, section 19.3: largest, delay, number of further ranges, first range, the ranges, ECN counts. */
function skipAck(bytes: Uint8Array, at: number, end: number, withEcn: boolean): number {
  at = skipVarints(bytes, at, end, 2);
  if (at < 0) return -1;
  const ranges = readVarint(bytes, at, end);
  if (ranges.next < 0 || ranges.value > end) return -1;
  return skipVarints(bytes, ranges.next, end, 1 + 2 * ranges.value + (withEcn ? 3 : 0));
}
