/**
 * The server's name in a ClientHello, as the box of 2021 reads it (Xue et al., IMC 2021): "TLS content type (byte 1),
 * handshake type (byte 6), the server_name extension type, the servername type: flip any one and nothing is
 * triggered". Versions and everything else are skipped by their lengths; the record must lie in the bytes as a whole,
 * and begin with them. Never throws, allocates nothing.
 */
import {
  EXTENSION_SERVER_NAME,
  HANDSHAKE_CLIENT_HELLO,
  HANDSHAKE_HEADER_BYTES,
  NAME_TYPE_HOST,
  TLS_RECORD_HANDSHAKE,
  TLS_RECORD_HEADER_BYTES,
} from "../../packet/tls.ts";
import type { NameProtocol } from "../../rules/rule.ts";
import type { FoundName } from "./found-name.ts";

const VERSION_AND_RANDOM_BYTES = 34;

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Looks into the record that begins at `start`. */
export function findNameInRecord(bytes: Uint8Array, start: number, end: number, found: FoundName): boolean {
  const body = start + TLS_RECORD_HEADER_BYTES;
  if (body + HANDSHAKE_HEADER_BYTES > end || bytes[start] !== TLS_RECORD_HANDSHAKE) return false;
  const recordEnd = body + read16(bytes, start + 3);
  return recordEnd <= end && findNameInHello(bytes, body, recordEnd, "tls", true, found);
}

/**
 * Looks into handshake bytes without record header. `whole`: the hello must end before `end`; else its name is found as
 * soon as its own bytes are there.
 */
export function findNameInHello(
  bytes: Uint8Array,
  start: number,
  end: number,
  protocol: NameProtocol,
  whole: boolean,
  found: FoundName,
): boolean {
  if (end - start < HANDSHAKE_HEADER_BYTES || bytes[start] !== HANDSHAKE_CLIENT_HELLO) return false;
  const messageBytes = (bytes[start + 1]! << 16) | read16(bytes, start + 2);
  const last = start + HANDSHAKE_HEADER_BYTES + messageBytes;
  if (whole && last > end) return false;
  const limit = Math.min(last, end);
  let at = start + HANDSHAKE_HEADER_BYTES + VERSION_AND_RANDOM_BYTES;
  if (at + 1 > limit) return false;
  at += 1 + bytes[at]!;
  if (at + 2 > limit) return false;
  at += 2 + read16(bytes, at);
  if (at + 1 > limit) return false;
  at += 1 + bytes[at]!;
  if (at + 2 > limit) return false;
  const extensionsEnd = Math.min(at + 2 + read16(bytes, at), limit);
  at += 2;
  while (at + 4 <= extensionsEnd) {
    const next = at + 4 + read16(bytes, at + 2);
    if (next > extensionsEnd) return false;
    if (read16(bytes, at) === EXTENSION_SERVER_NAME) {
      // Length of the list, type of the first name, its length, the name (RFC 6066, section 3).
      const name = at + 9;
      if (name > next || bytes[at + 6] !== NAME_TYPE_HOST) return false;
      const nameEnd = name + read16(bytes, at + 7);
      return nameEnd <= next && found.set(protocol, bytes, name, nameEnd);
    }
    at = next;
  }
  return false;
}
