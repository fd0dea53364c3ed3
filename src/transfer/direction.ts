/**
 * Follows one direction of one connection, packet by packet in order of time: what was sent, which copy of it, when it
 * was acknowledged, how long that took, and what held the sender back. `outcomes.ts` decides afterwards.
 * One object serves all directions in turn. A number that leaps (sequence or acknowledgement) is believed once a second
 * packet confirms it, as RFC 3550, appendix A.1 does it: one broken packet does not spoil the connection.
 * Bounds: MAX_ROWS rows are cut out of packets and holes, beyond that each packet makes a few; a hole is cut in at most
 * MAX_HOLE_PACKETS units.
 */
import { unwrapSequence } from "../base/sequence.ts";
import { Answers } from "./answers.ts";
import {
  BY_ACKNOWLEDGEMENT,
  BY_GAP,
  RowColumns,
  STRONG,
  WEAK,
  WEAK_UNLESS_NEXT_ARRIVED,
} from "./row-columns.ts";
import { SenderView } from "./sender-view.ts";
import { BY_CUMULATIVE, BY_SACK, UnitIndex } from "./unit-index.ts";

/** A packet this close behind another ends the receiver's wait for it. */
const CLOSE_BEHIND_US = 5000;
/** TCP payload of a full packet on Ethernet with timestamps, for captures without a handshake. */
const USUAL_SEGMENT_BYTES = 1448;
/** 17 MB of Ethernet-sized segments: the largest window without a scale above 8. */
const MAX_HOLE_PACKETS = 12_000;
const MAX_HOLE_BYTES = MAX_HOLE_PACKETS * USUAL_SEGMENT_BYTES;
/** Twice what a path's packets can be without holes and overlaps (path-tracker.ts). */
const MAX_ROWS = 2_000_000;
/** Beyond this, without a handshake, a payload is not one packet but several, before segmentation offload. */
const LARGEST_PACKET_PAYLOAD = 9000;
/** A difference of the timestamp option's length (RFC 7323, appendix A) does not make two packets of one. */
const OPTION_SLACK_BYTES = 12;
/** Units that one duplicate report may cover: what offload merges at a receiver (64 kB), of small segments. */
const MAX_DUPLICATE_UNITS = 128;
/** IP and TCP header with timestamps, for packets that nobody saw. */
const USUAL_HEADER_BYTES = 52;

export class Direction {
  readonly rows = new RowColumns();
  readonly units = new UnitIndex();
  readonly answers = new Answers();
  /** Probes of an idle connection or of a closed window. */
  keepAlives = 0;
  maximumPayload = 0;
  /** Data before the capture's first byte of this direction. */
  earlierData = 0;
  strongDelays = 0;
  minimumDelayUs = Number.NaN;
  /** Whether the receiver reported selectively at all. */
  sackSeen = false;

  #segmentLimit = USUAL_SEGMENT_BYTES;
  #started = false;
  #base = 0;
  #highest = 0;
  #acknowledged = 0;
  #firstOpen = 0;
  #rightEdge = Number.POSITIVE_INFINITY;
  #windowScale = 0;
  #lastEventUs = 0;
  #lagUs = 0;
  readonly #view = new SenderView();
  /** Where a leap led that nothing has confirmed yet; NaN without one. */
  #leapEnd = Number.NaN;
  #unseenAcknowledgement = Number.NaN;

  /**
   * @param sequence first sequence number of data when the SYN was seen, else undefined
   * @param segmentLimit largest payload by the MSS options, 0 when unknown
   * @param upstreamRttUs from the capture to the sender and back, as the handshake showed it; 0 when unknown
   * @param windowScale shift of the receiver's window; 0 when there is none; undefined when its SYN was not seen
   */
  reset(
    sequence: number | undefined,
    segmentLimit: number,
    windowScale: number | undefined,
    upstreamRttUs: number,
  ): void {
    this.rows.reset();
    this.units.reset();
    this.answers.reset();
    this.keepAlives = 0;
    this.maximumPayload = 0;
    this.earlierData = 0;
    this.strongDelays = 0;
    this.minimumDelayUs = Number.NaN;
    this.sackSeen = false;
    this.#segmentLimit = segmentLimit;
    this.#started = sequence !== undefined;
    this.#base = sequence ?? 0;
    this.#highest = this.#base;
    this.#acknowledged = this.#base;
    this.#firstOpen = 0;
    this.#rightEdge = Number.POSITIVE_INFINITY;
    this.#windowScale = windowScale ?? -1;
    this.#lastEventUs = 0;
    this.#lagUs = upstreamRttUs;
    this.#view.reset(upstreamRttUs, this.#base);
    this.#leapEnd = Number.NaN;
    this.#unseenAcknowledgement = Number.NaN;
  }

