/**
 * WebSocket frames (RFC 6455) of a client, read as they arrive. Data is counted and let go, never held: the messages of
 * ndt7 clients are up to 16 MiB, and a library that hands out whole messages would hold one for every connection.
 * Held: 14 bytes of head and 125 of a control frame. After a failure nothing more is read.
 */
import { BINARY, CLOSE, CONTINUATION, PING, PONG } from "./websocket-frames.ts";

const MAX_CONTROL_BYTES = 125;
/** As ndt7 allows. */
const MAX_MESSAGE_BYTES = 1 << 24;

export interface FramesRead {
  /** Payload that came in binary messages. */
  readonly binaryBytes: number;
  /** Payload of the last ping, when there was one: only the last needs an answer. */
  readonly ping: Buffer | undefined;
  readonly isClosing: boolean;
  readonly failure: string | undefined;
}

export class FrameReader {
  readonly #head = Buffer.alloc(14);
  #headBytes = 0;
  #opcode = 0;
  #isFinal = true;
  /** Of the frame that is being read. */
  #left = 0;
  #control = Buffer.alloc(0);
  /** Opcode of the message that is being read, across its frames. */
  #message: number | undefined;
  #messageBytes = 0;
  #failure: string | undefined;
  #ping: Buffer | undefined;
  #isClosing = false;
  #binaryBytes = 0;

  read(chunk: Uint8Array): FramesRead {
    this.#binaryBytes = 0;
    this.#ping = undefined;
    let at = 0;
    while (at < chunk.length && this.#failure === undefined && !this.#isClosing) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#takePayload(chunk.subarray(at, at + taken));
        at += taken;
      } else {
        this.#head[this.#headBytes++] = chunk[at++]!;
        if (this.#headBytes === headLength(this.#head, this.#headBytes)) this.#beginFrame();
      }
    }
    return {
      binaryBytes: this.#binaryBytes,
      ping: this.#ping,
      isClosing: this.#isClosing,
      failure: this.#failure,
    };
  }

  #beginFrame(): void {
    const [first, second] = [this.#head[0]!, this.#head[1]!];
    const short = second & 0x7f;
    this.#headBytes = 0;
    this.#opcode = first & 0x0f;
    this.#isFinal = (first & 0x80) !== 0;
    this.#left = short;
    if (short === 126) this.#left = this.#head.readUInt16BE(2);
    if (short === 127) this.#left = Number(this.#head.readBigUInt64BE(2));
    this.#failure = this.#whyWrong((first & 0x70) !== 0, (second & 0x80) !== 0);
    if (this.#failure !== undefined) return;
    this.#control = Buffer.alloc(0);
    if (this.#opcode < CLOSE) {
      if (this.#opcode !== CONTINUATION) {
        this.#message = this.#opcode;
        this.#messageBytes = 0;
      }
      this.#messageBytes += this.#left;
    }
    if (this.#left === 0) this.#endFrame();
  }

  /** RFC 6455, section 5: of the frame whose head is there. */
  #whyWrong(isExtended: boolean, isMasked: boolean): string | undefined {
    if (isExtended) return "an extension that was not agreed on";
    if (!isMasked) return "a frame without a mask";
    if (this.#opcode >= CLOSE) {
      if (this.#opcode > PONG) return "an unknown kind of frame";
      // The length in its short form is all that a control frame may have.
      const isShort = (this.#head[1]! & 0x7f) <= MAX_CONTROL_BYTES;
      return this.#isFinal && isShort ? undefined : "a control frame that is too large or in parts";
    }
    if (this.#opcode > BINARY) return "an unknown kind of frame";
    if ((this.#opcode === CONTINUATION) !== (this.#message !== undefined))
      return "messages inside each other";
    const before = this.#opcode === CONTINUATION ? this.#messageBytes : 0;
    return before + this.#left > MAX_MESSAGE_BYTES ? "a message too large" : undefined;
  }

  #takePayload(bytes: Uint8Array): void {
    this.#left -= bytes.length;
    if (this.#opcode >= CLOSE) this.#control = Buffer.concat([this.#control, bytes]);
    else if (this.#message === BINARY) this.#binaryBytes += bytes.length;
    if (this.#left === 0) this.#endFrame();
  }

  #endFrame(): void {
    if (this.#opcode < CLOSE) {
      if (this.#isFinal) this.#message = undefined;
    } else if (this.#opcode === CLOSE) {
      this.#isClosing = true;
    } else if (this.#opcode === PING) {
      // The mask is what ends the head of so short a frame.
      this.#ping = Buffer.from(this.#control.map((byte, index) => byte ^ this.#head[2 + (index % 4)]!));
    }
  }
}

/** Of a masked or unmasked frame whose first `known` bytes are there; unreachable while that is not known. */
function headLength(head: Buffer, known: number): number {
  if (known < 2) return -1;
  const short = head[1]! & 0x7f;
  const mask = (head[1]! & 0x80) === 0 ? 0 : 4;
  return 2 + mask + (short === 126 ? 2 : short === 127 ? 8 : 0);
}
