/** Figures of one transfer out of its two captures, by counting alone. */
import type { CapturedPacket } from "../simulator/captured-packets.ts";

export interface TransferFigures {
  /** Share of the data packets that left the sender and did not reach the receiver. */
  readonly lossShare: number;
  /** Payload at the receiver, each byte once, from the first to the last data packet. */
  readonly goodputBps: number;
  readonly dataPackets: number;
  /** From a data packet to the ACK that covers just it, at the sender; for data sent once. */
  readonly medianRttUs: number;
  readonly longestRttUs: number;
  readonly largestPacketBytes: number;
}

export function transferFigures(
  sender: readonly CapturedPacket[],
  receiver: readonly CapturedPacket[],
  serverPort: number,
): TransferFigures {
  const data = (packets: readonly CapturedPacket[]): CapturedPacket[] =>
    packets.filter((packet) => packet.sourcePort === serverPort && packet.payloadBytes > 0);
  const sent = data(sender);
  const received = data(receiver);
  const unique = new Map<string, number>();
  for (const packet of received) {
    unique.set(`${packet.destinationPort}:${packet.sequence}`, packet.payloadBytes);
  }
  const bytes = [...unique.values()].reduce((sum, size) => sum + size, 0);
  const durationUs = received.at(-1)!.timeUs - received[0]!.timeUs;
  const rtts = roundTrips(sender, serverPort).sort((a, b) => a - b);
  return {
    lossShare: 1 - received.length / sent.length,
    goodputBps: (bytes * 8e6) / durationUs,
    dataPackets: sent.length,
    medianRttUs: rtts[rtts.length >> 1] ?? Number.NaN,
    longestRttUs: rtts.at(-1) ?? Number.NaN,
    largestPacketBytes: Math.max(...sent.map((packet) => packet.ipBytes)),
  };
}

function roundTrips(sender: readonly CapturedPacket[], serverPort: number): number[] {
  const waiting = new Map<string, number>();
  const seen = new Set<string>();
  const rtts: number[] = [];
  for (const packet of sender) {
    if (packet.sourcePort === serverPort && packet.payloadBytes > 0) {
      const end = `${packet.destinationPort}:${(packet.sequence + packet.payloadBytes) >>> 0}`;
      if (seen.has(end)) waiting.delete(end);
      else waiting.set(end, packet.timeUs);
      seen.add(end);
    } else if (packet.destinationPort === serverPort) {
      const end = `${packet.sourcePort}:${packet.acknowledgement}`;
      const sentUs = waiting.get(end);
      if (sentUs !== undefined) rtts.push(packet.timeUs - sentUs);
      waiting.delete(end);
    }
  }
  return rtts;
}
