/**
 * Follows one direction of one connection, packet by packet in order of time: what was sent, which copy of it, when it
 * was acknowledged, how long that took, and what held the sender back. `outcomes.ts` decides afterwards.
 * One object serves all directions in turn. Bounds: a hole is cut in at most MAX_HOLE_PACKETS units.
 */
import { grown } from "../base/columns.ts";
import { unwrapSequence } from "../base/sequence.ts";
import { RowColumns } from "./row-columns.ts";
import { BY_CUMULATIVE, BY_SACK, UnitIndex } from "./unit-index.ts";

/** 16 MB of Ethernet-sized segments: the largest window without a scale above 8. */
const MAX_HOLE_PACKETS = 12_000;
/** Segments (answers to requests) that are told apart; later ones count to the last. */
export const MAX_SEGMENTS = 10_000;
/** TCP payload of a full packet on Ethernet with timestamps, for captures without a handshake. */
const USUAL_SEGMENT_BYTES = 1448;
/** An answer cannot come sooner than the sender's side of the round trip; some slack for jitter. */
const ANSWER_RTT_SHARE = 0.8;

export interface SegmentTally {
  startUs: number;
  lastSentUs: number;
  endUs: number;
  idleUs: number;
  windowLimitedUs: number;
  longestStallUs: number;
  deliveryFrom: number;
}

export class Direction {
  readonly rows = new RowColumns();
  readonly units = new UnitIndex();
  /** Delivery as acknowledgements tell it. */
  deliveryUs = new Float64Array(1024);
  deliveredBytes = new Float64Array(1024);
  deliveries = 0;
  segments: SegmentTally[] = [];
  keepAlives = 0;
  maximumPayload = 0;
  /** Data before the capture's first byte of this direction. */
  earlierData = 0;
  strongDelays = 0;
  minimumDelayUs = Number.NaN;

  #segmentLimit = USUAL_SEGMENT_BYTES;
  #started = false;
  #base = 0;
  #highest = 0;
  #acknowledged = 0;
  #firstOpen = 0;
  #delivered = 0;
  #rightEdge = Number.POSITIVE_INFINITY;
  #windowScale = 0;
  #lastEventUs = 0;
  #lastProgressUs = 0;
  #requestUs = Number.NaN;
  #upstreamRttUs = 0;

  /**
   * @param sequence first sequence number of data when the SYN was seen, else undefined
   * @param segmentLimit largest payload by the MSS options, 0 when unknown
   * @param windowScale shift of the receiver's window; 0 when there is none; undefined when its SYN was not seen
   * @param upstreamRttUs from the capture to the sender and back as the handshake showed it, 0 when unknown
   */
  reset(
    sequence: number | undefined,
    segmentLimit: number,
    windowScale: number | undefined,
    upstreamRttUs: number,
  ): void {
    this.rows.reset();
    this.units.reset();
    this.deliveries = 0;
    this.segments = [];
    this.keepAlives = 0;
    this.maximumPayload = 0;
    this.earlierData = 0;
    this.strongDelays = 0;
    this.minimumDelayUs = Number.NaN;
    this.#segmentLimit = segmentLimit;
    this.#started = sequence !== undefined;
    this.#base = sequence ?? 0;
    this.#highest = this.#base;
    this.#acknowledged = this.#base;
    this.#firstOpen = 0;
    this.#delivered = 0;
    this.#rightEdge = Number.POSITIVE_INFINITY;
    this.#windowScale = windowScale ?? -1;
    this.#lastEventUs = 0;
    this.#requestUs = Number.NaN;
    this.#upstreamRttUs = upstreamRttUs;
  }

  get base(): number {
    return this.#base;
  }

