/**
 * Builds ClientHellos (RFC 8446 section 4.1.2) as browsers send them, and TLS records around them (section 5.1).
 * Everything is given or constant: the same arguments make the same bytes.
 */
import { joined, latin1, pieces, prefixed, uint16, uint24 } from "./emit-bytes.ts";
import {
  EXTENSION_SERVER_NAME,
  HANDSHAKE_CLIENT_HELLO,
  MAX_TLS_RECORD_BYTES,
  NAME_TYPE_HOST,
  TLS_RECORD_HANDSHAKE,
} from "./tls.ts";

export const TLS_1_0 = 0x0301;
export const TLS_1_2 = 0x0303;
const RANDOM_BYTES = 32;
const X25519 = 0x001d;
const X25519_KEY_BYTES = 32;
/** X25519MLKEM768 and the bytes of its share (draft-ietf-tls-ecdhe-mlkem): what makes a hello two segments long. */
const X25519_MLKEM768 = 0x11ec;
const X25519_MLKEM768_KEY_BYTES = 1216;

const SUPPORTED_GROUPS = 10;
const SIGNATURE_ALGORITHMS = 13;
const PADDING = 21;
const SUPPORTED_VERSIONS = 43;
const KEY_SHARE = 51;

export interface TlsExtension {
  readonly type: number;
  readonly body: Uint8Array;
}

export interface ClientHello {
  /** Server name, one byte a character; absent for a hello without one. */
  readonly name?: string;
  /** 32 bytes. */
  readonly random?: Uint8Array;
  /** At most 32 bytes. */
  readonly sessionId?: Uint8Array;
  readonly cipherSuites?: readonly number[];
  /** Further extensions before and behind the server name: GREASE (RFC 8701), ALPN, transport parameters. */
  readonly before?: readonly TlsExtension[];
  readonly after?: readonly TlsExtension[];
  /** A key share for a post-quantum group, before the server name if that is asked for. */
  readonly postQuantum?: "before-name" | "after-name";
  /** Bytes of a padding extension's body (RFC 7685); absent for none. */
  readonly padding?: number;
}

/** A GREASE extension (RFC 8701). */
export function greaseExtension(index = 0, body = new Uint8Array(0)): TlsExtension {
  const nibble = index & 15;
  return { type: (nibble << 12) | 0x0a00 | (nibble << 4) | 0x0a, body };
}

function keyShare(group: number, keyBytes: number): TlsExtension {
  const share = joined(uint16(group), uint16(keyBytes), new Uint8Array(keyBytes).fill(0x5a));
  return { type: KEY_SHARE, body: prefixed(2, share) };
}

function serverName(name: string): TlsExtension {
  return {
    type: EXTENSION_SERVER_NAME,
    body: prefixed(2, joined([NAME_TYPE_HOST], prefixed(2, latin1(name)))),
  };
}

/** The handshake message, without record headers: for records or for CRYPTO frames. */
export function emitClientHello(hello: ClientHello = {}): Uint8Array {
  const share = hello.postQuantum
    ? keyShare(X25519_MLKEM768, X25519_MLKEM768_KEY_BYTES)
    : keyShare(X25519, X25519_KEY_BYTES);
  const extensions: TlsExtension[] = [
    ...(hello.before ?? []),
    ...(hello.postQuantum === "before-name" ? [share] : []),
    ...(hello.name === undefined ? [] : [serverName(hello.name)]),
    { type: SUPPORTED_VERSIONS, body: Uint8Array.of(4, 3, 4, 3, 3) },
    { type: SUPPORTED_GROUPS, body: prefixed(2, [...uint16(X25519), 0, 23]) },
    { type: SIGNATURE_ALGORITHMS, body: prefixed(2, [4, 3, 8, 4, 4, 1]) },
    ...(hello.postQuantum === "before-name" ? [] : [share]),
    ...(hello.after ?? []),
    ...(hello.padding === undefined ? [] : [{ type: PADDING, body: new Uint8Array(hello.padding) }]),
  ];
  const body = joined(
    uint16(TLS_1_2),
    hello.random ?? new Uint8Array(RANDOM_BYTES).fill(0x42),
    prefixed(1, hello.sessionId ?? new Uint8Array(32).fill(0x17)),
    prefixed(2, (hello.cipherSuites ?? [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f]).flatMap(uint16)),
    [1, 0],
    prefixed(
      2,
      joined(...extensions.map(({ type, body: bytes }) => joined(uint16(type), prefixed(2, bytes)))),
    ),
  );
  return joined([HANDSHAKE_CLIENT_HELLO], uint24(body.length), body);
}

/** Handshake bytes in records of at most `recordBytes`. */
export function emitTlsRecords(
  handshake: Uint8Array,
  recordBytes = MAX_TLS_RECORD_BYTES,
  version = TLS_1_0,
): Uint8Array {
  return emitTlsRecordPieces(pieces(handshake, recordBytes), version);
}

/** One record a piece. */
export function emitTlsRecordPieces(bodies: readonly Uint8Array[], version = TLS_1_0): Uint8Array {
  return joined(...bodies.map((body) => joined([TLS_RECORD_HANDSHAKE], uint16(version), prefixed(2, body))));
}
