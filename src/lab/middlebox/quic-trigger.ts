/**
 * The server's name in a client's QUIC Initial packets (RFC 9001, section 5.2): opened with the keys that everybody on
 * the path has. The pieces of one datagram are put together; those of several only where an assembly is handed in.
 * Bounds: MAX_COALESCED packets a datagram, a hello of MAX_ASSEMBLY_BYTES. Never throws.
 */
import { Assembly } from "../../packet/assembly.ts";
import { type Packet, PROTOCOL_UDP } from "../../packet/packet.ts";
import { beginsLikeQuic, openInitial, readCryptoFrames, readLongHeader } from "../../packet/quic.ts";
import { InitialKeyCache } from "../../packet/quic-keys.ts";
import type { QuicFingerprint } from "./config.ts";
import type { FoundName } from "./found-name.ts";
import { findNameInHello } from "./hello-trigger.ts";

const MAX_COALESCED = 4;

/** Whether the datagram begins like a long header of a version that can be opened. */
export function isQuic(packet: Packet): boolean {
  const { bytes, payloadOffset: at, payloadCaptured } = packet;
  return beginsLikeQuic(bytes, at, at + payloadCaptured);
}

/** The version field of a long header, or -1. */
function versionOf(packet: Packet): number {
  const { bytes, payloadOffset: at, payloadCaptured } = packet;
  if (payloadCaptured < 5 || (bytes[at]! & 0x80) === 0) return -1;
  return ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
}

export class QuicTrigger {
  readonly #keys = new InitialKeyCache();

  find(packet: Packet, assembly: Assembly | undefined, found: FoundName): boolean {
    const stream = assembly ?? new Assembly();
    const end = packet.payloadOffset + packet.payloadCaptured;
    let at = packet.payloadOffset;
    for (let count = 0; count < MAX_COALESCED && at < end; count++) {
      const header = readLongHeader(packet.bytes, at, end);
      if (!header) break;
      at = header.end;
      if (!header.isInitial) continue;
      const keys = this.#keys.clientKeys(header.version, header.destinationId);
      const opened = keys && openInitial(packet.bytes, header, keys, -1);
      if (!opened) continue;
      const { payload } = opened;
      readCryptoFrames(payload, (offset, from, to) => {
        stream.add(offset, payload, from, to);
      });
    }
    return findNameInHello(stream.bytes, 0, stream.prefix, "quic", false, found);
  }
}

/** Whether a box that tells QUIC by its looks takes the packet for it. */
export function isFingerprint(packet: Packet, fingerprint: QuicFingerprint): boolean {
  return (
    packet.protocol === PROTOCOL_UDP &&
    packet.destinationPort === fingerprint.port &&
    packet.payloadLength >= fingerprint.minPayloadBytes &&
    versionOf(packet) === fingerprint.version
  );
}
