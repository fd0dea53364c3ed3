/**
 * One TCP connection as a capture between its two hosts sees it: what the hosts send in, frames out.
 * A small sender (slow start from ten segments, three duplicates or a timeout bring a copy) and a receiver (delayed
 * acknowledgements, SACK): enough that losses, copies and round trips look as they do on a network. A lost packet is
 * lost before or behind the capture; copies are never lost. Times in µs; no clock, no state beside the connection.
 */
import type { Random } from "../../src/base/random.ts";
import type { TcpOptions } from "../../src/packet/emit-tcp.ts";
import { emitTcp } from "../../src/packet/emit-tcp.ts";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_SYN } from "../../src/packet/packet.ts";

export const CLIENT = 0;
export const SERVER = 1;
export type End = typeof CLIENT | typeof SERVER;

export interface Place {
  readonly address: string;
  readonly port: number;
  readonly hopLimit: number;
  /** One way between this host and the capture. */
  readonly delayUs: number;
}

/** Called in no particular order of time. */
export type FrameSink = (timeUs: number, ipPacket: Uint8Array) => void;

const SEGMENT_GAP_US = 120;
const DELAYED_ACK_US = 40_000;
const TIMEOUT_US = 250_000;
const DUPLICATES = 3;
const FIRST_WINDOW = 10;

interface Arrival {
  readonly atUs: number;
  /** A piece's index at the receiver; an acknowledgement at the sender; or a delayed acknowledgement that is due. */
  readonly kind: "data" | "ack" | "delayed";
  readonly index: number;
  readonly highest: number;
}

export class TcpConversation {
  readonly #places: readonly [Place, Place];
  readonly #random: Random;
  readonly #sink: FrameSink;
  readonly #loss: number;
  readonly #sequence: [number, number];
  /** What each end has received in order. */
  readonly #received: [number, number] = [0, 0];
  readonly #clock: [number, number];
  readonly #echo: [number, number] = [0, 0];
  /** The time at which what comes next begins, at the end that begins it. */
  nowUs: number;

  constructor(
    places: readonly [Place, Place],
    startUs: number,
    loss: number,
    random: Random,
    sink: FrameSink,
  ) {
    this.#places = places;
    this.#random = random;
    this.#sink = sink;
    this.#loss = loss;
    this.#sequence = [random.integer(0, 0xffffffff), random.integer(0, 0xffffffff)];
    this.#clock = [random.integer(0, 0x7fffffff), random.integer(0, 0x7fffffff)];
    this.nowUs = startUs;
  }

