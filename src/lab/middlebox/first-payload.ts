/**
 * Whether a box keeps looking at a flow after its first payload (Xue et al., IMC 2021): "a first packet of more than
 * 100 random bytes makes the box give up on the flow; any valid TLS record, HTTP proxy or SOCKS packet, or random data
 * under 100 bytes keeps it looking".
 */
import { beginsLikeRequest } from "../../packet/http.ts";
import { MAX_TLS_RECORD_BYTES, TLS_RECORD_HEADER_BYTES } from "../../packet/tls.ts";

/** Exactly 100 is not published; it keeps the box looking here. */
const MAX_UNKNOWN_BYTES = 100;
const FIRST_CONTENT_TYPE = 20;
const LAST_CONTENT_TYPE = 24;
/** RFC 5246, section 6.2.3: a ciphertext may be so much longer. */
const MAX_EXPANSION_BYTES = 2048;

const SPACE = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;
const MAX_METHOD_BYTES = 10;
const MAX_SCHEME_BYTES = 10;
const CONNECT = Uint8Array.from("CONNECT ", (character) => character.charCodeAt(0));

const SOCKS_4 = 4;
const SOCKS_5 = 5;

export function keepsLooking(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start <= MAX_UNKNOWN_BYTES ||
    isTlsRecord(bytes, start, end) ||
    isProxyRequest(bytes, start, end) ||
    isSocks(bytes, start, end)
  );
}

/** A record's header; its body may go on in further segments. */
function isTlsRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < TLS_RECORD_HEADER_BYTES) return false;
  const type = bytes[start]!;
  const length = (bytes[start + 3]! << 8) | bytes[start + 4]!;
  return (
    type >= FIRST_CONTENT_TYPE &&
    type <= LAST_CONTENT_TYPE &&
    bytes[start + 1] === 3 &&
    bytes[start + 2]! <= 4 &&
    length > 0 &&
    length <= MAX_TLS_RECORD_BYTES + MAX_EXPANSION_BYTES
  );
}

/** CONNECT, or a request in absolute form (RFC 9112, section 3.2). */
function isProxyRequest(bytes: Uint8Array, start: number, end: number): boolean {
  if (!beginsLikeRequest(bytes, start, end)) return false;
  let at = start;
  while (at < end && at - start < CONNECT.length && bytes[at] === CONNECT[at - start]) at++;
  if (at - start === CONNECT.length) return true;
  at = start;
  while (at < end && at - start < MAX_METHOD_BYTES && bytes[at] !== SPACE) at++;
  const target = at + 1;
  at = target;
  while (at < end && at - target < MAX_SCHEME_BYTES && bytes[at] !== COLON && bytes[at] !== SLASH) at++;
  return (
    at > target && at + 2 < end && bytes[at] === COLON && bytes[at + 1] === SLASH && bytes[at + 2] === SLASH
  );
}

/** A SOCKS request: version 4 (and 4a) ends with a zero; version 5 greets (RFC 1928, section 3) or asks (section 4). */
function isSocks(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  const second = bytes[start + 1]!;
  if (bytes[start] === SOCKS_4) {
    return length >= 9 && (second === 1 || second === 2) && bytes[end - 1] === 0;
  }
  if (bytes[start] !== SOCKS_5) return false;
  if (length === 2 + second) return true;
  const addressType = bytes[start + 3];
  if (second < 1 || second > 3 || bytes[start + 2] !== 0) return false;
  if (addressType === 1) return length === 10;
  return addressType === 4 ? length === 22 : addressType === 3 && length === 7 + bytes[start + 4]!;
}
