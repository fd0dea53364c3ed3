/**
 * One ndt7 test over an open WebSocket. Download: binary messages as fast as the client takes them; upload: counts what
 * comes. Either way a measurement message every 250 ms, and after the test's time (or the end of the client's bytes, as
 * ndt7 allows a test to be shorter) a close message. Whatever the client does, the connection is gone LINGER_MS later.
 * Held: one message that the client has not taken yet.
 */
import type { Duplex } from "node:stream";
import { firstBytes } from "./byte-sequence.ts";
import { FrameReader } from "./frame-reader.ts";
import {
  LARGEST_MESSAGE_BYTES,
  MEASURE_EVERY_MS,
  measurementMessage,
  type Ndt7Test,
  nextMessageBytes,
} from "./ndt7-messages.ts";
import type { Guest, Service } from "./service.ts";
import { binaryHead, closeFrame, pongFrame, textFrame } from "./websocket-frames.ts";

const LINGER_MS = 5000;
/** A client that does not read gets no pongs and no measurements beyond this. */
const MAX_UNREAD_BYTES = LARGEST_MESSAGE_BYTES + 65_536;
/** RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const UNWANTED_DATA = 1003;

const PAYLOAD = firstBytes(LARGEST_MESSAGE_BYTES);

export class Ndt7Session {
  readonly #test: Ndt7Test;
  readonly #socket: Duplex;
  readonly #guest: Guest;
  readonly #service: Service;
  readonly #reader = new FrameReader();
  readonly #startMs: number;
  #timers: NodeJS.Timeout[] = [];
  #bytes = 0;
  #messageBytes: number | undefined;
  #isEnding = false;

  constructor(test: Ndt7Test, socket: Duplex, guest: Guest, service: Service) {
    this.#test = test;
    this.#socket = socket;
    this.#guest = guest;
    this.#service = service;
    this.#startMs = service.nowMs();
  }

  start(early: Buffer): void {
    const { bounds } = this.#service;
    const testMs = this.#test === "download" ? bounds.ndt7DownloadMs : bounds.ndt7UploadMs;
    this.#timers = [
      setInterval(() => this.#measure(), MEASURE_EVERY_MS),
      setTimeout(() => this.#finish(NORMAL), testMs),
    ];
    this.#socket.on("close", () => this.#clear());
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#socket.on("drain", () => this.#send());
    if (early.length > 0) this.#take(early);
    this.#send();
  }

  #send(): void {
    if (this.#test === "upload") return;
    while (!this.#isEnding && !this.#socket.destroyed) {
      const bytes = nextMessageBytes(this.#messageBytes, this.#bytes);
      if (!this.#spend(bytes)) return;
      this.#messageBytes = bytes;
      this.#bytes += bytes;
      this.#service.counters.bytesOut += bytes;
      this.#socket.cork();
      this.#socket.write(binaryHead(bytes));
      const isRoomy = this.#socket.write(PAYLOAD.subarray(0, bytes));
      this.#socket.uncork();
      if (!isRoomy) return;
    }
  }

  #take(chunk: Buffer): void {
    const { binaryBytes, ping, isClosing, failure } = this.#reader.read(chunk);
    this.#service.counters.bytesIn += chunk.length;
    // After the end only the client's own close message is waited for.
    if (!this.#isEnding) {
      if (failure !== undefined) this.#finish(PROTOCOL_ERROR);
      else if (binaryBytes > 0 && this.#test === "download") this.#finish(UNWANTED_DATA);
      else if (this.#spend(chunk.length)) {
        if (this.#test === "upload") this.#bytes += binaryBytes;
        if (ping && this.#isReading()) this.#socket.write(pongFrame(ping));
      }
    }
    if (!isClosing) return;
    this.#finish(NORMAL);
    this.#socket.end();
  }

  /** Ends the test where the client's hour has no more bytes. */
  #spend(bytes: number): boolean {
    const { table, nowMs } = this.#service;
    if (table.reserveBytes(this.#guest.client, bytes, nowMs())) return true;
    this.#finish(NORMAL);
    return false;
  }

  #measure(): void {
    if (!this.#isReading()) return;
    const elapsedUs = (this.#service.nowMs() - this.#startMs) * 1000;
    const handedOver = Math.max(0, this.#bytes - (this.#test === "upload" ? 0 : this.#socket.writableLength));
    this.#socket.write(textFrame(measurementMessage(this.#test, elapsedUs, handedOver)));
  }

  #isReading(): boolean {
    return !this.#socket.destroyed && this.#socket.writableLength <= MAX_UNREAD_BYTES;
  }

  #finish(status: number): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#clear();
    if (status === NORMAL) this.#measure();
    if (!this.#socket.destroyed) this.#socket.write(closeFrame(status));
    this.#timers = [setTimeout(() => this.#socket.destroy(), LINGER_MS)];
  }

  #clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
