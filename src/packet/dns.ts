/**
 * DNS messages: bytes in, the names asked for out; queries and responses (RFC 1035 section 4), over UDP and TCP.
 * Names are labels joined by dots as sent, odd bytes and dots inside a label escaped (name-text.ts); the root is ".".
 * Bounds: MAX_QUESTIONS a message, 255 bytes a name, 63 a label, pointers only backwards and at most MAX_POINTERS.
 * Never throws; offsets count from the start of the message.
 */
import { labelText } from "./name-text.ts";

export type DnsReading =
  /** The names in question, in order; messageBytes is the length with TCP's prefix, else that of the datagram. */
  | { readonly kind: "questions"; readonly names: readonly string[]; readonly messageBytes: number }
  /** At least this many bytes more. */
  | { readonly kind: "need-more"; readonly bytes: number }
  | { readonly kind: "not-dns"; readonly reason: string; readonly offset: number };

export const DNS_PORT = 53;
export const DNS_HEADER_BYTES = 12;
export const DNS_LENGTH_PREFIX_BYTES = 2;
const MAX_QUESTIONS = 4;
const MAX_NAME_BYTES = 255;
const MAX_POINTERS = 64;
/** RFC 6895 section 2: reserved in every message. */
const RESERVED_FLAG = 0x0040;
const RESPONSE_FLAG = 0x8000;
const TRUNCATED_FLAG = 0x0200;
/** The smallest message with a question: header, root, type and class. */
const MIN_MESSAGE_BYTES = DNS_HEADER_BYTES + 5;
/** Records that a strictly valid message may have in all; more is read as something else. */
const MAX_STRICT_RECORDS = 256;

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Opcodes (RFC 6895, section 2.2) that carry a question. */
function hasQuestions(flags: number): boolean {
  const opcode = (flags >> 11) & 15;
  return (flags & RESERVED_FLAG) === 0 && opcode <= 5 && opcode !== 3;
}

function isClass(value: number): boolean {
  return value === 1 || value === 3 || value === 4 || value === 254 || value === 255;
}

interface NameEnd {
  name: string;
  /** Offset behind the name in place. */
  next: number;
}

/** Reads the name at `at`; `start` is the message. A number is: bytes missing (positive) or, as 0, not a name. */
function readName(bytes: Uint8Array, start: number, at: number, end: number, last: number): NameEnd | number {
  let name = "";
  let length = 1;
  let next = -1;
  let lowest = at;
  for (let pointers = 0; ; ) {
    if (at >= last) return 0;
    if (at >= end) return at + 1 - end;
    const size = bytes[at]!;
    if (size === 0) {
      return { name: name === "" ? "." : name, next: next < 0 ? at + 1 : next };
    }
    if (size >= 0xc0) {
      if (at + 2 > last || ++pointers > MAX_POINTERS) return 0;
      if (at + 2 > end) return at + 2 - end;
      const target = start + (((size & 0x3f) << 8) | bytes[at + 1]!);
      if (target >= lowest || target < start + DNS_HEADER_BYTES) return 0;
      if (next < 0) next = at + 2;
      at = lowest = target;
      continue;
    }
    length += size + 1;
    if (size > 63 || length > MAX_NAME_BYTES || at + 1 + size > last) return 0;
    if (at + 1 + size > end) return at + 1 + size - end;
    const label = labelText(bytes, at + 1, at + 1 + size);
    name = name === "" ? label : `${name}.${label}`;
    at += 1 + size;
  }
}

/**
 * The questions of the message bytes[start, last), of which bytes[start, end) are there.
 * Plausible is enough: header flags, number of questions, names and classes.
 */
