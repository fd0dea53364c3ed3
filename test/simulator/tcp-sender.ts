/**
 * The sending half of a TCP endpoint, modelled on Linux: SACK scoreboard, RACK and tail loss probe (RFC 8985),
 * proportional rate reduction, timeouts (RFC 6298); without SACK NewReno (RFC 6582). The application's bytes are
 * counted, not stored; sequence 1 is the first of them.
 */
import type { CongestionControl, CongestionWindow } from "./congestion-control.ts";
import { LimitClock } from "./limit-clock.ts";
import { ProportionalRate } from "./proportional-rate.ts";
import { Rack } from "./rack.ts";
import { RoundTrip } from "./round-trip.ts";
import type { Schedule } from "./schedule.ts";
import { Timer } from "./schedule.ts";
import { Scoreboard, SentSegment } from "./scoreboard.ts";
import type { Segment } from "./segment.ts";

/** RFC 8985, section 7.2: a lone segment may wait for a delayed ACK. */
const PROBE_DELAYED_ACK_US = 200_000;
const LEAST_PROBE_US = 10_000;
const DUPLICATE_THRESHOLD = 3;

export interface SenderOptions {
  /** Payload bytes of a full segment. */
  readonly segmentBytes: number;
  readonly initialWindow: number;
  readonly sack: boolean;
  readonly congestionControl: CongestionControl;
  readonly transmit: (sequence: number, end: number, fin: boolean) => void;
  /** Asks for the receiver's window (an old sequence number without data). */
  readonly probeWindow: () => void;
}

type State = "open" | "recovery" | "loss";

export class TcpSender {
  readonly roundTrip = new RoundTrip();
  readonly window: CongestionWindow;
  readonly limits: LimitClock;
  acknowledged = 1;
  next = 1;
  timeouts = 0;
  recoveries = 0;
  retransmissions = 0;
  readonly #schedule: Schedule;
  readonly #options: SenderOptions;
  readonly #board = new Scoreboard();
  readonly #rack = new Rack();
  readonly #reduction = new ProportionalRate();
  readonly #timeout: Timer;
  readonly #probe: Timer;
  readonly #reorder: Timer;
  /** End of what the application has written. */
  #written = 1;
  #closed = false;
  #more = true;
  #peerEdge = 1;
  #state: State = "open";
  #recoveryEnd = 0;
  #windowLimited = false;
  #mostOutstanding = 0;
  #mostOutstandingUntil = 0;
  #duplicateAcks = 0;
  #lastSentUs = 0;
  #advancedSinceTimeout = false;
  #probeEnd = 0;
  #probeRetransmitted = false;

  constructor(schedule: Schedule, options: SenderOptions) {
    this.#schedule = schedule;
    this.#options = options;
    this.window = { segments: options.initialWindow, threshold: Number.POSITIVE_INFINITY };
    this.limits = new LimitClock(schedule);
    this.#timeout = new Timer(schedule, () => this.#timedOut());
    this.#probe = new Timer(schedule, () => this.#sendProbe());
    this.#reorder = new Timer(schedule, () => this.#reorderingOver());
  }

  get finished(): boolean {
    return this.#closed && this.acknowledged > this.#written;
  }

  /** Everything written so far has been acknowledged. */
  get drained(): boolean {
    return this.acknowledged >= this.#written;
  }

  get written(): number {
    return this.#written;
  }

  /** `more`: the application has more to come, which its own pace holds back. */
  write(bytes: number, more: boolean): void {
    const idleUs = this.#schedule.nowUs - this.#lastSentUs;
    if (this.#board.outstanding === 0 && this.#lastSentUs > 0 && bytes > 0) {
      this.#options.congestionControl.idle(idleUs);
      this.#validateWindow(idleUs);
    }
    this.#written += bytes;
    this.#more = more;
    this.send();
  }

  close(): void {
    this.#closed = true;
    this.send();
  }

  /** The first window that the peer announced. */
  open(peerWindow: number): void {
    this.#peerEdge = 1 + peerWindow;
  }

