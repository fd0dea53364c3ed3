/**
 * Builds QUIC Initial packets of a client or a server: frames, sealing, header protection (RFC 9000 section 17.2.2,
 * RFC 9001 section 5, RFC 9369). Payload sizes, packet numbers and connection ids are given: no randomness.
 */
import { joined, pieces, uint16, uint32 } from "./emit-bytes.ts";
import { FRAME_CRYPTO } from "./quic.ts";
import type { QuicSide } from "./quic-keys.ts";
import { AEAD_TAG_BYTES, InitialKeys, QUIC_V1, quicVersion } from "./quic-keys.ts";

/** The least payload of a client's datagram with an Initial (RFC 9000, section 14.1). */
export const MIN_CLIENT_DATAGRAM_BYTES = 1200;

export interface QuicInitial {
  readonly version?: number;
  readonly destinationId: Uint8Array;
  readonly sourceId?: Uint8Array;
  readonly token?: Uint8Array;
  readonly packetNumber?: number;
  /** Bytes of the packet number on the wire, 1 to 4. */
  readonly packetNumberBytes?: number;
  /** The destination id of the client's first Initial, where it is another one: the keys are made of it. */
  readonly keyId?: Uint8Array;
  readonly side?: QuicSide;
  /** Frames; padded to `payloadBytes` with PADDING frames. */
  readonly frames: Uint8Array;
  readonly payloadBytes?: number;
}

/** A variable-length integer in as few bytes as do (RFC 9000, section 16). */
export function emitVarint(value: number): number[] {
  if (value < 0x40) return [value];
  if (value < 0x4000) return uint16(0x4000 | value);
  if (value < 0x40000000) return uint32((0x80000000 | value) >>> 0);
  return [...uint32((0xc0000000 | Math.floor(value / 2 ** 32)) >>> 0), ...uint32(value % 2 ** 32)];
}

/** A CRYPTO frame (RFC 9000, section 19.6). */
export function emitCryptoFrame(offset: number, data: Uint8Array): Uint8Array {
  return joined([FRAME_CRYPTO], emitVarint(offset), emitVarint(data.length), data);
}

/** An ACK frame of one range, [first, largest] (RFC 9000, section 19.3). */
export function emitAckFrame(largest: number, first = largest): Uint8Array {
  return joined([2], emitVarint(largest), emitVarint(0), emitVarint(0), emitVarint(largest - first));
}

export function emitQuicInitial(initial: QuicInitial): Uint8Array {
  const version = initial.version ?? QUIC_V1;
  const constants = quicVersion(version);
  if (!constants) throw new RangeError(`not a QUIC version with known keys: ${version}`);
  const numberBytes = initial.packetNumberBytes ?? 4;
  const packetNumber = initial.packetNumber ?? 0;
  const payload = new Uint8Array(Math.max(initial.payloadBytes ?? 0, initial.frames.length, 4));
  payload.set(initial.frames);
  const sourceId = initial.sourceId ?? new Uint8Array(0);
  const token = initial.side === "server" ? [] : (initial.token ?? []);
  const length = numberBytes + payload.length + AEAD_TAG_BYTES;
  const header = joined(
    [0xc0 | (constants.initialType << 4) | (numberBytes - 1)],
    uint32(version),
    [initial.destinationId.length],
    initial.destinationId,
    [sourceId.length],
    sourceId,
    emitVarint(token.length),
    token,
    // Two bytes always, as implementations do that fill the length in later.
    length < 0x4000 ? uint16(0x4000 | length) : emitVarint(length),
    uint32(packetNumber).slice(4 - numberBytes),
  );
  const keys = new InitialKeys(constants, initial.keyId ?? initial.destinationId, initial.side ?? "client");
  const packet = joined(header, keys.seal(packetNumber, header, payload));
  const numberAt = header.length - numberBytes;
  const mask = keys.headerMask(packet, numberAt + 4);
  packet[0]! ^= mask[0]! & 0x0f;
  for (let i = 0; i < numberBytes; i++) packet[numberAt + i]! ^= mask[1 + i]!;
  return packet;
}

export interface QuicHello extends Omit<QuicInitial, "frames" | "payloadBytes"> {
  /** Bytes of the handshake in a packet; the rest goes into further ones, with rising packet numbers. */
  readonly cryptoBytes?: number;
}

/** Datagrams, one Initial each, that carry a ClientHello's handshake bytes (emit-tls.ts). */
export function emitQuicHello(hello: Uint8Array, options: QuicHello): Uint8Array[] {
  let offset = 0;
  return pieces(hello, options.cryptoBytes ?? 1000).map((piece, i) => {
    const packetNumber = (options.packetNumber ?? 0) + i;
    const bare = { ...options, packetNumber, frames: emitCryptoFrame(offset, piece) };
    offset += piece.length;
    const missing = MIN_CLIENT_DATAGRAM_BYTES - emitQuicInitial(bare).length;
    return emitQuicInitial({ ...bare, payloadBytes: bare.frames.length + Math.max(0, missing) });
  });
}
