/** The packets of a capture as plain records, for tests that look at captures without the product's transfer/. */
import { CaptureReader } from "../../src/packet/capture.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { Packet, TCP_FIN, TCP_SYN } from "../../src/packet/packet.ts";

export interface CapturedPacket {
  readonly timeUs: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** 32 bits, as on the wire. */
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payloadBytes: number;
  readonly ipBytes: number;
  readonly isSyn: boolean;
  readonly isFin: boolean;
  readonly sackBlocks: number;
}

/** The TCP packets of a capture; throws when it cannot be read. */
export function capturedPackets(capture: Uint8Array): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  const packet = new Packet();
  const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
    decodeFrame(packet, bytes, start, end, timeUs, originalLength, linkType);
    if (!packet.hasTransport) return;
    packets.push({
      timeUs,
      sourcePort: packet.sourcePort,
      destinationPort: packet.destinationPort,
      sequence: packet.sequence,
      acknowledgement: packet.acknowledgement,
      payloadBytes: packet.payloadLength,
      ipBytes: packet.ipLength,
      isSyn: (packet.flags & TCP_SYN) !== 0,
      isFin: (packet.flags & TCP_FIN) !== 0,
      sackBlocks: packet.sackBlocks,
    });
  });
  reader.push(capture);
  const problem = reader.end();
  if (problem) throw new Error(problem.reason);
  return packets;
}
