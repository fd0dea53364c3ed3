/**
 * One record of the journal as bytes: "BLJ1", length of the payload (u32, little-endian), SHA-256 of length and payload,
 * payload. A payload is JSON text of our own making: it holds no byte below 0x20, so that no text in it can pass for the
 * length of a record that is allowed.
 */
import { createHash } from "node:crypto";

const MAGIC = Buffer.from("BLJ1", "latin1");
const LENGTH_BYTES = 4;
const HASH_BYTES = 32;
export const HEADER_BYTES = MAGIC.length + LENGTH_BYTES + HASH_BYTES;
/** What a submission may be after decompression, and what judging adds to it. */
export const MOST_PAYLOAD_BYTES = 32 << 20;

export function headerOf(payload: Uint8Array): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(payload.length, MAGIC.length);
  hashOf(header.subarray(MAGIC.length, MAGIC.length + LENGTH_BYTES), payload).copy(
    header,
    MAGIC.length + LENGTH_BYTES,
  );
  return header;
}

export type Found =
  | { readonly kind: "record"; readonly payload: Buffer; readonly end: number }
  /** So many bytes are needed from there on to say. */
  | { readonly kind: "short"; readonly needs: number }
  | { readonly kind: "bad" };

/** What stands at `at`; the payload is a view of `bytes`. */
export function recordAt(bytes: Buffer, at: number): Found {
  if (bytes.length - at < HEADER_BYTES) {
    const seen = Math.min(MAGIC.length, bytes.length - at);
    const fits = bytes.subarray(at, at + seen).equals(MAGIC.subarray(0, seen));
    return fits ? { kind: "short", needs: HEADER_BYTES } : { kind: "bad" };
  }
  if (!bytes.subarray(at, at + MAGIC.length).equals(MAGIC)) return { kind: "bad" };
  const length = bytes.readUInt32LE(at + MAGIC.length);
  if (length > MOST_PAYLOAD_BYTES) return { kind: "bad" };
  const end = at + HEADER_BYTES + length;
  if (end > bytes.length) return { kind: "short", needs: HEADER_BYTES + length };
  const payload = bytes.subarray(at + HEADER_BYTES, end);
  const lengthBytes = bytes.subarray(at + MAGIC.length, at + MAGIC.length + LENGTH_BYTES);
  const kept = bytes.subarray(at + MAGIC.length + LENGTH_BYTES, at + HEADER_BYTES);
  return hashOf(lengthBytes, payload).equals(kept) ? { kind: "record", payload, end } : { kind: "bad" };
}

/** Where the next record may begin, as far as these bytes tell; -1: nowhere in them. */
export function nextMagic(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MAGIC, from); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    const lengthAt = at + MAGIC.length;
    if (lengthAt + LENGTH_BYTES > bytes.length || bytes.readUInt32LE(lengthAt) <= MOST_PAYLOAD_BYTES)
      return at;
  }
  return -1;
}

function hashOf(length: Uint8Array, payload: Uint8Array): Buffer {
  return createHash("sha256").update(length).update(payload).digest();
}
