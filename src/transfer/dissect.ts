/**
 * A finished path of the tracker becomes transfers: packets in order of time, both directions of each connection
 * followed, outcomes decided, segments summed up. Reads the log, keeps nothing of it.
 */

import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../packet/packet.ts";
import type { Connection, OpenPath } from "./connection.ts";
import { Direction } from "./direction.ts";
import { placeHoles } from "./hole-times.ts";
import { fillOneWayDelays } from "./one-way-delay.ts";
import { decideOutcomes, settleDelays } from "./outcomes.ts";
import type { PacketLog } from "./packet-log.ts";
import { FROM_HIGH, HAS_TIMESTAMPS, SACK_RECORD, SECOND_SACK_BLOCK } from "./packet-log.ts";
import { RecordedTwice } from "./recorded-twice.ts";
import { summarise } from "./segments.ts";
import { inTimeOrder } from "./time-order.ts";
import type { CapturePlace, Path, Transfer } from "./transfer.ts";

/** Share of the round trip on the receiver's side of the capture, above or below which the capture is at an end. */
const AT_SENDER_SHARE = 0.8;
const AT_RECEIVER_SHARE = 0.2;
/** Without round trips, so many losses of one kind, and so many times the other kind, tell the place. */
const MIN_PLACE_LOSSES = 3;
const CLEAR_MAJORITY = 3;
/** Timestamps take twelve bytes of each segment (RFC 7323, appendix A). */
const TIMESTAMP_BYTES = 12;
/** With this many round trips free of delayed acknowledgements, the others are left out. */
const ENOUGH_STRONG_DELAYS = 8;
/** The handshake is looked for in this many packets of a connection. */
const HANDSHAKE_PACKETS = 16;

interface Handshake {
  synUs: number;
  /** The opener's SYN to the answer, and the answer to the opener's acknowledgement: the two sides of the capture. */
  toAnswererUs: number;
  toOpenerUs: number;
}

export class PathDissector {
  readonly #directions: readonly [Direction, Direction] = [new Direction(), new Direction()];
  readonly #sack = new Uint32Array(8);
  readonly #twice = new RecordedTwice();
  /** Where the path's other connections say the capture was taken, by direction. */
  #fallback: readonly [CapturePlace, CapturePlace] = ["unknown", "unknown"];