  /** Linux' slow start after idle (RFC 5681, section 4.1; RFC 2861): halves the window every timeout. */
  #validateWindow(idleUs: number): void {
    let periods = idleUs / this.roundTrip.timeoutUs;
    const restart = Math.min(this.#options.initialWindow, this.window.segments);
    if (periods > 1) {
      this.window.threshold = Math.max(this.window.threshold, 0.75 * this.window.segments);
    }
    for (; periods > 1 && this.window.segments > restart; periods--) this.window.segments /= 2;
    this.window.segments = Math.max(this.window.segments, restart);
  }

  /** `echoedUs`: when the copy that the peer's timestamp echoes was sent, or -1 (RFC 7323, section 4). */
  receive(segment: Segment, peerWindow: number, echoedUs: number): void {
    const now = this.#schedule.nowUs;
    const ack = segment.acknowledgement;
    if (ack > this.next || ack < this.acknowledged) return;
    const advanced = ack > this.acknowledged;
    const edge = ack + peerWindow;
    const isDuplicate =
      !advanced && segment.payloadBytes === 0 && edge <= this.#peerEdge && this.#board.outstanding > 0;
    this.#peerEdge = Math.max(this.#peerEdge, edge);
    const lossesBefore = this.#board.lossEvents;
    const highestSackedBefore = this.#board.highestSacked;
    let delivered = 0;
    let acked = 0;
    let rttUs = 0;
    const arrived = (sent: SentSegment): void => {
      delivered++;
      this.#rack.delivered(sent, now, this.roundTrip);
      if (sent.copies > 1) return;
      rttUs ||= now - sent.sentUs;
      if (sent.end < highestSackedBefore) this.#rack.reorderingSeen = true;
    };
    for (let sent = this.#board.takeAcknowledged(ack); sent; sent = this.#board.takeAcknowledged(ack)) {
      acked++;
      if (sent.sacked) this.#board.sacked--;
      else arrived(sent);
    }
    this.acknowledged = ack;
    let duplicate = false;
    for (let i = 0; i < segment.sack.length; i += 2) {
      const left = segment.sack[i]!;
      const right = segment.sack[i + 1]!;
      if (i === 0 && (right <= ack || this.#insideSecond(segment.sack))) duplicate = true;
      else if (right > ack) this.#board.sack(left, right, arrived);
    }
    if (duplicate) this.#rack.duplicateReported(now, this.roundTrip);
    if (rttUs === 0 && acked > 0 && echoedUs >= 0) rttUs = now - echoedUs;
    if (rttUs > 0) {
      this.roundTrip.sample(rttUs);
      this.#options.congestionControl.measure(this.window, rttUs, ack, this.next, now);
    }
    if (!this.#options.sack) delivered = this.#countDuplicates(isDuplicate, advanced, acked, delivered);
    else this.#detect();
    if (this.#state === "open" && this.#probeEnd > 0 && ack >= this.#probeEnd) this.#probeAnswered(duplicate);
    this.#progress(advanced, delivered, acked, this.#board.lossEvents > lossesBefore);
    if (advanced) {
      this.#advancedSinceTimeout = true;
      if (this.#board.outstanding > 0) this.#timeout.set(now + this.roundTrip.timeoutUs);
      else this.#timeout.cancel();
      this.#armProbe();
    }
    this.send();
  }

  #insideSecond(sack: readonly number[]): boolean {
    return sack.length >= 4 && sack[0]! >= sack[2]! && sack[1]! <= sack[3]!;
  }

  #detect(): void {
    const waitUs = this.#rack.detect(
      this.#board,
      this.#state !== "open",
      this.#schedule.nowUs,
      this.roundTrip,
    );
    if (waitUs > 0) this.#reorder.set(this.#schedule.nowUs + waitUs);
  }

  #reorderingOver(): void {
    const lossesBefore = this.#board.lossEvents;
    this.#detect();
    // As Linux: entering recovery counts as one delivery; within it only deliveries open the window.
    if (this.#board.lossEvents > lossesBefore && this.#state === "open") this.#progress(false, 1, 0, false);
    this.send();
  }

  /** Without SACK each duplicate ACK stands for one segment that has left the network (RFC 6582). */
  #countDuplicates(isDuplicate: boolean, advanced: boolean, acked: number, delivered: number): number {
    const board = this.#board;
    if (isDuplicate && this.#duplicateAcks + board.lost < board.outstanding) {
      this.#duplicateAcks++;
      board.sacked = this.#duplicateAcks;
      if (this.#state === "open" && this.#duplicateAcks >= DUPLICATE_THRESHOLD) board.markLost(board.head!);
      return 1;
    }
    if (!advanced) return delivered;
    const counted = Math.max(0, this.#duplicateAcks - Math.max(0, acked - 1));
    const already = this.#duplicateAcks - counted;
    this.#duplicateAcks = this.acknowledged >= this.#recoveryEnd && this.#state !== "open" ? 0 : counted;
    this.#duplicateAcks = Math.min(this.#duplicateAcks, Math.max(0, board.outstanding - 1));
    board.sacked = this.#duplicateAcks;
    const head = board.head;
    // A partial acknowledgement: the next hole is lost too (section 3.2, step 3).
    if (this.#state === "recovery" && this.acknowledged < this.#recoveryEnd && head && !head.retransmitted) {
      if (board.sacked + board.lost >= board.outstanding) board.sacked = --this.#duplicateAcks;
      board.markLost(head);
    }
    return Math.max(0, delivered - already);
  }

  #progress(advanced: boolean, delivered: number, acked: number, newlyLost: boolean): void {
    // Without SACK only data beyond the recovery's end prove that it is over (RFC 6582, section 3.2, step 1).
    const over = this.acknowledged >= this.#recoveryEnd;
    if (this.#state !== "open" && over && advanced) {
      if (this.#state === "recovery") this.window.segments = this.window.threshold;
      this.#state = "open";
      if (!this.#options.sack) {
        this.#duplicateAcks = 0;
        this.#board.sacked = 0;
      }
    }
    if (this.#state === "open" && this.#board.lost > 0) this.#enterRecovery();
    if (this.#state === "recovery") {
      if (delivered <= 0) return;
      this.window.segments = this.#reduction.window(this.#board.inFlight, delivered, advanced, newlyLost);
    } else if (acked > 0 && this.#growthAllowed()) {
      // What was selectively acknowledged has been counted already.
      this.#options.congestionControl.grow(
        this.window,
        delivered,
        this.#schedule.nowUs,
        Math.min(this.roundTrip.leastUs, this.roundTrip.smoothedUs),
      );
    }
  }

  /** Linux: a window that is not used does not grow (RFC 7661 in spirit). */
  #growthAllowed(): boolean {
    if (this.window.segments < this.window.threshold) return this.window.segments < 2 * this.#mostOutstanding;
    return this.#windowLimited;
  }

  #enterRecovery(): void {
    this.recoveries++;
    this.#state = "recovery";
    this.#recoveryEnd = this.next;
    this.#probeEnd = 0;
    this.#probe.cancel();
    const prior = this.window.segments;
    this.window.threshold = this.#options.congestionControl.reduce(this.window);
    this.#reduction.begin(prior, this.window.threshold);
  }

  #timedOut(): void {
    const now = this.#schedule.nowUs;
    if (this.#board.outstanding === 0) {
      // The receiver's window is closed: ask (RFC 9293, section 3.8.6.1).
      if (this.#written > this.next) {
        this.#options.probeWindow();
        this.roundTrip.backOff();
        this.#timeout.set(now + this.roundTrip.timeoutUs);
      }
      return;
    }
    this.timeouts++;
    // As Linux: not again for the same losses, but for those of what was sent since the last timeout.
    if (this.#state === "open" || (this.#state === "loss" && this.#advancedSinceTimeout)) {
      this.window.threshold = this.#options.congestionControl.reduce(this.window);
      this.#options.congestionControl.restart();
    }
    const head = this.#board.head!;
    if (!this.#options.sack) {
      this.#duplicateAcks = 0;
      this.#board.sacked = 0;
    }
    this.#board.eachUnresolved((sent) => {
      if (sent === head || !this.#options.sack || this.#rack.overdue(sent, now, this.roundTrip)) {
        this.#board.markLost(sent);
      }
    });
    this.#state = "loss";
    this.#advancedSinceTimeout = false;
    this.#recoveryEnd = this.next;
    this.#probeEnd = 0;
    this.#probe.cancel();
    this.window.segments = this.#board.inFlight + 1;
    this.roundTrip.backOff();
    this.#timeout.set(now + this.roundTrip.timeoutUs);
    this.send();
  }

  #armProbe(): void {
    const mayProbe =
      this.#options.sack && this.#state === "open" && this.#board.sacked === 0 && this.#probeEnd === 0;
    if (!mayProbe || this.#board.outstanding === 0 || this.roundTrip.smoothedUs === 0) {
      this.#probe.cancel();
      return;
    }
    const alone = this.#board.outstanding === 1 ? PROBE_DELAYED_ACK_US : LEAST_PROBE_US;
    const waitUs = 2 * this.roundTrip.smoothedUs + alone;
    if (waitUs < this.roundTrip.timeoutUs) this.#probe.set(this.#schedule.nowUs + waitUs);
    else this.#probe.cancel();
  }

  /** RFC 8985, section 7.3: new data if there are any, else the last segment again. */
  #sendProbe(): void {
    const last = this.#board.last;
    if (!last || this.#state !== "open") return;
    const fits = this.next < this.#written && this.next + this.#options.segmentBytes <= this.#peerEdge;
    this.#probeRetransmitted = !fits;
    if (fits) this.#sendNew();
    else this.#retransmit(last);
    this.#probeEnd = this.next;
    this.#timeout.set(this.#schedule.nowUs + this.roundTrip.timeoutUs);
  }

  /** Section 7.4: a probe that repaired a loss means congestion; one reported as duplicate does not. */
  #probeAnswered(duplicate: boolean): void {
    this.#probeEnd = 0;
    if (!this.#probeRetransmitted || duplicate) return;
    this.window.threshold = this.#options.congestionControl.reduce(this.window);
    this.window.segments = Math.min(this.window.segments, this.window.threshold);
  }

  /** Sends what windows and application allow. */
  send(): void {
    const board = this.#board;
    this.#windowLimited = false;
    let sentNew = false;
    for (;;) {
      if (board.inFlight >= Math.floor(this.window.segments)) {
        this.#windowLimited = true;
        break;
      }
      const lost = board.nextRetransmission();
      if (lost) {
        this.#retransmit(lost);
        continue;
      }
      if (!this.#mayTransmit()) break;
      this.#sendNew();
      sentNew = true;
    }
    if (sentNew) this.#armProbe();
    this.#noteLimit();
  }

  #mayTransmit(): boolean {
    const end = this.#written + (this.#closed ? 1 : 0);
    if (this.next >= end) return false;
    const bytes = Math.min(this.#options.segmentBytes, this.#written - this.next);
    if (this.next + bytes <= this.#peerEdge) return true;
    if (this.#board.outstanding === 0 && !this.#timeout.armed) {
      this.#timeout.set(this.#schedule.nowUs + this.roundTrip.timeoutUs);
    }
    return false;
  }

  #sendNew(): void {
    const end = Math.min(this.next + this.#options.segmentBytes, this.#written);
    const fin = this.#closed && end === this.#written;
    const sent = new SentSegment(this.next, fin ? end + 1 : end, fin, this.#schedule.nowUs);
    this.#board.add(sent);
    this.next = sent.end;
    this.#transmitted(sent);
    if (this.#board.outstanding > this.#mostOutstanding || this.acknowledged >= this.#mostOutstandingUntil) {
      this.#mostOutstanding = this.#board.outstanding;
      this.#mostOutstandingUntil = this.next;
    }
  }

  #retransmit(sent: SentSegment): void {
    this.retransmissions++;
    this.#board.markRetransmitted(sent, this.#schedule.nowUs);
    this.#transmitted(sent);
  }

  #transmitted(sent: SentSegment): void {
    this.#lastSentUs = this.#schedule.nowUs;
    if (this.#state === "recovery") this.#reduction.sent();
    if (!this.#timeout.armed) this.#timeout.set(this.#schedule.nowUs + this.roundTrip.timeoutUs);
    this.#options.transmit(sent.sequence, sent.end, sent.fin);
  }

  #noteLimit(): void {
    const unsent = this.#written - this.next;
    if (this.#windowLimited || this.#board.lost > 0) this.limits.set("network");
    else if (unsent > 0) this.limits.set("receiver");
    else if (this.#more && !this.#closed) this.limits.set("sender");
    else this.limits.set(this.#board.outstanding > 0 ? "network" : "none");
  }
}