function readQuestions(bytes: Uint8Array, start: number, end: number, last: number): DnsReading {
  const messageBytes = last - start;
  if (messageBytes < MIN_MESSAGE_BYTES) return { kind: "not-dns", reason: "too short", offset: 0 };
  if (end - start < DNS_HEADER_BYTES) return { kind: "need-more", bytes: DNS_HEADER_BYTES - (end - start) };
  if (!hasQuestions(read16(bytes, start + 2)))
    return { kind: "not-dns", reason: "impossible flags", offset: 2 };
  const questions = read16(bytes, start + 4);
  if (questions === 0 || questions > MAX_QUESTIONS) {
    return { kind: "not-dns", reason: "no question, or too many", offset: 4 };
  }
  const names: string[] = [];
  let at = start + DNS_HEADER_BYTES;
  for (let i = 0; i < questions; i++) {
    const read = readName(bytes, start, at, end, last);
    if (read === 0) return { kind: "not-dns", reason: "not a name", offset: at - start };
    if (typeof read === "number") return { kind: "need-more", bytes: read };
    if (read.next + 4 > last)
      return { kind: "not-dns", reason: "the question is cut off", offset: at - start };
    if (read.next + 4 > end) return { kind: "need-more", bytes: read.next + 4 - end };
    // The upper bit of the class asks for a unicast answer (RFC 6762, section 5.4).
    if (!isClass(read16(bytes, read.next + 2) & 0x7fff)) {
      return { kind: "not-dns", reason: "not a class", offset: read.next + 2 - start };
    }
    names.push(read.name);
    at = read.next + 4;
  }
  return { kind: "questions", names, messageBytes };
}

/** Reads a datagram's message; `wireBytes` is its length on the wire, of which bytes[start, end) were captured. */
export function readDnsMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireBytes = end - start,
): DnsReading {
  return readQuestions(bytes, start, end, start + wireBytes);
}

/** Reads one message behind its two bytes of length (RFC 1035, section 4.2.2; RFC 7766, section 8). */
export function readDnsOverTcp(bytes: Uint8Array, start: number, end: number): DnsReading {
  if (end - start < DNS_LENGTH_PREFIX_BYTES) return { kind: "need-more", bytes: 1 };
  const body = start + DNS_LENGTH_PREFIX_BYTES;
  const reading = readQuestions(bytes, body, Math.max(body, end), body + read16(bytes, start));
  if (reading.kind !== "questions") return reading;
  return { ...reading, messageBytes: reading.messageBytes + DNS_LENGTH_PREFIX_BYTES };
}

/**
 * Whether bytes[start, end) are one DNS message to the last byte: for ports that promise nothing.
 * A query has one question in class IN and no answers; every record of a response lies inside the message.
 */
export function isStrictDns(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < MIN_MESSAGE_BYTES || read16(bytes, start + 4) !== 1) return false;
  const flags = read16(bytes, start + 2);
  const answers = read16(bytes, start + 6);
  const authorities = read16(bytes, start + 8);
  const additionals = read16(bytes, start + 10);
  if ((flags & 0x7800) !== 0 || (flags & RESERVED_FLAG) !== 0 || (flags & 15) > 5) return false;
  if ((flags & RESPONSE_FLAG) === 0) {
    if (answers !== 0 || authorities !== 0 || additionals > 2 || (flags & TRUNCATED_FLAG) !== 0) return false;
    if ((flags & 0x048f) !== 0) return false;
  }
  if (answers + authorities + additionals > MAX_STRICT_RECORDS) return false;
  const question = readName(bytes, start, start + DNS_HEADER_BYTES, end, end);
  if (typeof question === "number" || question.next + 4 > end) return false;
  if (!isHostLike(question.name) || read16(bytes, question.next + 2) !== 1) return false;
  if (read16(bytes, question.next) === 0) return false;
  let at = question.next + 4;
  for (let record = answers + authorities + additionals; record > 0; record--) {
    const owner = readName(bytes, start, at, end, end);
    if (typeof owner === "number" || owner.next + 10 > end) return false;
    at = owner.next + 10 + read16(bytes, owner.next + 8);
    if (at > end) return false;
  }
  return at === end;
}

/** Letters, digits, hyphens and underscores in at least two labels. */
function isHostLike(name: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/i.test(name);
}