  get base(): number {
    return this.#base;
  }

  /** A data packet of this direction; `wireAcknowledgement` tells whether it can be an answer. */
  onData(
    timeUs: number,
    wireSequence: number,
    length: number,
    ipBytes: number,
    wireAcknowledgement: number,
    timestamp: number,
    hasTimestamp: boolean,
  ): void {
    if (!this.#started) {
      this.#started = true;
      this.#base = wireSequence;
      this.#highest = wireSequence;
      this.#acknowledged = wireSequence;
      this.#view.reset(this.#lagUs, wireSequence);
    }
    let start = unwrapSequence(wireSequence, this.#highest);
    const end = start + length;
    if (length === 1 && this.#isProbe(start)) {
      this.keepAlives++;
      return;
    }
    this.#lastEventUs = timeUs;
    if (end <= this.#base || !this.#isBelieved(start, end)) {
      if (end <= this.#base) this.earlierData++;
      this.rows.add(timeUs, ipBytes, length, -1, start, timestamp, hasTimestamp);
      return;
    }
    if (length > this.maximumPayload) this.maximumPayload = length;
    const limit = this.#limitFor(length);
    const header = Math.max(0, ipBytes - length);
    let overhead = header;
    while (start < end && start < this.#highest) {
      const to = Math.min(end, this.#highest);
      start = this.#addCopy(timeUs, start, to, overhead, timestamp, hasTimestamp);
      overhead = length > limit ? header : 0;
    }
    if (start >= end) return;
    const begins = this.answers.send(timeUs, wireAcknowledgement);
    const segment = this.answers.current!;
    this.#view.sent(timeUs, end, this.#fullPacket(), begins, segment);
    if (this.#highest <= this.#acknowledged) this.answers.startWaiting(timeUs);
    if (start > this.#highest) this.#addHole(timeUs, this.#highest, start, header, BY_GAP);
    while (start < end) {
      const pieceEnd = Math.min(end, start + limit);
      const bytes = pieceEnd - start;
      const unit = this.units.add(start, pieceEnd, this.rows.count, this.answers.segments.length - 1);
      this.rows.add(timeUs, overhead + bytes, bytes, unit, start, timestamp, hasTimestamp);
      overhead = header;
      start = pieceEnd;
    }
    this.#highest = end;
    segment.lastSentUs = timeUs;
    if (this.#unseenAcknowledgement <= end) this.#catchUp(timeUs);
  }

  /** A packet of this direction without data, SYN, FIN or RST. */
  onEmpty(wireSequence: number): void {
    if (this.#started && unwrapSequence(wireSequence, this.#highest) === this.#highest - 1) this.keepAlives++;
  }

  /** One byte that asks whether the other side is still there (RFC 9293, 3.8.4) or has room again (3.8.6.1). */
  #isProbe(start: number): boolean {
    return start === this.#highest
      ? start >= this.#rightEdge
      : start === this.#highest - 1 && this.#highest <= this.#acknowledged;
  }

  #isBelieved(start: number, end: number): boolean {
    if (start - this.#highest <= MAX_HOLE_BYTES) return true;
    const confirmed = Math.abs(start - this.#leapEnd) <= MAX_HOLE_BYTES;
    this.#leapEnd = confirmed ? Number.NaN : end;
    return confirmed;
  }

  /** Segmentation offload shows packets that no network carries: they are cut to what the MSS allows. */
  #limitFor(length: number): number {
    if (this.rows.count >= MAX_ROWS) return Number.POSITIVE_INFINITY;
    const limit = this.#segmentLimit;
    if (limit > 0) return length <= limit + OPTION_SLACK_BYTES ? length : limit;
    return length > LARGEST_PACKET_PAYLOAD ? USUAL_SEGMENT_BYTES : Number.POSITIVE_INFINITY;
  }

  /** Payload of a full packet, as far as it is known. */
  #fullPacket(): number {
    return Math.min(this.maximumPayload, this.#limitFor(this.maximumPayload));
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
    const unitEnd = unit < 0 ? this.#base : units.end[unit]!;
    const pieceEnd = rows.count >= MAX_ROWS ? end : Math.min(end, unitEnd);
    // Before the first byte, or inside a hole that is too large for anything to be told apart in it.
    const isApart = unit < 0 || unitEnd - units.start[unit]! > MAX_HOLE_BYTES;
    const bytes = pieceEnd - start;
    const row = rows.add(
      timeUs,
      overhead + bytes,
      bytes,
      isApart ? -1 : unit,
      start,
      timestamp,
      hasTimestamp,
    );
    if (isApart) return pieceEnd;
    const last = units.lastRow[unit]!;
    if (last >= 0) rows.nextCopy[last] = row;
    else units.firstRow[unit] = row;
    units.lastRow[unit] = row;
    if (units.copies[unit]! < 65_535) units.copies[unit]!++;
    return pieceEnd;
  }

  /** Data that the capture did not see: lost before it, reordered, or missed by it. */
  #addHole(timeUs: number, from: number, to: number, header: number, told: number): void {
    const nominal = Math.max(this.#fullPacket(), 1);
    const size = this.#holeUnit(to - from, nominal);
    for (let start = from; start < to; ) {
      const end = Math.min(to, start + size);
      const unit = this.units.add(start, end, -1, this.answers.segments.length - 1);
      const ipBytes = header + Math.min(end - start, nominal);
      const row = this.rows.add(timeUs, ipBytes, end - start, unit, start, 0, false);
      this.rows.imputed[row] = told;
      start = end;
    }
    this.#highest = to;
  }

  #holeUnit(bytes: number, nominal: number): number {
    if (bytes > MAX_HOLE_BYTES || this.rows.count >= MAX_ROWS) return bytes;
    return Math.max(nominal, Math.ceil(bytes / MAX_HOLE_PACKETS));
  }

  /**
   * Something that the other side sent as data, up to the sequence number `wireEnd` of its own: a request, if it has
   * received all that was sent.
   */
  onOppositeData(wireAcknowledgement: number, wireEnd: number): void {
    if (!this.#started || this.units.count === 0) return;
    if (unwrapSequence(wireAcknowledgement, this.#highest) >= this.#highest) this.answers.request(wireEnd);
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
    this.#lastEventUs = timeUs;
    const acknowledgement = unwrapSequence(wireAcknowledgement, this.#acknowledged);
    // One more than what was sent is the FIN's.
    if (acknowledgement > this.#highest + 1) {
      if (!this.#coverUnseen(timeUs, acknowledgement)) return;
    } else this.#unseenAcknowledgement = Number.NaN;
    let bytes = this.#cover(timeUs, acknowledgement, echo, hasEcho, true);
    if (sackBlocks > 0) bytes += this.#onSack(timeUs, acknowledgement, echo, hasEcho, sack, sackBlocks);
    const scale = isSyn ? 0 : this.#windowScale;
    this.#rightEdge =
      scale < 0 && window > 0 ? Number.POSITIVE_INFINITY : acknowledgement + window * 2 ** Math.max(scale, 0);
    this.#view.acknowledged(timeUs, acknowledgement, this.#rightEdge, this.answers.current);
    if (bytes > 0) this.answers.delivered(timeUs, bytes);
  }

  /** Everything below is acknowledged; returns how many bytes newly are. */
  #cover(timeUs: number, acknowledgement: number, echo: number, hasEcho: boolean, sample: boolean): number {
    if (acknowledgement <= this.#acknowledged) return 0;
    const { units } = this;
    let newlyCovered = 0;
    let lastNew = -1;
    let bytes = 0;
    let repaired = false;
    let unit = this.#firstOpen;
    while (unit < units.count && units.end[unit]! <= acknowledgement) {
      if (units.nextOpen(unit) === unit) {
        units.acknowledge(unit, timeUs, BY_CUMULATIVE, echo, hasEcho);
        bytes += units.end[unit]! - units.start[unit]!;
        newlyCovered++;
        lastNew = unit;
        // Data behind a loss waits at the receiver until the loss is repaired: its delay is not the path's.
        if (units.copies[unit] !== 1) repaired = true;
      }
      unit++;
    }
    this.#firstOpen = unit;
    this.#acknowledged = acknowledgement;
    if (sample && lastNew >= 0 && !repaired) this.#sampleDelay(lastNew, timeUs, newlyCovered < 2);
    return bytes;
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
    this.sackSeen = true;
    let bytes = 0;
    let highestNew = -1;
    for (let block = 0; block < blocks; block++) {
      const left = unwrapSequence(sack[2 * block]!, this.#acknowledged);
      const right = unwrapSequence(sack[2 * block + 1]!, this.#acknowledged);
      if (right <= left) continue;
      let unit = units.find(left);
      if (unit < 0 || units.start[unit]! < left) unit++;
      if (block === 0 && this.#isDuplicateReport(left, right, acknowledgement, sack, blocks)) {
        const last = Math.min(units.count, unit + MAX_DUPLICATE_UNITS);
        for (; unit < last && units.end[unit]! <= right; unit++) {
          if (units.duplicates[unit]! < 255) units.duplicates[unit]!++;
        }
        continue;
      }
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

  /**
   * Data that nobody saw but the receiver has: missed by the capture, or captured behind their acknowledgement.
   * Believed when two packets say so; until then catchUp waits for the data.
   */
  #coverUnseen(timeUs: number, acknowledgement: number): boolean {
    const confirmed = Math.abs(acknowledgement - this.#unseenAcknowledgement) <= MAX_HOLE_BYTES;
    this.#unseenAcknowledgement = confirmed ? Number.NaN : acknowledgement;
    if (!confirmed) return false;
    if (this.units.count === 0) {
      this.#base = acknowledgement;
      this.#highest = acknowledgement;
      return true;
    }
    this.#addHole(timeUs, this.#highest, acknowledgement, USUAL_HEADER_BYTES, BY_ACKNOWLEDGEMENT);
    return true;
  }

  /** The data of an acknowledgement that came before them, by the capture's clock, have come. */
  #catchUp(timeUs: number): void {
    const bytes = this.#cover(timeUs, this.#unseenAcknowledgement, 0, false, false);
    this.#unseenAcknowledgement = Number.NaN;
    if (bytes > 0) this.answers.delivered(timeUs, bytes);
  }

  #sampleDelay(unit: number, timeUs: number, weak: boolean): void {
    const row = this.units.firstRow[unit]!;
    if (row < 0 || this.units.copies[unit] !== 1 || this.rows.imputed[row]) return;
    const delayUs = timeUs - this.rows.timeUs[row]!;
    if (delayUs < 0) return;
    // A receiver delays its answer to one packet only until the next one comes (RFC 5681, section 4.2).
    const nextRow = unit + 1 < this.units.count ? this.units.firstRow[unit + 1]! : -1;
    const closeBehind =
      nextRow >= 0 && this.rows.timeUs[nextRow]! - this.rows.timeUs[row]! <= CLOSE_BEHIND_US;
    this.rows.delayUs[row] = delayUs;
    this.rows.weakDelay[row] = !weak ? STRONG : closeBehind ? WEAK_UNLESS_NEXT_ARRIVED : WEAK;
    if (!weak) this.strongDelays++;
    if (!(delayUs >= this.minimumDelayUs)) this.minimumDelayUs = delayUs;
  }

  /** Time since the last progress while data are outstanding, at the end of the capture or connection. */
  pendingStallUs(): number {
    return this.#highest > this.#acknowledged ? this.answers.stallUntil(this.#lastEventUs) : 0;
  }
}
