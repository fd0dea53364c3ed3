/**
 * A stream whose bytes are inverted bit by bit on their way, in both directions: the same lengths and times as what it
 * carries, and nothing in it that a box could read (the control of Xue et al., IMC 2021, and of Wehe).
 */
import type { Duplex } from "node:stream";
import { streamOver } from "./stream-over.ts";

export function invert(bytes: Uint8Array): Buffer {
  const inverted = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at++) inverted[at] = bytes[at]! ^ 0xff;
  return inverted;
}

export function invertedStream(under: Duplex): Duplex {
  return streamOver(under, { send: (bytes, done) => under.write(invert(bytes), done), receive: invert });
}
