/**
 * Packets in, finished paths out. A path is all TCP connections between two hosts that are close in time.
 * A path is finished when all its connections have closed and it was idle for CLOSED_IDLE_US, when it was idle for
 * IDLE_US, when the input ends, or when room is needed: the log holds at most LOG_RECORDS, one path at most
 * PATH_RECORDS records and PATH_PACKETS packets (a longer one is judged in parts), and at most MAX_CONNECTIONS belong
 * to open paths. Idle is measured from packet to packet in order of arrival: one wrong time stamp closes no path.
 */
import { formatAddress } from "../packet/address.ts";
import type { Packet } from "../packet/packet.ts";
import { PROTOCOL_TCP, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../packet/packet.ts";
import type { Connection, ConnectionEnd, OpenPath } from "./connection.ts";
import { isFinished } from "./connection.ts";
import { ConnectionTable } from "./connection-table.ts";
import { emptyChain, PacketLog } from "./packet-log.ts";

const CLOSED_IDLE_US = 10e6;
const IDLE_US = 300e6;
const SWEEP_PACKETS = 1 << 15;
const LOG_RECORDS = 1_500_000;
const PATH_RECORDS = 1_000_000;
const PATH_PACKETS = 1_000_000;
const USUAL_SEGMENT_BYTES = 1448;
const MAX_CONNECTIONS = 200_000;

export class PathTracker {
  readonly #log = new PacketLog();
  readonly #table = new ConnectionTable();
  readonly #paths = new Map<string, OpenPath>();
  readonly #finish: (path: OpenPath, log: PacketLog) => void;
  #sinceSweep = 0;
  /** Connections of open paths. */
  #connections = 0;

  /** `finish` is called once a path; it may read the log only during the call. */
  constructor(finish: (path: OpenPath, log: PacketLog) => void) {
    this.#finish = finish;
  }

  /** Takes the next packet; anything but TCP is passed over. Returns its connection. */
  add(packet: Packet): Connection | undefined {
    if (packet.protocol !== PROTOCOL_TCP || !packet.hasTransport) return undefined;
    let connection = this.#table.find(packet);
    const fromHigh = this.#table.fromHigh;
    const opening = (packet.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN;
    if (!connection || (opening && isReuse(connection, packet, fromHigh))) {
      connection = this.#open(packet, fromHigh);
    }
    this.#update(connection, packet, fromHigh, opening);
    const { path } = connection;
    this.#log.append(path.chain, packet, connection.number, fromHigh);
    path.carried += Math.max(1, packet.payloadLength / USUAL_SEGMENT_BYTES);
    this.#makeRoom(path, packet.timeUs);
    return connection;
  }

  /** Finishes every path, the oldest first. */
  end(): void {
    for (const path of [...this.#paths.values()]) this.#close(path);
    this.#paths.clear();
  }

  #open(packet: Packet, fromHigh: boolean): Connection {
    const width = packet.ipVersion === 4 ? 4 : 16;
    const source = formatAddress(packet.bytes, packet.addressOffset, packet.ipVersion);
    const destination = formatAddress(packet.bytes, packet.addressOffset + width, packet.ipVersion);
    const from = newEnd(source, packet.sourcePort);
    const to = newEnd(destination, packet.destinationPort);
    const ends: [ConnectionEnd, ConnectionEnd] = fromHigh ? [to, from] : [from, to];
    const path = this.#pathOf(ends[0].endpoint.address, ends[1].endpoint.address, 0);
    const connection: Connection = {
      number: path.connections.length,
      path,
      ends,
      opener: undefined,
      firstUs: packet.timeUs,
      lastUs: packet.timeUs,
      reset: false,
      serverName: undefined,
    };
    path.connections.push(connection);
    this.#connections++;
    this.#table.set(packet, connection);
    return connection;
  }

  #pathOf(low: string, high: string, part: number): OpenPath {
    const key = `${low} ${high}`;
    let path = this.#paths.get(key);
    if (!path) {
      path = { addresses: [low, high], connections: [], chain: emptyChain(), lastUs: 0, carried: 0, part };
      this.#paths.set(key, path);
    }
    return path;
  }

  #update(connection: Connection, packet: Packet, fromHigh: boolean, opening: boolean): void {
    const { timeUs, flags } = packet;
    if (timeUs > connection.lastUs) connection.lastUs = timeUs;
    if (timeUs < connection.firstUs) connection.firstUs = timeUs;
    connection.path.lastUs = timeUs;
    if ((flags & (TCP_SYN | TCP_FIN | TCP_RST)) === 0) return;
    const end = connection.ends[fromHigh ? 1 : 0];
    if (flags & TCP_SYN && !end.synSeen) {
      end.synSeen = true;
      end.synSequence = packet.sequence;
      end.maximumSegment = packet.maximumSegment;
      end.windowScale = packet.windowScale;
      connection.opener ??= opening === fromHigh ? 1 : 0;
    }
    if (flags & TCP_FIN) end.closed = true;
    if (flags & TCP_RST) connection.reset = true;
  }

  #makeRoom(path: OpenPath, nowUs: number): void {
    if (path.chain.records >= PATH_RECORDS || path.carried >= PATH_PACKETS) this.#split(path);
    if (++this.#sinceSweep >= SWEEP_PACKETS) {
      this.#sinceSweep = 0;
      this.#sweep(nowUs);
    }
    if (this.#log.size > LOG_RECORDS || this.#connections > MAX_CONNECTIONS) this.#closeOldest();
  }

  #sweep(nowUs: number): void {
    let closed = 0;
    for (const path of [...this.#paths.values()]) {
      const idleUs = nowUs - path.lastUs;
      if (idleUs < CLOSED_IDLE_US) continue;
      if (idleUs >= IDLE_US || path.connections.every(isFinished)) {
        this.#close(path);
        closed++;
      }
    }
    if (closed > 0) this.#forget();
  }

  /** Judges the quarter of the paths that were idle longest: amortised over many packets. */
  #closeOldest(): void {
    const byAge = [...this.#paths.values()].sort((a, b) => a.lastUs - b.lastUs);
    for (const path of byAge.slice(0, Math.ceil(byAge.length / 4))) this.#close(path);
    this.#forget();
  }

  /** Ends a part of a very long path; its open connections go on in the next part. */
  #split(path: OpenPath): void {
    const [low, high] = path.addresses;
    this.#close(path);
    const next = this.#pathOf(low, high, path.part + 1);
    next.lastUs = path.lastUs;
    const successors = new Map<Connection, Connection>();
    for (const connection of path.connections) {
      if (isFinished(connection)) continue;
      const successor: Connection = {
        ...connection,
        number: next.connections.length,
        path: next,
        ends: [{ ...connection.ends[0] }, { ...connection.ends[1] }],
        firstUs: path.lastUs,
      };
      next.connections.push(successor);
      this.#connections++;
      successors.set(connection, successor);
    }
    this.#table.replace((connection) => successors.get(connection) ?? connection);
    this.#forget();
  }

  #close(path: OpenPath): void {
    this.#finish(path, this.#log);
    this.#log.release(path.chain);
    this.#connections -= path.connections.length;
    this.#paths.delete(`${path.addresses[0]} ${path.addresses[1]}`);
  }

  /** Removes connections whose path is closed. */
  #forget(): void {
    const open = new Set(this.#paths.values());
    this.#table.removeWhere((connection) => !open.has(connection.path));
  }
}

function newEnd(address: string, port: number): ConnectionEnd {
  return {
    endpoint: { address, port },
    maximumSegment: 0,
    windowScale: undefined,
    synSeen: false,
    synSequence: 0,
    closed: false,
  };
}

/** A SYN on known ports opens a new connection unless it repeats the one that opened this connection. */
function isReuse(connection: Connection, packet: Packet, fromHigh: boolean): boolean {
  const end = connection.ends[fromHigh ? 1 : 0];
  if (end.synSeen) return end.synSequence !== packet.sequence;
  // Captured behind what it opened; or its answer was seen.
  if (packet.timeUs <= connection.firstUs) return false;
  return isFinished(connection) || !connection.ends[fromHigh ? 0 : 1].synSeen;
}
