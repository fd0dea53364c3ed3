/**
 * TLS ClientHello: bytes in, the server's name out. TLS 1.0 to 1.3 (RFC 8446 section 4.1.2, RFC 6066 section 3).
 * The name is given as soon as its bytes are there, even when the rest of the hello is not: whoever filters on the
 * way can act on it then. "none" needs the whole hello. Unknown (GREASE, RFC 8701) extensions and bytes behind the
 * extensions are skipped. Nothing is allocated but the answer, unless the hello spans several records.
 * Bounds: a hello of MAX_HELLO_BYTES. Never throws; offsets count from `start`.
 */
import { nameText } from "./name-text.ts";

export type HelloReading =
  | { readonly kind: "name"; readonly name: string /** Header included. */; readonly messageBytes: number }
  /** A whole hello without a server name. */
  | { readonly kind: "none"; readonly messageBytes: number }
  /** At least this many bytes more. */
  | { readonly kind: "need-more"; readonly bytes: number }
  | { readonly kind: "not-a-hello"; readonly reason: string; readonly offset: number };

/** The longest hello that is read, its header of 4 bytes included. */
export const MAX_HELLO_BYTES = 65_535;

export const TLS_RECORD_HANDSHAKE = 22;
export const TLS_RECORD_HEADER_BYTES = 5;
/** RFC 8446, section 5.1: 2^14 bytes of plaintext in a record. */
export const MAX_TLS_RECORD_BYTES = 16_384;
export const HANDSHAKE_CLIENT_HELLO = 1;
export const HANDSHAKE_HEADER_BYTES = 4;
export const EXTENSION_SERVER_NAME = 0;
export const NAME_TYPE_HOST = 0;

const RANDOM_BYTES = 32;
const MAX_SESSION_ID_BYTES = 32;

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function notHello(reason: string, offset: number): HelloReading {
  return { kind: "not-a-hello", reason, offset };
}

function overrun(offset: number): HelloReading {
  return notHello("a field passes the end of the hello", offset);
}

function needMore(bytes: number): HelloReading {
  return { kind: "need-more", bytes };
}

/**
 * Whether bytes[start, end) begin like the record of a ClientHello, as far as they go: a few comparisons.
 * False for what is certainly none; an empty range begins like anything.
 */
export function beginsLikeHello(bytes: Uint8Array, start: number, end: number): boolean {
  const there = end - start;
  if (there <= 0) return true;
  if (bytes[start] !== TLS_RECORD_HANDSHAKE) return false;
  if (there > 1 && bytes[start + 1] !== 3) return false;
  if (there > 2 && bytes[start + 2]! > 4) return false;
  if (there < TLS_RECORD_HEADER_BYTES) return true;
  const length = read16(bytes, start + 3);
  if (length === 0 || length > MAX_TLS_RECORD_BYTES) return false;
  if (there > 5 && bytes[start + 5] !== HANDSHAKE_CLIENT_HELLO) return false;
  return !(there > 6 && length > 1 && bytes[start + 6] !== 0);
}

