/**
 * Sums a followed direction up into the Transfer record: rows without void ones, delivery, and its segments.
 */
import type { Connection } from "./connection.ts";
import type { Direction } from "./direction.ts";
import type { CapturePlace, DataRows, Delivery, Segment, Transfer } from "./transfer.ts";
import { DELIVERED, LOST, VOID } from "./transfer.ts";
import { BY_NOTHING } from "./unit-index.ts";

interface Surroundings {
  readonly connection: Connection;
  readonly from: 0 | 1;
  readonly place: CapturePlace;
  readonly downstreamRttUs: number;
  readonly upstreamRttUs: number;
  readonly missed: number;
  readonly reordered: number;
}

export function summarise(direction: Direction, around: Surroundings): Transfer {
  const rows = keepRows(direction);
  const segments: Segment[] = [];
  const delivery = around.place === "receiver" ? arrivals(direction) : acknowledged(direction);
  const tallies = direction.answers.segments;
  const bytes = payloadBytes(direction, tallies.length);
  const sums = sumRows(rows, tallies.length);
  const unanswered = unansweredCopies(direction, tallies.length);
  let deliveryAt = 0;
  for (let index = 0; index < tallies.length; index++) {
    const tally = tallies[index]!;
    const next = tallies[index + 1];
    const from = deliveryAt;
    while (deliveryAt < delivery.count && (!next || delivery.timeUs[deliveryAt]! < next.startUs))
      deliveryAt++;
    const isLast = index === tallies.length - 1;
    const arrivalEndUs = deliveryAt > from ? delivery.timeUs[deliveryAt - 1]! : tally.lastSentUs;
    segments.push({
      index,
      deliveryFrom: from,
      deliveryTo: deliveryAt,
      startUs: tally.startUs,
      endUs: Math.max(
        tally.startUs,
        around.place === "receiver" ? arrivalEndUs : Math.max(tally.endUs, arrivalEndUs),
      ),
      payloadBytes: bytes[index]!,
      dataPackets: sums.packets[index]!,
      lostPackets: sums.lost[index]!,
      idleUs: tally.idleUs,
      windowLimitedUs: tally.windowLimitedUs,
      longestStallUs: Math.max(tally.longestStallUs, isLast ? direction.pendingStallUs() : 0),
      unansweredCopies: unanswered[index]!,
    });
  }
  return {
    connection: around.connection,
    from: around.from,
    place: around.place,
    rows,
    delivery,
    segments,
    downstreamRttUs: around.downstreamRttUs,
    upstreamRttUs: around.upstreamRttUs,
    maximumPayload: direction.maximumPayload,
    missedPackets: around.missed,
    reorderedPackets: around.reordered,
    keepAlives: direction.keepAlives,
  };
}

function keepRows(direction: Direction): DataRows {
  const { rows, units, base } = direction;
  let count = 0;
  for (let row = 0; row < rows.count; row++) if (rows.outcome[row] !== VOID) count++;
  const kept = {
    count,
    timeUs: new Float64Array(count),
    ipBytes: new Uint32Array(count),
    payloadBytes: new Uint32Array(count),
    outcome: new Uint8Array(count),
    delayUs: new Float64Array(count),
    segment: new Uint16Array(count),
    offset: new Float64Array(count),
  };
  let to = 0;
  for (const row of inTime(direction)) {
    if (rows.outcome[row] === VOID) continue;
    const unit = rows.unit[row]!;
    kept.timeUs[to] = rows.timeUs[row]!;
    kept.ipBytes[to] = rows.ipBytes[row]!;
    kept.payloadBytes[to] = rows.payloadBytes[row]!;
    kept.outcome[to] = rows.outcome[row]!;
    kept.delayUs[to] = rows.delayUs[row]!;
    kept.segment[to] = unit >= 0 ? units.segment[unit]! : to > 0 ? kept.segment[to - 1]! : 0;
    kept.offset[to] = unit < 0 ? 0 : rows.from[row]! - base;
    to++;
  }
  return kept;
}

/** Rows by time: those of gaps were added when the gap showed. */
function inTime({ rows }: Direction): Int32Array {
  const order = new Int32Array(rows.count);
  for (let row = 0; row < rows.count; row++) order[row] = row;
  const { timeUs } = rows;
  for (let row = 1; row < rows.count; row++) {
    if (timeUs[row]! < timeUs[row - 1]!) return order.sort((a, b) => timeUs[a]! - timeUs[b]! || a - b);
  }
  return order;
}

/** Bytes that were sent, each once, by segment; holes that nobody saw and nobody acknowledged are none. */
function payloadBytes(direction: Direction, segments: number): Float64Array {
  const { units } = direction;
  const bytes = new Float64Array(segments);
  for (let unit = 0; unit < units.count; unit++) {
    if (units.firstRow[unit]! < 0 && units.acknowledgedBy[unit] === BY_NOTHING) continue;
    bytes[units.segment[unit]!]! += units.end[unit]! - units.start[unit]!;
  }
  return bytes;
}

interface RowSums {
  readonly packets: Float64Array;
  readonly lost: Float64Array;
}

function sumRows(rows: DataRows, segments: number): RowSums {
  const sums = {
    packets: new Float64Array(segments),
    lost: new Float64Array(segments),
  };
  for (let row = 0; row < rows.count; row++) {
    const segment = rows.segment[row]!;
    if (segment >= segments) continue;
    sums.packets[segment]!++;
    if (rows.outcome[row] === LOST) sums.lost[segment]!++;
  }
  return sums;
}

function acknowledged(direction: Direction): Delivery {
  const { deliveries: count, deliveryUs, deliveredBytes } = direction.answers;
  return {
    count,
    timeUs: deliveryUs.slice(0, count),
    bytes: deliveredBytes.slice(0, count),
  };
}

/** At the receiver a byte has arrived when it is seen; lost rows and holes are none, copies count once. */
function arrivals(direction: Direction): Delivery {
  const { rows, units } = direction;
  const timeUs = new Float64Array(rows.count);
  const bytes = new Float64Array(rows.count);
  const missing = new Float64Array(units.count);
  for (let unit = 0; unit < units.count; unit++) missing[unit] = units.end[unit]! - units.start[unit]!;
  let count = 0;
  let sum = 0;
  for (let row = 0; row < rows.count; row++) {
    const unit = rows.unit[row]!;
    if (unit < 0 || rows.outcome[row] === LOST || rows.outcome[row] === VOID) continue;
    if (rows.imputed[row] && rows.outcome[row] !== DELIVERED) continue;
    const arrived = Math.min(missing[unit]!, rows.payloadBytes[row]!);
    if (arrived === 0) continue;
    missing[unit]! -= arrived;
    sum += arrived;
    timeUs[count] = rows.timeUs[row]!;
    bytes[count++] = sum;
  }
  return { count, timeUs: timeUs.slice(0, count), bytes: bytes.slice(0, count) };
}

/** Copies beyond the first of data that were never acknowledged, by segment. */
function unansweredCopies(direction: Direction, segments: number): Float64Array {
  const { units } = direction;
  const copies = new Float64Array(segments);
  for (let unit = units.count - 1; unit >= 0 && units.acknowledgedBy[unit] === BY_NOTHING; unit--) {
    copies[units.segment[unit]!]! += Math.max(0, units.copies[unit]! - 1);
  }
  return copies;
}
