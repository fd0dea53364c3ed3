/**
 * What arrived, by flow and window of time, read from a host's capture: every TCP payload byte as the wire carried it.
 */
import { readFileSync } from "node:fs";
import { formatAddress } from "../../src/packet/address.ts";
import { CaptureReader } from "../../src/packet/capture.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { Packet, PROTOCOL_TCP } from "../../src/packet/packet.ts";

export interface FlowWindows {
  readonly client: string;
  readonly server: string;
  readonly direction: "down" | "up";
  /** kbit/s in each whole window since the flow's first payload packet. */
  readonly windowsKbps: readonly number[];
}

interface Seen {
  readonly startUs: number;
  lastUs: number;
  readonly bytes: number[];
}

const HTTPS_PORT = 443;

/** Of each flow's payload towards the client (`down`) or the server (`up`); flows shorter than two windows are left out. */
export function arrivalWindows(path: string, direction: "down" | "up", windowS: number): FlowWindows[] {
  const windowUs = windowS * 1e6;
  const flows = new Map<string, Seen>();
  const packet = new Packet();
  const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
    decodeFrame(packet, bytes, start, end, timeUs, originalLength, linkType);
    if (packet.protocol !== PROTOCOL_TCP || packet.payloadLength === 0) return;
    const port = direction === "down" ? packet.sourcePort : packet.destinationPort;
    if (port !== HTTPS_PORT) return;
    const [source, destination] = [0, 4].map((at) =>
      formatAddress(packet.bytes, packet.addressOffset + at, 4),
    );
    const [client, server] = direction === "down" ? [destination, source] : [source, destination];
    const clientPort = direction === "down" ? packet.destinationPort : packet.sourcePort;
    const key = `${client} ${server} ${clientPort}`;
    let seen = flows.get(key);
    if (!seen) flows.set(key, (seen = { startUs: timeUs, lastUs: timeUs, bytes: [] }));
    const window = Math.floor((timeUs - seen.startUs) / windowUs);
    while (seen.bytes.length <= window) seen.bytes.push(0);
    seen.bytes[window]! += packet.payloadLength;
    seen.lastUs = timeUs;
  });
  reader.push(readFileSync(path));
  const problem = reader.end();
  if (problem) throw new Error(`${path}: ${problem.reason}`);
  return [...flows].flatMap(([key, { startUs, lastUs, bytes }]) => {
    const whole = Math.floor((lastUs - startUs) / windowUs);
    if (whole < 2) return [];
    const [client, server] = key.split(" ");
    const windowsKbps = bytes.slice(0, whole).map((sum) => (sum * 8e3) / windowUs);
    return [{ client: client!, server: server!, direction, windowsKbps }];
  });
}
