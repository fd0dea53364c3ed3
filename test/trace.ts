/**
 * Scripted traces: rows in, dissected paths out (after packetdrill). A row is
 * [time in ms, who sends, sequence, payload bytes, acknowledgement, options], numbers relative to each side's SYN:
 * 0 is the SYN itself, data begin at 1. The client is the low end (0) of its connections, the server the high one (1).
 */
import { addressBytes } from "../src/packet/emit-ip.ts";
import { Packet, PROTOCOL_TCP, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../src/packet/packet.ts";
import { PathDissector } from "../src/transfer/dissect.ts";
import { PathTracker } from "../src/transfer/path-tracker.ts";
import {
  DELIVERED,
  LOST,
  type Path,
  PRESUMED_LOST,
  type Transfer,
  UNSCORED,
} from "../src/transfer/transfer.ts";

export interface RowOptions {
  /** S, F, R; A is set unless it is a SYN with acknowledgement 0, or "noack" is given. */
  readonly flags?: string;
  readonly window?: number;
  readonly scale?: number;
  readonly mss?: number;
  readonly timestamps?: readonly [value: number, echo: number];
  /** Relative to the other side's SYN. */
  readonly sack?: readonly (readonly [left: number, right: number])[];
  readonly clientPort?: number;
  /** IP length, where it is not payload + 40. */
  readonly ipBytes?: number;
}

export type Row = readonly [
  timeMs: number,
  from: "client" | "server",
  sequence: number,
  bytes: number,
  acknowledgement: number,
  options?: RowOptions,
];

export interface TraceOptions {
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  readonly client?: string;
  readonly server?: string;
}

const CLIENT_PORT = 50_000;
const SERVER_PORT = 443;

let known = new Map<string, Uint8Array>();

function bytesOf(address: string): Uint8Array {
  let bytes = known.get(address);
  if (!bytes) {
    if (known.size > 1000) known = new Map();
    bytes = addressBytes(address);
    known.set(address, bytes);
  }
  return bytes;
}

export function packetOf(row: Row, options: TraceOptions = {}): Packet {
  const [timeMs, from, sequence, bytes, acknowledgement, more = {}] = row;
  const isClient = from === "client";
  const client = bytesOf(options.client ?? "10.0.0.1");
  const server = bytesOf(options.server ?? "192.0.2.1");
  const isns = [options.clientIsn ?? 1000, options.serverIsn ?? 900_000];
  const [own, opposite] = isClient ? isns : [isns[1], isns[0]];
  const flags = more.flags ?? "";
  const acknowledges = !(flags.includes("S") && acknowledgement === 0) && !flags.includes("noack");
  const packet = new Packet();
  packet.timeUs = timeMs * 1000;
  packet.bytes = new Uint8Array(2 * client.length);
  packet.bytes.set(isClient ? client : server);
  packet.bytes.set(isClient ? server : client, client.length);
  packet.end = packet.bytes.length;
  packet.ipVersion = client.length === 4 ? 4 : 6;
  packet.protocol = PROTOCOL_TCP;
  packet.hasTransport = true;
  packet.sourcePort = isClient ? (more.clientPort ?? CLIENT_PORT) : SERVER_PORT;
  packet.destinationPort = isClient ? SERVER_PORT : (more.clientPort ?? CLIENT_PORT);
  packet.payloadLength = bytes;
  packet.ipLength = more.ipBytes ?? bytes + 40;
  packet.sequence = (own! + sequence) >>> 0;
  packet.acknowledgement = acknowledges ? (opposite! + acknowledgement) >>> 0 : 0;
  packet.flags =
    (acknowledges ? TCP_ACK : 0) |
    (flags.includes("S") ? TCP_SYN : 0) |
    (flags.includes("F") ? TCP_FIN : 0) |
    (flags.includes("R") ? TCP_RST : 0);
  packet.window = more.window ?? 65_535;
  packet.windowScale = more.scale ?? -1;
  packet.maximumSegment = more.mss ?? 0;
  if (more.timestamps) {
    packet.hasTimestamps = true;
    [packet.timestampValue, packet.timestampEcho] = more.timestamps;
  }
  if (more.sack) {
    packet.sack.set(more.sack.flat().map((edge) => (opposite! + edge) >>> 0));
    packet.sackBlocks = more.sack.length;
  }
  return packet;
}

/** Runs the rows in the order given, as a capture would. */
export function dissect(rows: readonly Row[], options: TraceOptions = {}): Path[] {
  const paths: Path[] = [];
  const dissector = new PathDissector();
  const tracker = new PathTracker((open, log) => paths.push(dissector.dissect(open, log)));
  for (const row of rows) tracker.add(packetOf(row, options));
  tracker.end();
  return paths;
}

function only(rows: readonly Row[], from: 0 | 1, options?: TraceOptions): Transfer {
  const transfers = dissect(rows, options).flatMap((path) => path.transfers[from]);
  if (transfers.length !== 1) throw new Error(`${transfers.length} transfers where one was scripted`);
  return transfers[0]!;
}

/** What the server sent in a trace of one connection. */
export function download(rows: readonly Row[], options?: TraceOptions): Transfer {
  return only(rows, 1, options);
}

/** What the client sent. */
export function upload(rows: readonly Row[], options?: TraceOptions): Transfer {
  return only(rows, 0, options);
}

const OUTCOMES: Record<number, string> = {
  [DELIVERED]: "delivered",
  [LOST]: "lost",
  [UNSCORED]: "unscored",
  [PRESUMED_LOST]: "presumed lost",
};

/** One line a data packet: "time in ms, offset, payload: outcome". */
export function outcomes(transfer: Transfer): string[] {
  const { rows } = transfer;
  return Array.from(
    { length: rows.count },
    (_, row) =>
      `${rows.timeUs[row]! / 1000} ${rows.offset[row]}+${rows.payloadBytes[row]} ${OUTCOMES[rows.outcome[row]!]}`,
  );
}

/** Pairs of ms and bytes. */
export function delivery(transfer: Transfer): [number, number][] {
  const { delivery: delivered } = transfer;
  return Array.from({ length: delivered.count }, (_, i) => [
    delivered.timeUs[i]! / 1000,
    delivered.bytes[i]!,
  ]);
}

/** RTT or delay samples in ms, as far as there are any. */
export function delays(transfer: Transfer): number[] {
  return [...transfer.rows.delayUs].filter((delay) => !Number.isNaN(delay)).map((delay) => delay / 1000);
}

/**
 * A handshake of 50 ms as it looks at the server, at the client and half-way, from time 0 on; the connection is
 * open at 50 ms.
 */
export function handshake(place: "server" | "client" | "between", syn: RowOptions = { mss: 1000 }): Row[] {
  const answerMs = { server: 0, client: 50, between: 25 }[place];
  return [
    [0, "client", 0, 0, 0, { ...syn, flags: "S" }],
    [answerMs, "server", 0, 0, 1, { ...syn, flags: "S" }],
    [50, "client", 1, 0, 1],
  ];
}