  /** A data packet of this direction. */
  onData(
    timeUs: number,
    wireSequence: number,
    length: number,
    ipBytes: number,
    timestamp: number,
    hasTimestamp: boolean,
  ): void {
    if (!this.#started) {
      this.#started = true;
      this.#base = wireSequence;
      this.#highest = wireSequence;
      this.#acknowledged = wireSequence;
    }
    let start = unwrapSequence(wireSequence, this.#highest);
    const end = start + length;
    if (length <= 1 && end === this.#highest && this.units.count > 0) {
      this.keepAlives++;
      return;
    }
    this.#advance(timeUs);
    if (length > this.maximumPayload) this.maximumPayload = length;
    const header = ipBytes - length;
    if (end <= this.#base) {
      this.earlierData++;
      this.rows.add(timeUs, ipBytes, length, -1, timestamp, hasTimestamp);
      return;
    }
    let overhead = header;
    while (start < Math.min(end, this.#highest)) {
      start = this.#addCopy(timeUs, start, Math.min(end, this.#highest), overhead, timestamp, hasTimestamp);
      overhead = 0;
    }
    if (start >= end) return;
    this.#beginSegment(timeUs);
    if (start > this.#highest) this.#addHole(timeUs, this.#highest, start, header);
    if (this.#highest <= this.#acknowledged) this.#lastProgressUs = timeUs;
    const limit = this.#limitFor(length);
    while (start < end) {
      const pieceEnd = Math.min(end, start + limit);
      const row = this.rows.count;
      const unit = this.units.add(start, pieceEnd, row, this.segments.length - 1);
      this.rows.add(timeUs, header + pieceEnd - start, pieceEnd - start, unit, timestamp, hasTimestamp);
      start = pieceEnd;
    }
    this.#highest = end;
    this.segments[this.segments.length - 1]!.lastSentUs = timeUs;
  }

  /** Segmentation offload shows packets that no network carries: they are cut to what the MSS allows. */
  #limitFor(length: number): number {
    if (this.#segmentLimit > 0) return this.#segmentLimit;
    return length > 9000 ? USUAL_SEGMENT_BYTES : Number.POSITIVE_INFINITY;
  }

  /** Another copy of data below the highest sequence; returns where the next unit begins. */
  #addCopy(
    timeUs: number,
    start: number,
    end: number,
    overhead: number,
    timestamp: number,
    hasTimestamp: boolean,
  ): number {
    const { units, rows } = this;
    const unit = units.find(start);
    if (unit < 0) {
      rows.add(timeUs, overhead + end - start, end - start, -1, timestamp, hasTimestamp);
      return end;
    }
    const pieceEnd = Math.min(end, units.end[unit]!);
    const row = rows.add(
      timeUs,
      overhead + pieceEnd - start,
      pieceEnd - start,
      unit,
      timestamp,
      hasTimestamp,
    );
    const last = units.lastRow[unit]!;
    if (last >= 0) rows.nextCopy[last] = row;
    else units.firstRow[unit] = row;
    units.lastRow[unit] = row;
    if (units.copies[unit]! < 65_535) units.copies[unit]!++;
    return pieceEnd;
  }

  /** Data that the capture did not see: lost before it, reordered, or missed by it. */
  #addHole(timeUs: number, from: number, to: number, header: number): void {
    const nominal = Math.max(this.maximumPayload, 1);
    const size = (to - from) / nominal > MAX_HOLE_PACKETS ? to - from : nominal;
    for (let start = from; start < to; ) {
      const end = Math.min(to, start + size);
      const unit = this.units.add(start, end, -1, this.segments.length - 1);
      const row = this.rows.add(timeUs, header + Math.min(end - start, nominal), end - start, unit, 0, false);
      this.rows.imputed[row] = 1;
      start = end;
    }
    this.#highest = to;
  }

  /** Something that the other side sent as data: a request, if it has received all that was sent. */
  onOppositeData(timeUs: number, wireAcknowledgement: number): void {
    if (!this.#started || this.units.count === 0) return;
    if (
      unwrapSequence(wireAcknowledgement, this.#highest) >= this.#highest &&
      Number.isNaN(this.#requestUs)
    ) {
      this.#requestUs = timeUs;
    }
  }

  #beginSegment(timeUs: number): void {
    const asked =
      !Number.isNaN(this.#requestUs) && timeUs - this.#requestUs >= ANSWER_RTT_SHARE * this.#upstreamRttUs;
    this.#requestUs = Number.NaN;
    if (this.segments.length > 0 && (!asked || this.segments.length >= MAX_SEGMENTS)) return;
    this.segments.push({
      startUs: timeUs,
      lastSentUs: timeUs,
      endUs: timeUs,
      idleUs: 0,
      windowLimitedUs: 0,
      longestStallUs: 0,
      deliveryFrom: this.deliveries,
    });
  }

  /** A packet of the other side: its acknowledgement, up to four SACK blocks (unwrapped by us), its window. */
  onAcknowledgement(
    timeUs: number,
    wireAcknowledgement: number,
    window: number,
    echo: number,
    hasEcho: boolean,
    sack: Uint32Array,
    sackBlocks: number,
    isSyn: boolean,
  ): void {
    if (!this.#started) return;
    this.#advance(timeUs);
    const acknowledgement = unwrapSequence(wireAcknowledgement, this.#acknowledged);
    const { units } = this;
    if (acknowledgement > this.#highest && acknowledgement - this.#highest > 1)
      this.#acknowledgeUnseen(timeUs, acknowledgement);
    let newlyCovered = 0;
    let lastNew = -1;
    let bytes = 0;
    if (acknowledgement > this.#acknowledged) {
      let unit = this.#firstOpen;
      while (unit < units.count && units.end[unit]! <= acknowledgement) {
        if (units.nextOpen(unit) === unit) {
          units.acknowledge(unit, timeUs, BY_CUMULATIVE, echo, hasEcho);
          bytes += units.end[unit]! - units.start[unit]!;
          newlyCovered++;
          lastNew = unit;
        }
        unit++;
      }
      this.#firstOpen = unit;
      this.#acknowledged = acknowledgement;
    }
    if (lastNew >= 0) this.#sampleDelay(lastNew, timeUs, newlyCovered < 2);
    if (sackBlocks > 0) bytes += this.#onSack(timeUs, acknowledgement, echo, hasEcho, sack, sackBlocks);
    const scale = isSyn ? 0 : this.#windowScale;
    this.#rightEdge = scale < 0 ? Number.POSITIVE_INFINITY : acknowledgement + window * 2 ** scale;
    if (bytes > 0) this.#progress(timeUs, bytes);
  }

  #onSack(
    timeUs: number,
    acknowledgement: number,
    echo: number,
    hasEcho: boolean,
    sack: Uint32Array,
    blocks: number,
  ): number {
    const { units } = this;
    let bytes = 0;
    let highestNew = -1;
    for (let block = 0; block < blocks; block++) {
      const left = unwrapSequence(sack[2 * block]!, this.#acknowledged);
      const right = unwrapSequence(sack[2 * block + 1]!, this.#acknowledged);
      if (right <= left) continue;
      if (block === 0 && this.#isDuplicateReport(left, right, acknowledgement, sack, blocks)) {
        for (
          let unit = units.find(left);
          unit >= 0 && unit < units.count && units.end[unit]! <= right;
          unit++
        ) {
          if (units.start[unit]! >= left && units.duplicates[unit]! < 255) units.duplicates[unit]!++;
        }
        continue;
      }
      let unit = units.find(left);
      if (unit < 0 || units.start[unit]! < left) unit++;
      for (
        unit = units.nextOpen(unit);
        unit < units.count && units.end[unit]! <= right;
        unit = units.nextOpen(unit + 1)
      ) {
        units.acknowledge(unit, timeUs, BY_SACK, echo, hasEcho);
        bytes += units.end[unit]! - units.start[unit]!;
        if (unit > highestNew) highestNew = unit;
      }
    }
    if (highestNew >= 0) this.#sampleDelay(highestNew, timeUs, false);
    return bytes;
  }

  /** RFC 2883: the first block reports a duplicate when it lies below the acknowledgement or inside the second. */
  #isDuplicateReport(
    left: number,
    right: number,
    acknowledgement: number,
    sack: Uint32Array,
    blocks: number,
  ): boolean {
    if (right <= acknowledgement) return true;
    if (blocks < 2) return false;
    const outerLeft = unwrapSequence(sack[2]!, this.#acknowledged);
    const outerRight = unwrapSequence(sack[3]!, this.#acknowledged);
    return left >= outerLeft && right <= outerRight;
  }

  /** Data that nobody saw but the receiver has: missed by the capture. */
  #acknowledgeUnseen(timeUs: number, acknowledgement: number): void {
    if (this.units.count === 0 && this.rows.count === 0) {
      this.#base = acknowledgement;
      this.#highest = acknowledgement;
      return;
    }
    if (acknowledgement - this.#highest > MAX_HOLE_PACKETS * USUAL_SEGMENT_BYTES) return;
    this.#addHole(timeUs, this.#highest, acknowledgement, 52);
  }

  #sampleDelay(unit: number, timeUs: number, weak: boolean): void {
    const row = this.units.firstRow[unit]!;
    if (row < 0 || this.units.copies[unit] !== 1 || this.rows.imputed[row]) return;
    const delayUs = timeUs - this.rows.timeUs[row]!;
    if (delayUs < 0) return;
    this.rows.delayUs[row] = delayUs;
    this.rows.weakDelay[row] = weak ? 1 : 0;
    if (!weak) this.strongDelays++;
    if (!(delayUs >= this.minimumDelayUs)) this.minimumDelayUs = delayUs;
  }

  #progress(timeUs: number, bytes: number): void {
    this.#delivered += bytes;
    const at = this.deliveries++;
    if (at >= this.deliveryUs.length) {
      this.deliveryUs = grown(this.deliveryUs, 2 * at);
      this.deliveredBytes = grown(this.deliveredBytes, 2 * at);
    }
    this.deliveryUs[at] = timeUs;
    this.deliveredBytes[at] = this.#delivered;
    const segment = this.segments[this.segments.length - 1];
    if (segment) {
      segment.endUs = timeUs;
      segment.longestStallUs = Math.max(segment.longestStallUs, timeUs - this.#lastProgressUs);
    }
    this.#lastProgressUs = timeUs;
  }

  /** Accounts the time since the last event to what held the sender back. */
  #advance(timeUs: number): void {
    const segment = this.segments[this.segments.length - 1];
    const spentUs = timeUs - this.#lastEventUs;
    if (segment && spentUs > 0) {
      if (this.#highest <= this.#acknowledged) segment.idleUs += spentUs;
      else if (this.#rightEdge - this.#highest < this.maximumPayload) segment.windowLimitedUs += spentUs;
    }
    this.#lastEventUs = timeUs;
  }

  /** Time since the last progress while data are outstanding, at the end of the capture or connection. */
  pendingStallUs(): number {
    return this.#highest > this.#acknowledged ? this.#lastEventUs - this.#lastProgressUs : 0;
  }
}