  dissect(open: OpenPath, log: PacketLog): Path {
    const { positions, order } = inTimeOrder(open.chain, log);
    const { starts, members } = byConnection(order, positions, log, open.connections.length);
    const transfers: [Transfer[], Transfer[]] = [[], []];
    this.#fallback = fallbackPlaces(open, starts, members, positions, log);
    for (const connection of open.connections) {
      const list = members.subarray(starts[connection.number]!, starts[connection.number + 1]!);
      for (const transfer of this.#follow(connection, list, positions, log))
        transfers[transfer.from].push(transfer);
    }
    return {
      addresses: open.addresses,
      part: open.part,
      connections: open.connections,
      transfers,
      startUs: order.length > 0 ? log.timeUs[positions[order[0]!]!]! : 0,
      packets: order.length,
    };
  }

  #follow(connection: Connection, list: Int32Array, positions: Int32Array, log: PacketLog): Transfer[] {
    const handshake = handshakeOf(connection, list, positions, log);
    this.#reset(connection, handshake, list, positions, log);
    this.#twice.reset();
    for (const index of list) this.#step(index, positions, log);
    const found: Transfer[] = [];
    for (const from of [0, 1] as const) {
      const direction = this.#directions[from];
      if (direction.rows.count === 0) continue;
      found.push(this.#conclude(connection, from, handshake));
    }
    return found;
  }

  #reset(
    connection: Connection,
    handshake: Handshake,
    list: Int32Array,
    positions: Int32Array,
    log: PacketLog,
  ): void {
    const [low, high] = connection.ends;
    const bothScale = (low.windowScale ?? -1) >= 0 && (high.windowScale ?? -1) >= 0;
    const seen = low.synSeen && high.synSeen;
    const limit = segmentLimit(connection, list, positions, log);
    const first = firstSequences(connection, list, positions, log);
    for (const from of [0, 1] as const) {
      const receiver = connection.ends[1 - from]!;
      const scale = !seen ? undefined : bothScale ? receiver.windowScale! : 0;
      const upstreamUs = connection.opener === from ? handshake.toOpenerUs : handshake.toAnswererUs;
      this.#directions[from].reset(
        first[from],
        limit,
        scale,
        Number.isNaN(upstreamUs) ? 0 : Math.max(0, upstreamUs),
      );
    }
  }

  /** Feeds one packet: its acknowledgement to the other direction, its data to its own. */
  #step(index: number, positions: Int32Array, log: PacketLog): void {
    const at = positions[index]!;
    const flags = log.flags[at]!;
    const from = flags & FROM_HIGH ? 1 : 0;
    const own = this.#directions[from];
    const opposite = this.#directions[1 - from]!;
    const timeUs = log.timeUs[at]!;
    const length = log.payloadBytes[at]!;
    const hasTimestamps = (flags & HAS_TIMESTAMPS) !== 0;
    if (flags & TCP_RST) return;
    if (flags & TCP_ACK) {
      let blocks = 0;
      for (let next = index + 1; next < positions.length && blocks < 4; next++) {
        const more = positions[next]!;
        if (!(log.flags[more]! & SACK_RECORD)) break;
        this.#sack[2 * blocks] = log.sequence[more]!;
        this.#sack[2 * blocks++ + 1] = log.acknowledgement[more]!;
        if (!(log.flags[more]! & SECOND_SACK_BLOCK)) break;
        this.#sack[2 * blocks] = log.timestampValue[more]!;
        this.#sack[2 * blocks++ + 1] = log.timestampEcho[more]!;
      }
      const isSyn = (flags & TCP_SYN) !== 0;
      const acknowledgement = log.acknowledgement[at]!;
      const echo = log.timestampEcho[at]!;
      opposite.onAcknowledgement(
        timeUs,
        acknowledgement,
        log.window[at]!,
        echo,
        hasTimestamps,
        this.#sack,
        blocks,
        isSyn,
      );
      if (length > 0) opposite.onOppositeData(acknowledgement, (log.sequence[at]! + length) >>> 0);
    }
    if (length > 0 && this.#twice.isRepeated(at, from, log)) return;
    if (length === 0) {
      if (!(flags & (TCP_SYN | TCP_FIN))) own.onEmpty(log.sequence[at]!);
      return;
    }
    const sequence = flags & TCP_SYN ? (log.sequence[at]! + 1) >>> 0 : log.sequence[at]!;
    own.onData(
      timeUs,
      sequence,
      length,
      log.ipBytes[at]!,
      log.acknowledgement[at]!,
      log.timestampValue[at]!,
      hasTimestamps,
    );
  }

  #conclude(connection: Connection, from: 0 | 1, handshake: Handshake): Transfer {
    const direction = this.#directions[from];
    const openerSends = connection.opener === from;
    const downHandshake = openerSends ? handshake.toAnswererUs : handshake.toOpenerUs;
    const upHandshake = openerSends ? handshake.toOpenerUs : handshake.toAnswererUs;
    const downstreamRttUs = smaller(direction.minimumDelayUs, downHandshake);
    const upstreamRttUs = smaller(this.#directions[1 - from]!.minimumDelayUs, upHandshake);
    const own = placeOf(downstreamRttUs, upstreamRttUs);
    const known = own === "unknown" ? this.#fallback[from] : own;
    const place = known === "unknown" ? placeByLosses(direction) : known;
    const roundTrip =
      (Number.isNaN(downstreamRttUs) ? 0 : downstreamRttUs) +
      (Number.isNaN(upstreamRttUs) ? 0 : upstreamRttUs);
    const tally = decideOutcomes(direction, place, downstreamRttUs, roundTrip);
    settleDelays(direction);
    placeHoles(direction, roundTrip);
    const { rows } = direction;
    if (place === "receiver") {
      rows.delayUs.fill(Number.NaN, 0, rows.count);
      fillOneWayDelays(rows);
    } else if (direction.strongDelays >= ENOUGH_STRONG_DELAYS) {
      for (let row = 0; row < rows.count; row++) if (rows.weakDelay[row]) rows.delayUs[row] = Number.NaN;
    }
    return summarise(direction, { connection, from, place, downstreamRttUs, upstreamRttUs, ...tally });
  }
}

function smaller(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : Math.min(a, b);
}

function placeOf(downstreamRttUs: number, upstreamRttUs: number): CapturePlace {
  const share = downstreamRttUs / (downstreamRttUs + upstreamRttUs);
  if (Number.isNaN(share)) return "unknown";
  if (share >= AT_SENDER_SHARE) return "sender";
  return share <= AT_RECEIVER_SHARE ? "receiver" : "between";
}

/** The capture's place as the first whole handshake of the path tells it: one capture, one place. */
function fallbackPlaces(
  open: OpenPath,
  starts: Int32Array,
  members: Int32Array,
  positions: Int32Array,
  log: PacketLog,
): [CapturePlace, CapturePlace] {
  for (const connection of open.connections) {
    if (connection.opener === undefined) continue;
    const list = members.subarray(starts[connection.number]!, starts[connection.number + 1]!);
    const { toAnswererUs, toOpenerUs } = handshakeOf(connection, list, positions, log);
    const ofOpener = placeOf(toAnswererUs, toOpenerUs);
    if (ofOpener === "unknown") continue;
    const ofAnswerer = placeOf(toOpenerUs, toAnswererUs);
    return connection.opener === 0 ? [ofOpener, ofAnswerer] : [ofAnswerer, ofOpener];
  }
  return ["unknown", "unknown"];
}

