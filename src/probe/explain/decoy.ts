/**
 * What routers up to a hop see in place of a connection's first bytes. The server gets the hello that the TLS library
 * wrote, under a neutral name, in the kernel's retransmission (host/kernel/short-lived-bytes.ts); boxes up to the hop see
 * the same bytes with another name, or with one field changed, and nothing that the server could refuse.
 * Pure: bytes in, bytes out. Undefined where the hello does not hold what is to be changed.
 */
import { emitClientHello, emitTlsRecords } from "../../packet/emit-tls.ts";

export interface Decoy {
  readonly hopLimit: number;
  /** Segments in order; together at most as long as the hello, whose rest is sent as it is. */
  readonly show: (hello: Buffer) => readonly Uint8Array[] | undefined;
}

/** The first four are what a box of 2021 reads (Xue et al., IMC 2021, section 6.3). */
export const HELLO_FIELDS = ["content-type", "handshake-type", "extension-type", "name-type"] as const;
export type HelloField = (typeof HELLO_FIELDS)[number];

const CONTENT_TYPE_AT = 0;
const HANDSHAKE_TYPE_AT = 5;
/** Before the name: its length (2), type (1), list length (2), extension length (2), extension type (2). */
const NAME_TYPE_BEFORE = 3;
const EXTENSION_TYPE_BEFORE = 8;
const FLIP = 0x80;
/** One byte of 1 (RFC 8446, appendix D.4): a record that means nothing. */
const EMPTY_RECORD = Uint8Array.of(0x14, 3, 3, 0, 1, 1);
/** Of one segment: less than any usual path takes. */
const MOST_SEGMENT_BYTES = 1200;

/** The same hello with `shown` where `name` stands; both of one length. */
export function renamed(hello: Uint8Array, name: string, shown: string): Uint8Array | undefined {
  const at = Buffer.from(hello).indexOf(name, 0, "latin1");
  if (at < EXTENSION_TYPE_BEFORE || name.length !== shown.length || hello.length > MOST_SEGMENT_BYTES)
    return undefined;
  const altered = Uint8Array.from(hello);
  altered.set(Buffer.from(shown, "latin1"), at);
  return altered;
}

/** `shown` in place of `name`, and one bit of a field flipped. */
export function flipped(
  hello: Uint8Array,
  name: string,
  shown: string,
  field: HelloField,
): Uint8Array | undefined {
  const altered = renamed(hello, name, shown);
  if (!altered) return undefined;
  const nameAt = Buffer.from(hello).indexOf(name, 0, "latin1");
  const at = {
    "content-type": CONTENT_TYPE_AT,
    "handshake-type": HANDSHAKE_TYPE_AT,
    "extension-type": nameAt - EXTENSION_TYPE_BEFORE,
    "name-type": nameAt - NAME_TYPE_BEFORE,
  }[field];
  altered[at]! ^= FLIP;
  return altered;
}

/** So many packets of a record that means nothing, then a small hello under `shown`. */
export function delayedHello(
  hello: Uint8Array,
  shown: string,
  packets: number,
): readonly Uint8Array[] | undefined {
  const small = emitTlsRecords(emitClientHello({ name: shown }));
  const before = Array.from({ length: packets }, () => EMPTY_RECORD);
  const bytes = small.length + packets * EMPTY_RECORD.length;
  return bytes <= hello.length && small.length <= MOST_SEGMENT_BYTES ? [...before, small] : undefined;
}

/** `bytes` of noise first, then a small hello under `shown`. */
export function noiseFirst(
  hello: Uint8Array,
  shown: string,
  noise: Uint8Array,
): readonly Uint8Array[] | undefined {
  const small = emitTlsRecords(emitClientHello({ name: shown }));
  return small.length + noise.length <= hello.length ? [noise, small] : undefined;
}
