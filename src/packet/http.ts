/**
 * HTTP/1.x request: bytes in, the host it is for out (RFC 9112 sections 3 and 5, RFC 9110 section 7.2).
 * The host is given as soon as the line that holds it is whole: the target of CONNECT and of an absolute-form request
 * (which overrides Host, RFC 9112 section 3.2.2), else the first Host field; the port is stripped, IPv6 keeps its
 * brackets. Bare line feeds and spaces before the colon are accepted, as servers do.
 * Bounds: MAX_REQUEST_BYTES of request line and fields. Never throws; offsets count from `start`.
 */
import { nameText } from "./name-text.ts";

export type RequestReading =
  /** `target` as in the request line, MAX_TARGET_BYTES of it. */
  | { readonly kind: "name"; readonly name: string; readonly target: string }
  /** A whole request head without a host. */
  | { readonly kind: "none" }
  /** At least this many bytes more. */
  | { readonly kind: "need-more"; readonly bytes: number }
  | { readonly kind: "not-a-request"; readonly reason: string; readonly offset: number };

export const MAX_TARGET_BYTES = 1024;
/** As far as a host is looked for. */
export const MAX_REQUEST_BYTES = 16_384;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const SLASH = 0x2f;
const AT_SIGN = 0x40;
const QUESTION_MARK = 0x3f;
const NUMBER_SIGN = 0x23;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const CONNECT = ascii("CONNECT ");
/** RFC 9110 section 9, PATCH (RFC 5789), WebDAV (RFC 4918) and its relatives; each with the space behind it. */
const METHODS = [
  ...["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"],
  ...["PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH"],
]
  .map((method) => ascii(`${method} `))
  .concat([CONNECT]);

/** 1 for the bytes that a method can begin with. */
export const METHOD_STARTS = new Uint8Array(256);
for (const method of METHODS) METHOD_STARTS[method[0]!] = 1;

/** The method (with its space) that bytes[start, end) begin with or, when they are too few, may begin with. */
function methodAt(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
  if (start < end && METHOD_STARTS[bytes[start]!] === 0) return undefined;
  for (const method of METHODS) {
    const compared = Math.min(method.length, end - start);
    let i = 0;
    while (i < compared && bytes[start + i] === method[i]) i++;
    if (i === compared) return method;
  }
  return undefined;
}

/** Whether bytes[start, end) begin like a request, as far as they go. */
export function beginsLikeRequest(bytes: Uint8Array, start: number, end: number): boolean {
  return methodAt(bytes, start, end) !== undefined;
}

/** Offset of the line feed that ends the line at `at`, or -1. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] !== LINE_FEED) at++;
  return at < end ? at : -1;
}

function incomplete(bytesThere: number): RequestReading {
  return bytesThere >= MAX_REQUEST_BYTES
    ? { kind: "not-a-request", reason: "no host in as many bytes as are searched", offset: MAX_REQUEST_BYTES }
    : { kind: "need-more", bytes: 1 };
}

export function readHttpRequest(bytes: Uint8Array, start: number, end: number): RequestReading {
  const limit = Math.min(end, start + MAX_REQUEST_BYTES);
  const method = methodAt(bytes, start, limit);
  if (!method) return { kind: "not-a-request", reason: "no method", offset: 0 };
  if (limit - start < method.length) return { kind: "need-more", bytes: 1 };

  const firstLine = lineEnd(bytes, start, limit);
  if (firstLine < 0) return incomplete(end - start);
  const target = start + method.length;
  const targetEnd = endOfTarget(bytes, target, trimmedEnd(bytes, target, firstLine));
  if (targetEnd < 0)
    return { kind: "not-a-request", reason: "no target and version HTTP/1", offset: method.length };
  const shown = nameText(bytes, target, Math.min(targetEnd, target + MAX_TARGET_BYTES));
  if (method === CONNECT) return named(bytes, target, targetEnd, shown);
  const authority = endOfScheme(bytes, target, targetEnd);
  if (authority > 0) return named(bytes, authority, targetEnd, shown);

  let at = firstLine + 1;
  for (;;) {
    const line = lineEnd(bytes, at, limit);
    if (line < 0) return incomplete(end - start);
    const last = trimmedEnd(bytes, at, line);
    if (last === at) return { kind: "none" };
    const value = hostFieldValue(bytes, at, last);
    if (value > 0) return named(bytes, value, last, shown);
    at = line + 1;
  }
}

/** `end` without white space and carriage returns before it. */
function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && (bytes[end - 1] === CARRIAGE_RETURN || isBlank(bytes[end - 1]!))) end--;
  return end;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

const VERSION = ascii(" HTTP/1.");

/** Where the target ends in a request line whose version is HTTP/1.x, or -1. */
function endOfTarget(bytes: Uint8Array, target: number, end: number): number {
  const version = end - VERSION.length - 1;
  if (version <= target) return -1;
  for (let i = 0; i < VERSION.length; i++) if (bytes[version + i] !== VERSION[i]) return -1;
  const digit = bytes[end - 1]!;
  return digit >= 0x30 && digit <= 0x39 ? version : -1;
}

/** Offset behind "scheme://" of an absolute-form target, or -1 (RFC 9112, section 3.2.2). */
function endOfScheme(bytes: Uint8Array, target: number, end: number): number {
  let at = target;
  while (at < end && isLetter(bytes[at]!)) at++;
  if (at === target || at + 3 > end) return -1;
  return bytes[at] === COLON && bytes[at + 1] === SLASH && bytes[at + 2] === SLASH ? at + 3 : -1;
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

const HOST = ascii("host");

/** Offset of the value when the line is a Host field, or -1. */
function hostFieldValue(bytes: Uint8Array, at: number, end: number): number {
  if (end - at <= HOST.length) return -1;
  for (let i = 0; i < HOST.length; i++) if ((bytes[at + i]! | 0x20) !== HOST[i]) return -1;
  at += HOST.length;
  while (at < end && isBlank(bytes[at]!)) at++;
  if (bytes[at] !== COLON || at >= end) return -1;
  at++;
  while (at < end && isBlank(bytes[at]!)) at++;
  return at;
}

/** The host of an authority at `at`: without user, port, path and query (RFC 3986, section 3.2). */
function named(bytes: Uint8Array, at: number, end: number, target: string): RequestReading {
  let last = at;
  for (; last < end; last++) {
    const byte = bytes[last]!;
    if (byte === SLASH || byte === QUESTION_MARK || byte === NUMBER_SIGN) break;
    if (byte === AT_SIGN) at = last + 1;
  }
  if (bytes[at] === OPENING_BRACKET) {
    let bracket = at;
    while (bracket < last && bytes[bracket] !== CLOSING_BRACKET) bracket++;
    if (bracket < last) last = bracket + 1;
  } else {
    let colon = last - 1;
    while (colon >= at && bytes[colon]! >= 0x30 && bytes[colon]! <= 0x39) colon--;
    if (colon >= at && bytes[colon] === COLON) last = colon;
  }
  return last > at ? { kind: "name", name: nameText(bytes, at, last), target } : { kind: "none" };
}
