/** One end of a connection: makes segments out of what its sender and receiver decide. */
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_SYN } from "../../src/packet/packet.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";
import { ipBytesOf } from "./segment.ts";
import type { ReceiverOptions } from "./tcp-receiver.ts";
import { TcpReceiver } from "./tcp-receiver.ts";
import type { SenderOptions } from "./tcp-sender.ts";
import { TcpSender } from "./tcp-sender.ts";

/** Both ends announce it; 64 KiB × 2^7 = 8 MiB. */
export const WINDOW_SCALE = 7;
const MAXIMUM_WINDOW_FIELD = 65_535;
const US_PER_TIMESTAMP_TICK = 1000;

export interface EndpointOptions {
  readonly flow: number;
  readonly isServer: boolean;
  readonly sack: boolean;
  readonly timestamps: boolean;
  /** Value of the timestamp clock at time 0. */
  readonly timestampBase: number;
  readonly output: Stage;
  readonly sender: Omit<SenderOptions, "transmit" | "probeWindow" | "sack">;
  readonly receiver: Omit<ReceiverOptions, "acknowledge" | "sack" | "maximumBlocks">;
}

export class TcpEndpoint implements Stage {
  readonly sender: TcpSender;
  readonly receiver: TcpReceiver;
  /** Called with the peer's SYN; the connection decides what follows. */
  onSyn: () => void = () => {};
  /** The first segment after the handshake. */
  onEstablished: () => void = () => {};
  readonly #schedule: Schedule;
  readonly #options: EndpointOptions;
  #established = false;
  #synSentUs = 0;
  #synCopies = 0;

  constructor(schedule: Schedule, options: EndpointOptions) {
    this.#schedule = schedule;
    this.#options = options;
    this.sender = new TcpSender(schedule, {
      ...options.sender,
      sack: options.sack,
      transmit: (sequence, end, fin) =>
        this.#emit(sequence, end - sequence - (fin ? 1 : 0), fin ? TCP_FIN : 0),
      probeWindow: () => this.#emit(this.sender.acknowledged - 1, 0, 0),
    });
    this.receiver = new TcpReceiver(schedule, {
      ...options.receiver,
      sack: options.sack,
      maximumBlocks: options.timestamps ? 3 : 4,
      acknowledge: () => this.#emit(this.sender.next, 0, 0),
    });
  }

  get established(): boolean {
    return this.#established;
  }

  sendSyn(): void {
    this.#synSentUs = this.#schedule.nowUs;
    this.#synCopies++;
    const flags = this.#options.isServer ? TCP_SYN | TCP_ACK : TCP_SYN;
    const now = this.#timestamp();
    this.#options.output.accept({
      flow: this.#options.flow,
      fromServer: this.#options.isServer,
      sequence: 0,
      payloadBytes: 0,
      flags,
      acknowledgement: this.#options.isServer ? 1 : 0,
      window: Math.min(this.receiver.announceWindow(), MAXIMUM_WINDOW_FIELD),
      timestampValue: now,
      timestampEcho: this.receiver.timestampToEcho,
      sack: [],
      ipBytes: ipBytesOf(0, this.#options.timestamps, 0, this.#options),
      queuedUs: 0,
    });
  }

  acknowledge(): void {
    this.#emit(this.sender.next, 0, 0);
  }

  accept(segment: Segment): void {
    if (segment.flags & TCP_SYN) {
      this.receiver.timestampToEcho = segment.timestampValue;
      if (!this.#options.isServer) this.#establish(segment.window);
      this.onSyn();
      return;
    }
    const peerWindow = segment.window << WINDOW_SCALE;
    if (!this.#established) {
      if (this.#synCopies === 0) return;
      this.#establish(peerWindow);
    }
    const echoedUs =
      this.#options.timestamps && segment.timestampEcho > 0
        ? (segment.timestampEcho - this.#options.timestampBase) * US_PER_TIMESTAMP_TICK
        : -1;
    const fin = (segment.flags & TCP_FIN) !== 0;
    this.sender.receive(segment, peerWindow, echoedUs);
    // An old sequence number without data asks for the window.
    if (segment.payloadBytes > 0 || fin) this.receiver.receive(segment, fin);
    else if (segment.sequence < this.receiver.next) this.acknowledge();
  }

  #establish(peerWindow: number): void {
    if (this.#established) return;
    this.#established = true;
    if (this.#synCopies === 1) this.sender.roundTrip.sample(this.#schedule.nowUs - this.#synSentUs);
    this.sender.open(peerWindow);
    this.onEstablished();
  }

  #timestamp(): number {
    if (!this.#options.timestamps) return 0;
    return this.#options.timestampBase + Math.floor(this.#schedule.nowUs / US_PER_TIMESTAMP_TICK);
  }

  #emit(sequence: number, payloadBytes: number, extraFlags: number): void {
    const sack = this.receiver.acknowledging();
    const endsData = payloadBytes > 0 && sequence + payloadBytes === this.sender.written;
    const window = Math.min(this.receiver.announceWindow() >> WINDOW_SCALE, MAXIMUM_WINDOW_FIELD);
    this.#options.output.accept({
      flow: this.#options.flow,
      fromServer: this.#options.isServer,
      sequence,
      payloadBytes,
      flags: TCP_ACK | extraFlags | (endsData ? TCP_PSH : 0),
      acknowledgement: this.receiver.next,
      window,
      timestampValue: this.#timestamp(),
      timestampEcho: this.#options.timestamps ? this.receiver.timestampToEcho : 0,
      sack,
      ipBytes: ipBytesOf(payloadBytes, this.#options.timestamps, sack.length, undefined),
      queuedUs: 0,
    });
  }
}
