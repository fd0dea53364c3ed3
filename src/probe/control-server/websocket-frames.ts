/**
 * WebSocket frames (RFC 6455) as a server sends them, and its answer to a client's key. A client's are read in
 * frame-reader.ts.
 */
import { createHash } from "node:crypto";

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;
/** RFC 6455, section 4.2.2. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The head of a server's frame: whole, without a mask. */
function frameHead(opcode: number, bytes: number): Buffer {
  const head = Buffer.alloc(bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = bytes < 126 ? bytes : bytes < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(bytes, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(bytes), 2);
  return head;
}

export function binaryHead(bytes: number): Buffer {
  return frameHead(BINARY, bytes);
}

export function textFrame(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([frameHead(TEXT, bytes.length), bytes]);
}

export function pongFrame(payload: Uint8Array): Buffer {
  return Buffer.concat([frameHead(PONG, payload.length), payload]);
}

/** RFC 6455, section 7.4.1. */
export function closeFrame(status: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(status);
  return Buffer.concat([frameHead(CLOSE, bytes.length), bytes]);
}

/** Sec-WebSocket-Accept for a client's Sec-WebSocket-Key. */
export function acceptKey(key: string): string {
  return createHash("sha1").update(`${key}${GUID}`).digest("base64");
}
