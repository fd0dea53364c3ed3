/** A client that asks a server for responses over one TCP connection, one after another. */
import type { FlowConfig } from "./config.ts";
import { congestionControl } from "./congestion-control.ts";
import type { Schedule } from "./schedule.ts";
import { Timer } from "./schedule.ts";
import type { Stage } from "./segment.ts";
import { TIMESTAMP_OPTION_BYTES } from "./segment.ts";
import { TcpEndpoint } from "./tcp-endpoint.ts";

/** A request with its fields, as browsers send them. */
const REQUEST_BYTES = 380;
const SERVER_THINKS_US = 1_000;
const DEFAULT_SEGMENT_BYTES = 1_460;
/** RFC 6928. */
const DEFAULT_INITIAL_WINDOW = 10;
/** Linux' default upper bound, tcp_rmem[2]. */
const DEFAULT_RECEIVE_BUFFER_BYTES = 6_291_456;
const SYN_TIMEOUT_US = 1_000_000;
const SYN_ATTEMPTS = 6;
/** A slow application writes this often. */
const WRITE_INTERVAL_US = 20_000;

export interface ConnectionOptions {
  readonly flow: number;
  readonly config: FlowConfig;
  readonly serverOutput: Stage;
  readonly clientOutput: Stage;
  readonly serverTimestampBase: number;
  readonly clientTimestampBase: number;
}

export class Connection {
  readonly server: TcpEndpoint;
  readonly client: TcpEndpoint;
  deliveredBytes = 0;
  establishedUs = -1;
  finishedUs = -1;
  readonly #schedule: Schedule;
  readonly #config: FlowConfig;
  readonly #synTimer: Timer;
  readonly #synAckTimer: Timer;
  readonly #ask: Timer;
  readonly #write: Timer;
  #synAttempts = 0;
  #synAckAttempts = 0;
  #asked = 0;
  #answered = 0;
  #requestEnd = 1;
  #responseEnd = 1;
  #unwritten = 0;

  constructor(schedule: Schedule, options: ConnectionOptions) {
    const { config, flow } = options;
    this.#schedule = schedule;
    this.#config = config;
    const sack = config.sack ?? true;
    const timestamps = config.timestamps ?? true;
    const maximum = config.maximumSegment ?? DEFAULT_SEGMENT_BYTES;
    const segmentBytes = maximum - (timestamps ? TIMESTAMP_OPTION_BYTES : 0);
    const endpoint = (isServer: boolean): TcpEndpoint =>
      new TcpEndpoint(schedule, {
        flow,
        isServer,
        sack,
        timestamps,
        timestampBase: isServer ? options.serverTimestampBase : options.clientTimestampBase,
        output: isServer ? options.serverOutput : options.clientOutput,
        sender: {
          segmentBytes,
          initialWindow: config.initialWindow ?? DEFAULT_INITIAL_WINDOW,
          congestionControl: congestionControl(config.congestionControl ?? "cubic", config.hyStart ?? true),
        },
        receiver: {
          segmentBytes,
          bufferBytes: isServer
            ? DEFAULT_RECEIVE_BUFFER_BYTES
            : (config.receiveBufferBytes ?? DEFAULT_RECEIVE_BUFFER_BYTES),
          readRateBps: isServer ? Number.POSITIVE_INFINITY : (config.readRateBps ?? Number.POSITIVE_INFINITY),
          acknowledgeEvery: config.acknowledgeEvery ?? 2,
          delivered: isServer
            ? (end) => this.#requestArrived(end)
            : (end, fin) => this.#responseArrived(end, fin),
        },
      });
    this.server = endpoint(true);
    this.client = endpoint(false);
    this.#synTimer = new Timer(schedule, () => this.#sendSyn());
    this.#synAckTimer = new Timer(schedule, () => this.#sendSynAck());
    this.#ask = new Timer(schedule, () => this.#sendRequest());
    this.#write = new Timer(schedule, () => this.#writeSome());
    this.server.onSyn = () => {
      if (!this.server.established) this.#sendSynAck();
    };
    this.server.onEstablished = () => this.#synAckTimer.cancel();
    this.client.onEstablished = () => {
      this.#synTimer.cancel();
      this.establishedUs = schedule.nowUs;
      this.#planRequest();
    };
    this.client.onSyn = () => this.client.acknowledge();
    this.#synTimer.set(config.startUs ?? 0);
  }

  get over(): boolean {
    const abandoned = this.#synAttempts > SYN_ATTEMPTS;
    return abandoned || (this.server.sender.finished && this.client.sender.finished);
  }

  #sendSyn(): void {
    if (this.#synAttempts++ >= SYN_ATTEMPTS) return;
    this.client.sendSyn();
    this.#synTimer.set(this.#schedule.nowUs + SYN_TIMEOUT_US * 2 ** (this.#synAttempts - 1));
  }

  #sendSynAck(): void {
    if (this.#synAckAttempts++ >= SYN_ATTEMPTS) return;
    this.server.sendSyn();
    this.#synAckTimer.set(this.#schedule.nowUs + SYN_TIMEOUT_US * 2 ** (this.#synAckAttempts - 1));
  }

  #planRequest(): void {
    const request = this.#config.requests[this.#asked];
    if (request) this.#ask.set(this.#schedule.nowUs + (request.pauseUs ?? 0));
  }

  #sendRequest(): void {
    this.#responseEnd += this.#config.requests[this.#asked++]!.bytes;
    this.client.sender.write(REQUEST_BYTES, true);
  }

  #requestArrived(end: number): void {
    if (this.#answered >= this.#config.requests.length || end < this.#requestEnd + REQUEST_BYTES) return;
    this.#requestEnd += REQUEST_BYTES;
    this.#unwritten += this.#config.requests[this.#answered++]!.bytes;
    this.#write.set(this.#schedule.nowUs + SERVER_THINKS_US);
  }

  #writeSome(): void {
    const rateBps = this.#config.requests[this.#answered - 1]!.writeRateBps;
    const possible = rateBps ? Math.ceil((rateBps * WRITE_INTERVAL_US) / 8e6) : this.#unwritten;
    const bytes = Math.min(possible, this.#unwritten);
    this.#unwritten -= bytes;
    const last = this.#unwritten === 0 && this.#answered === this.#config.requests.length;
    this.server.sender.write(bytes, !last);
    if (this.#unwritten > 0) this.#write.set(this.#schedule.nowUs + WRITE_INTERVAL_US);
    else if (last) this.server.sender.close();
  }

  #responseArrived(end: number, finished: boolean): void {
    this.deliveredBytes = end - 1;
    if (finished) {
      this.finishedUs = this.#schedule.nowUs;
      this.client.sender.close();
    } else if (end >= this.#responseEnd && this.#asked < this.#config.requests.length && !this.#ask.armed) {
      this.#planRequest();
    }
  }
}
