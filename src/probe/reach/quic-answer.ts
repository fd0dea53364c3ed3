/**
 * What a datagram says that came back for a client's first Initial: bytes in, kind of answer out. An answer names our
 * connection id as its destination; a Version Negotiation names both ids (RFC 8999, section 6); a Retry carries a tag
 * over the first packet's id (RFC 9001, section 5.8); an Initial opens with the server's keys. What names our id and
 * fails its proof is "other"; what does not name it is undefined, a stray. Never throws; reads MAX_COALESCED packets.
 */
import { createDecipheriv } from "node:crypto";
import { joined } from "../../packet/emit-bytes.ts";
import type { LongHeader } from "../../packet/quic.ts";
import { openInitial, readCryptoFrames, readLongHeader, readVarint } from "../../packet/quic.ts";
import { AEAD_TAG_BYTES, InitialKeys, QUIC_V1, quicVersion, sameBytes } from "../../packet/quic-keys.ts";
import type { QuicAnswer } from "./reach-record.ts";

const LONG_HEADER = 0x80;
const FIXED_PART_BYTES = 7;
const VERSION_BYTES = 4;
const MAX_COALESCED = 16;
const MAX_VERSIONS = 32;
const RETRY_TYPE = 3;
const CONNECTION_CLOSE = 0x1c;
const MAX_CLOSE_PLACES = 16;
/** RFC 9001, section 5.8: a fixed key, for the tag only proves that the Initial was seen. */
const RETRY_KEY = Buffer.from("be0c690b9f66575a1d766b54e368c84e", "hex");
const RETRY_NONCE = Buffer.from("461599d35d632bf2239825bb", "hex");

/** What the first Initial said. */
export interface SentInitial {
  readonly version: number;
  readonly destinationId: Uint8Array;
  readonly sourceId: Uint8Array;
}

export interface QuicReading {
  readonly kind: Exclude<QuicAnswer, "silence">;
  readonly versions?: readonly number[];
  readonly closeCode?: number;
}

const OTHER: QuicReading = { kind: "other" };

export function readQuicAnswer(bytes: Uint8Array, sent: SentInitial): QuicReading | undefined {
  const ids = readConnectionIds(bytes);
  if (!ids || !sameBytes(ids.destinationId, sent.sourceId)) return undefined;
  if (ids.version === 0) return readVersions(bytes, ids, sent);
  if (ids.version !== sent.version || !quicVersion(sent.version)) return OTHER;
  // RFC 9000, section 17.2.5; the types of other versions than 1 are not read here.
  if (((bytes[0]! >> 4) & 3) === RETRY_TYPE && sent.version === QUIC_V1)
    return isRetry(bytes, ids, sent) ? { kind: "retry" } : OTHER;
  return readInitials(bytes, sent);
}

interface ConnectionIds {
  readonly version: number;
  readonly destinationId: Uint8Array;
  readonly sourceId: Uint8Array;
  readonly end: number;
}

/** What every version has in common (RFC 8999, section 5.1). */
function readConnectionIds(bytes: Uint8Array): ConnectionIds | undefined {
  if (bytes.length < FIXED_PART_BYTES || (bytes[0]! & LONG_HEADER) === 0) return undefined;
  const destinationEnd = 6 + bytes[5]!;
  if (destinationEnd + 1 > bytes.length) return undefined;
  const sourceEnd = destinationEnd + 1 + bytes[destinationEnd]!;
  if (sourceEnd > bytes.length) return undefined;
  return {
    version: read32(bytes, 1),
    destinationId: bytes.subarray(6, destinationEnd),
    sourceId: bytes.subarray(destinationEnd + 1, sourceEnd),
    end: sourceEnd,
  };
}

function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** RFC 9000, sections 6.2 and 17.2.1: one that lists the version that was sent is not to be believed. */
function readVersions(bytes: Uint8Array, ids: ConnectionIds, sent: SentInitial): QuicReading {
  const list = bytes.subarray(ids.end);
  if (!sameBytes(ids.sourceId, sent.destinationId)) return OTHER;
  if (list.length < VERSION_BYTES || list.length % VERSION_BYTES !== 0) return OTHER;
  const versions: number[] = [];
  for (let at = 0; at < list.length; at += VERSION_BYTES) versions.push(read32(list, at));
  if (versions.includes(sent.version)) return OTHER;
  return { kind: "version-negotiation", versions: versions.slice(0, MAX_VERSIONS) };
}

function isRetry(bytes: Uint8Array, ids: ConnectionIds, sent: SentInitial): boolean {
  const tagAt = bytes.length - AEAD_TAG_BYTES;
  // RFC 9000, section 17.2.5.2: a Retry without a token, or one that keeps the id, is discarded.
  if (tagAt <= ids.end || sameBytes(ids.sourceId, sent.destinationId)) return false;
  const decipher = createDecipheriv("aes-128-gcm", RETRY_KEY, RETRY_NONCE);
  decipher.setAAD(joined([sent.destinationId.length], sent.destinationId, bytes.subarray(0, tagAt)));
  decipher.setAuthTag(bytes.subarray(tagAt));
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

/** The first Initial of the datagram that opens. */
function readInitials(bytes: Uint8Array, sent: SentInitial): QuicReading {
  const keys = new InitialKeys(quicVersion(sent.version)!, sent.destinationId, "server");
  let at = 0;
  for (let count = 0; count < MAX_COALESCED && at < bytes.length; count++) {
    const header: LongHeader | undefined = readLongHeader(bytes, at, bytes.length);
    if (!header) break;
    at = header.end;
    if (!header.isInitial || !sameBytes(header.destinationId, sent.sourceId)) continue;
    const opened = openInitial(bytes, header, keys, -1);
    if (!opened) continue;
    const closeCode = closeCodeIn(opened.payload);
    return { kind: "initial", ...(closeCode === undefined ? {} : { closeCode }) };
  }
  return OTHER;
}

/**
 * Error code of a CONNECTION_CLOSE behind well-formed frames (RFC 9000, section 19.19). Its byte may also stand inside
 * of those: behind the handshake's bytes, the first MAX_CLOSE_PLACES places are tried.
 */
function closeCodeIn(payload: Uint8Array): number | undefined {
  let handshakeEnd = 0;
  readCryptoFrames(payload, (_, __, end) => {
    handshakeEnd = end;
  });
  let at = payload.indexOf(CONNECTION_CLOSE, handshakeEnd);
  for (let place = 0; place < MAX_CLOSE_PLACES && at >= 0; place++) {
    if (readCryptoFrames(payload.subarray(0, at), () => {})) {
      const code = readVarint(payload, at + 1, payload.length);
      return code.next < 0 ? undefined : code.value;
    }
    at = payload.indexOf(CONNECTION_CLOSE, at + 1);
  }
  return undefined;
}