/** Losses tell the place too: before the receiver they leave gaps, behind the sender copies of what was seen. */
function placeByLosses({ units }: Direction): CapturePlace {
  let gaps = 0;
  let copies = 0;
  for (let unit = 0; unit < units.count; unit++) {
    if (units.wasHole[unit]) {
      if (units.firstRow[unit]! >= 0) gaps++;
    } else if (units.copies[unit]! > 1) copies++;
  }
  if (gaps >= MIN_PLACE_LOSSES && gaps > CLEAR_MAJORITY * copies) return "receiver";
  return copies >= MIN_PLACE_LOSSES && copies > CLEAR_MAJORITY * gaps ? "sender" : "unknown";
}

/** The packets of each connection, in order of time: members[starts[c], starts[c + 1]). */
function byConnection(
  order: Int32Array,
  positions: Int32Array,
  log: PacketLog,
  connections: number,
): { starts: Int32Array; members: Int32Array } {
  const starts = new Int32Array(connections + 1);
  for (const index of order) starts[log.connection[positions[index]!]! + 1]!++;
  for (let c = 0; c < connections; c++) starts[c + 1]! += starts[c]!;
  if (connections === 1) return { starts, members: order };
  const members = new Int32Array(order.length);
  const next = starts.slice(0, connections);
  for (const index of order) members[next[log.connection[positions[index]!]!]!++] = index;
  return { starts, members };
}

/** First sequence number of data of each end, where its SYN is among these packets and not in an earlier part. */
function firstSequences(
  connection: Connection,
  list: Int32Array,
  positions: Int32Array,
  log: PacketLog,
): [number | undefined, number | undefined] {
  const first: [number | undefined, number | undefined] = [undefined, undefined];
  const look = Math.min(list.length, HANDSHAKE_PACKETS);
  for (let i = 0; i < look; i++) {
    const at = positions[list[i]!]!;
    const flags = log.flags[at]!;
    if (!(flags & TCP_SYN)) continue;
    const from = flags & FROM_HIGH ? 1 : 0;
    const { synSequence } = connection.ends[from];
    if (log.sequence[at] === synSequence) first[from] = (synSequence + 1) >>> 0;
  }
  return first;
}

/** Times of the three-way handshake; NaN where a part of it was not captured or was repeated. */
function handshakeOf(
  connection: Connection,
  list: Int32Array,
  positions: Int32Array,
  log: PacketLog,
): Handshake {
  const handshake: Handshake = { synUs: Number.NaN, toAnswererUs: Number.NaN, toOpenerUs: Number.NaN };
  if (connection.opener === undefined) return handshake;
  const openerBit = connection.opener === 1 ? FROM_HIGH : 0;
  let answerUs = Number.NaN;
  let repeated = false;
  const look = Math.min(list.length, HANDSHAKE_PACKETS);
  for (let i = 0; i < look; i++) {
    const at = positions[list[i]!]!;
    const flags = log.flags[at]!;
    const timeUs = log.timeUs[at]!;
    const byOpener = (flags & FROM_HIGH) === openerBit;
    if (flags & TCP_SYN) {
      if (byOpener) {
        if (!Number.isNaN(handshake.synUs)) repeated = true;
        handshake.synUs = timeUs;
      } else {
        if (!Number.isNaN(answerUs)) repeated = true;
        else if (!repeated) handshake.toAnswererUs = timeUs - handshake.synUs;
        answerUs = timeUs;
      }
    } else if (byOpener && flags & TCP_ACK && !Number.isNaN(answerUs)) {
      if (!repeated) handshake.toOpenerUs = timeUs - answerUs;
      break;
    }
  }
  return handshake;
}

/** Largest payload that the MSS options of both ends allow; 0 when they were not seen. */
function segmentLimit(
  connection: Connection,
  list: Int32Array,
  positions: Int32Array,
  log: PacketLog,
): number {
  const sizes = connection.ends.map((end) => end.maximumSegment).filter((size) => size > 0);
  if (sizes.length === 0) return 0;
  const look = Math.min(list.length, 8);
  let timestamps = false;
  for (let i = 0; i < look; i++) {
    const flags = log.flags[positions[list[i]!]!]!;
    if (!(flags & TCP_SYN)) timestamps = (flags & HAS_TIMESTAMPS) !== 0;
  }
  return Math.max(64, Math.min(...sizes) - (timestamps ? TIMESTAMP_BYTES : 0));
}