  get #oneWayUs(): number {
    return this.#places[0].delayUs + this.#places[1].delayUs;
  }

  /** The three-way handshake. */
  open(): void {
    const options = { maximumSegment: 1460, sackPermitted: true, windowScale: 8 };
    this.#emit(CLIENT, this.nowUs, TCP_SYN, 0, 0, options);
    this.#bump(CLIENT, 1);
    this.nowUs += this.#oneWayUs + 60;
    this.#emit(SERVER, this.nowUs, TCP_SYN | TCP_ACK, 0, this.#received[SERVER], options);
    this.#bump(SERVER, 1);
    this.nowUs += this.#oneWayUs + 40;
    this.#emit(CLIENT, this.nowUs, TCP_ACK, 0, this.#received[CLIENT]);
    this.nowUs += 200;
  }

  /**
   * Sends the pieces, one a segment, until all are acknowledged. `answered`: the other end speaks next, and at once,
   * so that its data carry the last acknowledgement. `firstLate`: the first piece comes behind the second.
   */
  send(from: End, pieces: readonly Uint8Array[], { answered = false, firstLate = false } = {}): void {
    const to: End = from === CLIENT ? SERVER : CLIENT;
    const base = this.#sequence[from];
    const starts = [0];
    for (const piece of pieces) starts.push(starts.at(-1)! + piece.length);
    const events: Arrival[] = [];
    const push = (event: Arrival): void => {
      let place = events.length;
      while (place > 0 && events[place - 1]!.atUs > event.atUs) place--;
      events.splice(place, 0, event);
    };
    const arrived = new Uint8Array(pieces.length);
    const copied = new Uint8Array(pieces.length);
    let next = 0;
    let acknowledged = 0;
    let inOrder = 0;
    let pending = 0;
    let highest = -1;
    let window = FIRST_WINDOW;
    let nowUs = this.nowUs;
    let freeUs = nowUs;
    let wholeUs = Number.POSITIVE_INFINITY;
    const acknowledgeReached = (): number => (base + starts[inOrder]!) >>> 0;

    const transmit = (index: number, atUs: number, isCopy: boolean): void => {
      freeUs = Math.max(freeUs, atUs) + SEGMENT_GAP_US;
      const isLost = !isCopy && this.#random.next() < this.#loss;
      const late = firstLate && index === 0 && !isCopy ? 900 : 0;
      const isCaptured = !isLost || this.#random.next() < 0.5;
      const flags = index === pieces.length - 1 ? TCP_ACK | TCP_PSH : TCP_ACK;
      const sequence = (base + starts[index]!) >>> 0;
      if (isCaptured)
        this.#emit(from, freeUs, flags, sequence, this.#received[from], {}, pieces[index], late);
      if (!isLost) push({ atUs: freeUs + late + this.#oneWayUs, kind: "data", index, highest: 0 });
    };
    const acknowledge = (atUs: number): void => {
      pending = 0;
      const sack: [number, number][] = [];
      for (let i = highest; i > inOrder && sack.length < 3; i--) {
        if (!arrived[i]) continue;
        const end = i;
        while (i > inOrder && arrived[i - 1]) i--;
        sack.push([(base + starts[i]!) >>> 0, (base + starts[end + 1]!) >>> 0]);
      }
      const isWhole = inOrder === pieces.length;
      if (isWhole) wholeUs = Math.min(wholeUs, atUs);
      const options = sack.length > 0 ? { sack } : {};
      if (!(isWhole && answered))
        this.#emit(to, atUs, TCP_ACK, this.#sequence[to], acknowledgeReached(), options);
      push({ atUs: atUs + this.#oneWayUs, kind: "ack", index: inOrder, highest });
    };

    while (acknowledged < pieces.length) {
      while (next < pieces.length && next - acknowledged < window) transmit(next++, nowUs, false);
      const event = events.shift();
      if (!event) {
        nowUs = Math.max(nowUs, freeUs) + TIMEOUT_US;
        transmit(acknowledged, nowUs, true);
        continue;
      }
      nowUs = event.atUs;
      if (event.kind === "data") {
        const hadGap = highest >= inOrder;
        arrived[event.index] = 1;
        highest = Math.max(highest, event.index);
        while (inOrder < pieces.length && arrived[inOrder]) inOrder++;
        pending++;
        if (hadGap || highest >= inOrder || pending >= 2 || inOrder === pieces.length)
          acknowledge(nowUs + 20);
        else push({ atUs: nowUs + DELAYED_ACK_US, kind: "delayed", index: inOrder, highest: 0 });
      } else if (event.kind === "delayed") {
        if (pending > 0 && event.index === inOrder) acknowledge(nowUs);
      } else {
        window += Math.max(0, event.index - acknowledged);
        acknowledged = Math.max(acknowledged, event.index);
        for (let i = acknowledged; i <= event.highest - DUPLICATES; i++) {
          if (arrived[i] || copied[i]) continue;
          copied[i] = 1;
          window = Math.max(FIRST_WINDOW, window / 2);
          transmit(i, nowUs, true);
        }
      }
    }
    this.#bump(from, starts.at(-1)!);
    this.nowUs = answered ? wholeUs : nowUs;
  }

  /** Leaves time in which nothing happens. */
  pause(us: number): void {
    this.nowUs += us;
  }

  /** FIN from either side. */
  close(first: End): void {
    const second: End = first === CLIENT ? SERVER : CLIENT;
    this.#emit(first, this.nowUs, TCP_FIN | TCP_ACK, this.#sequence[first], this.#received[first]);
    this.#bump(first, 1);
    this.nowUs += this.#oneWayUs + 80;
    this.#emit(second, this.nowUs, TCP_FIN | TCP_ACK, this.#sequence[second], this.#received[second]);
    this.#bump(second, 1);
    this.nowUs += this.#oneWayUs + 30;
    this.#emit(first, this.nowUs, TCP_ACK, this.#sequence[first], this.#received[first]);
  }

  #bump(from: End, bytes: number): void {
    this.#sequence[from] = (this.#sequence[from] + bytes) >>> 0;
    this.#received[from === CLIENT ? SERVER : CLIENT] = this.#sequence[from];
  }

  #emit(
    from: End,
    sentUs: number,
    flags: number,
    sequence: number,
    acknowledgement: number,
    options: TcpOptions = {},
    payload?: Uint8Array,
    lateUs = 0,
  ): void {
    const to: End = from === CLIENT ? SERVER : CLIENT;
    const { address, port, hopLimit, delayUs } = this.#places[from];
    const value = (this.#clock[from] + Math.floor(sentUs / 1000)) >>> 0;
    const segment = emitTcp(
      { source: address, destination: this.#places[to].address, hopLimit },
      {
        sourcePort: port,
        destinationPort: this.#places[to].port,
        sequence: flags & TCP_SYN ? this.#sequence[from] : sequence,
        acknowledgement,
        flags,
        window: flags & TCP_SYN ? 64_240 : 1024,
        options: { ...options, timestamps: { value, echo: this.#echo[from] } },
        ...(payload && { payload }),
      },
    );
    this.#echo[to] = value;
    this.#sink(sentUs + delayUs + lateUs + this.#random.next() * 30, segment);
  }
}
