/**
 * The ClientHello of a QUIC client that speaks HTTP/3 (RFC 9001 section 4, RFC 8446 section 4.1.2): TLS 1.3 alone, no
 * session id, ALPN "h3", transport parameters (RFC 9000, section 18). Unlike packet/emit-tls.ts, which imitates what a
 * box sees, this one is answered by real servers. Everything random is given.
 */
import { joined, latin1, prefixed, uint16, uint24 } from "../../packet/emit-bytes.ts";
import { emitVarint } from "../../packet/emit-quic.ts";
import { EXTENSION_SERVER_NAME, HANDSHAKE_CLIENT_HELLO, NAME_TYPE_HOST } from "../../packet/tls.ts";

const LEGACY_VERSION = 0x0303;
const TLS_1_3 = 0x0304;
const X25519 = 0x001d;
const SUPPORTED_GROUPS = 10;
const SIGNATURE_ALGORITHMS = 13;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;
const PSK_KEY_EXCHANGE_MODES = 45;
const KEY_SHARE = 51;
const QUIC_TRANSPORT_PARAMETERS = 57;

/** TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256. */
const CIPHER_SUITES = [0x1301, 0x1302, 0x1303];
/** ECDSA, RSA-PSS and RSA with SHA-256 to SHA-512; Ed25519. */
const SIGNATURES = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0807];

export interface QuicClientHello {
  /** Absent: no SNI. */
  readonly name?: string;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 32 bytes: an X25519 public key (any are one, RFC 7748). */
  readonly publicKey: Uint8Array;
  /** The client's connection id, which servers hold against the packet's. */
  readonly sourceId: Uint8Array;
}

/** Id and value; those of RFC 9000, section 18.2, with the limits that browsers give. */
function transportParameters(sourceId: Uint8Array): Uint8Array {
  const parameter = (id: number, value: ArrayLike<number>): Uint8Array =>
    joined(emitVarint(id), emitVarint(value.length), value);
  return joined(
    parameter(0x01, emitVarint(30_000)), // max_idle_timeout, ms
    parameter(0x03, emitVarint(1472)), // max_udp_payload_size
    parameter(0x04, emitVarint(1_048_576)), // initial_max_data
    parameter(0x05, emitVarint(262_144)), // initial_max_stream_data_bidi_local
    parameter(0x06, emitVarint(262_144)), // initial_max_stream_data_bidi_remote
    parameter(0x07, emitVarint(262_144)), // initial_max_stream_data_uni
    parameter(0x08, emitVarint(100)), // initial_max_streams_bidi
    parameter(0x09, emitVarint(100)), // initial_max_streams_uni
    parameter(0x0f, sourceId), // initial_source_connection_id
  );
}

/** The handshake message, for CRYPTO frames. */
export function emitQuicClientHello({ name, random, publicKey, sourceId }: QuicClientHello): Uint8Array {
  const extension = (type: number, body: ArrayLike<number>): Uint8Array =>
    joined(uint16(type), prefixed(2, body));
  const extensions = [
    ...(name === undefined
      ? []
      : [extension(EXTENSION_SERVER_NAME, prefixed(2, joined([NAME_TYPE_HOST], prefixed(2, latin1(name)))))]),
    extension(SUPPORTED_GROUPS, prefixed(2, uint16(X25519))),
    extension(SIGNATURE_ALGORITHMS, prefixed(2, SIGNATURES.flatMap(uint16))),
    extension(ALPN, prefixed(2, prefixed(1, latin1("h3")))),
    extension(SUPPORTED_VERSIONS, prefixed(1, uint16(TLS_1_3))),
    extension(PSK_KEY_EXCHANGE_MODES, prefixed(1, [1])),
    extension(KEY_SHARE, prefixed(2, joined(uint16(X25519), prefixed(2, publicKey)))),
    extension(QUIC_TRANSPORT_PARAMETERS, transportParameters(sourceId)),
  ];
  const body = joined(
    uint16(LEGACY_VERSION),
    random,
    prefixed(1, []),
    prefixed(2, CIPHER_SUITES.flatMap(uint16)),
    [1, 0],
    prefixed(2, joined(...extensions)),
  );
  return joined([HANDSHAKE_CLIENT_HELLO], uint24(body.length), body);
}
