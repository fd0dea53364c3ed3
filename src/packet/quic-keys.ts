/**
 * Keys of QUIC Initial packets: a version and the client's first connection id in, keys of either side out.
 * Sources: RFC 9001 section 5.2 (v1), RFC 9369 section 3.3 (v2), draft-ietf-quic-tls-29 section 5.2; HKDF RFC 5869,
 * HKDF-Expand-Label RFC 8446 section 7.1. Initial keys hide nothing from anybody on the path: that is their purpose.
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { copiedBytes } from "../base/columns.ts";
import { HmacKey } from "./quic-hash.ts";

export const QUIC_V1 = 0x00000001;
export const QUIC_V2 = 0x6b3343cf;
export const QUIC_DRAFT_29 = 0xff00001d;
export type QuicSide = "client" | "server";

export const MAX_CONNECTION_ID_BYTES = 20;
export const AEAD_TAG_BYTES = 16;
const SAMPLE_BYTES = 16;

interface VersionConstants {
  readonly salt: HmacKey;
  /** HKDF labels of key, initialization vector and header protection key. */
  readonly keyInfo: Uint8Array;
  readonly ivInfo: Uint8Array;
  readonly headerInfo: Uint8Array;
  /** Long header packet types 0 to 3 in their own order: Initial, 0-RTT, Handshake, Retry. */
  readonly initialType: number;
  readonly retryType: number;
}

function saltAndLabels(salt: string, prefix: string): Omit<VersionConstants, "initialType" | "retryType"> {
  return {
    salt: new HmacKey(Buffer.from(salt, "hex")),
    keyInfo: labelInfo(`${prefix} key`, 16),
    ivInfo: labelInfo(`${prefix} iv`, 12),
    headerInfo: labelInfo(`${prefix} hp`, 16),
  };
}

const V1: VersionConstants = {
  ...saltAndLabels("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic"),
  initialType: 0,
  retryType: 3,
};
const V2: VersionConstants = {
  ...saltAndLabels("0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2"),
  initialType: 1,
  retryType: 0,
};
const DRAFT_29: VersionConstants = {
  ...V1,
  ...saltAndLabels("afbfec289993d24c9e9786f19c6111e04390a899", "quic"),
};

/** What differs between the versions that are read; undefined for any other. */
export function quicVersion(version: number): VersionConstants | undefined {
  if (version === QUIC_V1) return V1;
  if (version === QUIC_V2) return V2;
  return version === QUIC_DRAFT_29 ? DRAFT_29 : undefined;
}

/** What HKDF-Expand-Label hashes for an empty context and at most one hash of output. */
function labelInfo(label: string, length: number): Uint8Array {
  const full = `tls13 ${label}`;
  return Buffer.from([0, length, full.length, ...Buffer.from(full, "latin1"), 0, 1]);
}

const SECRET_INFO: Record<QuicSide, Uint8Array> = {
  client: labelInfo("client in", 32),
  server: labelInfo("server in", 32),
};

/** The keys of one side of one connection's Initial packets. */
export class InitialKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly headerKey: Uint8Array;
  readonly #headerCipher;

  /** `connectionId` is the destination connection id of the client's first Initial. */
  constructor(version: VersionConstants, connectionId: Uint8Array, side: QuicSide) {
    const secret = new HmacKey(version.salt.sign(connectionId)).sign(SECRET_INFO[side]);
    const keys = new HmacKey(secret);
    this.key = keys.sign(version.keyInfo).subarray(0, 16);
    this.iv = keys.sign(version.ivInfo).subarray(0, 12);
    this.headerKey = keys.sign(version.headerInfo).subarray(0, 16);
    this.#headerCipher = createCipheriv("aes-128-ecb", this.headerKey, null).setAutoPadding(false);
  }

  /** Header protection mask, of which five bytes are used (RFC 9001, section 5.4.3). */
  headerMask(bytes: Uint8Array, sampleAt: number): Uint8Array {
    return this.#headerCipher.update(bytes.subarray(sampleAt, sampleAt + SAMPLE_BYTES));
  }

  /** RFC 9001, section 5.3. */
  #nonce(packetNumber: number): Buffer {
    const nonce = Buffer.from(this.iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ packetNumber) >>> 0, 8);
    return nonce;
  }

  /** The plaintext of sealed bytes (tag included), or undefined when the tag says that they are not ours. */
  open(packetNumber: number, header: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < AEAD_TAG_BYTES) return undefined;
    const decipher = createDecipheriv("aes-128-gcm", this.key, this.#nonce(packetNumber));
    decipher.setAAD(header);
    decipher.setAuthTag(sealed.subarray(sealed.length - AEAD_TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, sealed.length - AEAD_TAG_BYTES));
    try {
      decipher.final();
      return plain;
    } catch {
      return undefined;
    }
  }

  /** Seals a payload: ciphertext and tag. */
  seal(packetNumber: number, header: Uint8Array, plain: Uint8Array): Uint8Array {
    const cipher = createCipheriv("aes-128-gcm", this.key, this.#nonce(packetNumber));
    cipher.setAAD(header);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

const CACHE_SLOTS = 1024;

/** Client keys by version and connection id, derived once: CACHE_SLOTS of them, a newer one replaces an older. */
export class InitialKeyCache {
  readonly #slots: ({ version: number; connectionId: Uint8Array; keys: InitialKeys } | undefined)[] = [];

  /** Undefined for a version that is not read. */
  clientKeys(version: number, connectionId: Uint8Array): InitialKeys | undefined {
    const constants = quicVersion(version);
    if (!constants) return undefined;
    let hash = version | 0;
    for (const byte of connectionId) hash = Math.imul(hash ^ byte, 0x01000193);
    const slot = (hash ^ (hash >>> 16)) & (CACHE_SLOTS - 1);
    const held = this.#slots[slot];
    if (held && held.version === version && sameBytes(held.connectionId, connectionId)) return held.keys;
    const keys = new InitialKeys(constants, connectionId, "client");
    this.#slots[slot] = { version, connectionId: copiedBytes(connectionId), keys };
    return keys;
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