/** Reads a hello out of handshake bytes without record headers, as QUIC's CRYPTO frames carry it. */
export function readClientHello(bytes: Uint8Array, start: number, end: number): HelloReading {
  if (end - start < HANDSHAKE_HEADER_BYTES) {
    if (end > start && bytes[start] !== HANDSHAKE_CLIENT_HELLO) return notHello("not a ClientHello", 0);
    return { kind: "need-more", bytes: HANDSHAKE_HEADER_BYTES - (end - start) };
  }
  if (bytes[start] !== HANDSHAKE_CLIENT_HELLO) return notHello("not a ClientHello", 0);
  const messageBytes =
    HANDSHAKE_HEADER_BYTES + ((bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!);
  if (messageBytes > MAX_HELLO_BYTES) return notHello("the hello is longer than any", 1);
  const last = start + messageBytes;

  let at = start + HANDSHAKE_HEADER_BYTES;
  if (at + 2 + RANDOM_BYTES + 1 > last) return overrun(at - start);
  if (at + 2 > end) return needMore(at + 2 - end);
  if (bytes[at] !== 3) return notHello("not a version of TLS", at - start);
  at += 2 + RANDOM_BYTES;
  if (at + 1 > end) return needMore(at + 1 - end);
  if (bytes[at]! > MAX_SESSION_ID_BYTES) return notHello("the session id is too long", at - start);
  at += 1 + bytes[at]!;
  if (at + 2 > last) return overrun(at - start);
  if (at + 2 > end) return needMore(at + 2 - end);
  const suites = read16(bytes, at);
  if (suites < 2 || suites % 2 !== 0) return notHello("the cipher suites have an odd length", at - start);
  at += 2 + suites;
  if (at + 1 > last) return overrun(at - start);
  if (at + 1 > end) return needMore(at + 1 - end);
  if (bytes[at] === 0) return notHello("no compression method", at - start);
  at += 1 + bytes[at]!;
  if (at > last) return overrun(at - start);
  if (at + 2 > last) return at > end ? needMore(at - end) : { kind: "none", messageBytes };
  if (at + 2 > end) return needMore(at + 2 - end);
  const extensionsEnd = at + 2 + read16(bytes, at);
  if (extensionsEnd > last) return overrun(at - start);
  at += 2;
  while (at + 4 <= extensionsEnd) {
    if (at + 4 > end) return needMore(at + 4 - end);
    const type = read16(bytes, at);
    const next = at + 4 + read16(bytes, at + 2);
    if (next > extensionsEnd) return overrun(at + 2 - start);
    if (type === EXTENSION_SERVER_NAME) {
      if (next > end) return needMore(next - end);
      return serverName(bytes, start, at + 4, next, messageBytes);
    }
    at = next;
  }
  return last > end ? needMore(last - end) : { kind: "none", messageBytes };
}

/** The first host_name of a server_name list in bytes[at, end) (RFC 6066, section 3). */
function serverName(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  messageBytes: number,
): HelloReading {
  if (end - at < 2) return { kind: "none", messageBytes };
  const listEnd = at + 2 + read16(bytes, at);
  if (listEnd > end) return notHello("the name list passes its extension", at - start);
  at += 2;
  while (at + 3 <= listEnd) {
    const next = at + 3 + read16(bytes, at + 1);
    if (next > listEnd) return notHello("a name passes its list", at - start);
    if (bytes[at] === NAME_TYPE_HOST && next > at + 3) {
      return { kind: "name", name: nameText(bytes, at + 3, next), messageBytes };
    }
    at = next;
  }
  return { kind: "none", messageBytes };
}

/** Reads a hello out of a stream of TLS records that begins at `start` (RFC 8446, section 5.1). */
export function readHelloRecords(bytes: Uint8Array, start: number, end: number): HelloReading {
  if (!beginsLikeHello(bytes, start, end)) return notHello("not a handshake record with a hello", 0);
  if (end - start < TLS_RECORD_HEADER_BYTES) {
    return { kind: "need-more", bytes: TLS_RECORD_HEADER_BYTES + 1 - (end - start) };
  }
  const body = start + TLS_RECORD_HEADER_BYTES;
  const recordEnd = body + read16(bytes, start + 3);
  const reading = readClientHello(bytes, body, Math.min(end, recordEnd));
  if (reading.kind === "not-a-hello")
    return notHello(reading.reason, reading.offset + TLS_RECORD_HEADER_BYTES);
  if (reading.kind !== "need-more" || end < recordEnd) return reading;
  return readSplitHello(bytes, start, end);
}

/** The same for a hello that goes on in further records: their bodies are put together first. */
function readSplitHello(bytes: Uint8Array, start: number, end: number): HelloReading {
  const joined = new Uint8Array(Math.min(end - start, MAX_HELLO_BYTES));
  let length = 0;
  let at = start;
  let wanted = joined.length;
  while (end - at >= TLS_RECORD_HEADER_BYTES && length < wanted) {
    const recordBytes = read16(bytes, at + 3);
    if (bytes[at] !== TLS_RECORD_HANDSHAKE || bytes[at + 1] !== 3) {
      return notHello("another record comes before the end of the hello", at - start);
    }
    if (recordBytes === 0 || recordBytes > MAX_TLS_RECORD_BYTES) {
      return notHello("a record of an impossible length", at + 3 - start);
    }
    const body = at + TLS_RECORD_HEADER_BYTES;
    const taken = Math.min(recordBytes, end - body, joined.length - length);
    joined.set(bytes.subarray(body, body + taken), length);
    length += taken;
    at = body + recordBytes;
    // What follows the hello is not looked at.
    if (length >= HANDSHAKE_HEADER_BYTES) {
      const messageBytes = (joined[1]! << 16) | (joined[2]! << 8) | joined[3]!;
      wanted = Math.min(joined.length, HANDSHAKE_HEADER_BYTES + messageBytes);
    }
  }
  const reading = readClientHello(joined, 0, length);
  if (reading.kind !== "need-more") return reading;
  // What the last record still owes may be enough; else at least one more record header comes before it.
  if (reading.bytes <= at - end) return reading;
  return { kind: "need-more", bytes: reading.bytes + TLS_RECORD_HEADER_BYTES - Math.max(0, end - at) };
}
