/**
 * A stream over a socket whose first write, the ClientHello, is sent in another shape (hello-shape.ts); everything after it
 * passes as it is. Segments are kept apart by waiting for the kernel to have sent the first one.
 */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { HelloShape } from "./hello-shape.ts";
import { sendShortLived } from "./short-lived.ts";
import { streamOver } from "./stream-over.ts";

/** Between two segments: the kernel sends at once with TCP_NODELAY, and does not merge what was sent. */
const APART_MS = 30;
const RECORD_HEADER_BYTES = 5;
/** "Any first packet of more than 100 random bytes makes the box give up on the flow" (Xue et al., IMC 2021). */
const FAKE_BYTES = 180;
/** One byte of 1. Before the hello only a server that expects it skips it: the control server does. */
const CHANGE_CIPHER_SPEC = Buffer.from([0x14, 0x03, 0x03, 0x00, 0x01, 0x01]);

export function shapedStream(socket: Socket, shape: HelloShape): Duplex {
  let isFirst = true;
  return streamOver(socket, {
    send: (bytes, done) => {
      if (!isFirst) socket.write(bytes, done);
      else {
        isFirst = false;
        sendFirst(socket, bytes, shape).then(() => done(), done);
      }
    },
  });
}

async function sendFirst(socket: Socket, hello: Buffer, shape: HelloShape): Promise<void> {
  switch (shape.kind) {
    case "tcp-split":
      await write(socket, hello.subarray(0, shape.at));
      await pause();
      await write(socket, hello.subarray(shape.at));
      return;
    case "record-split":
      await write(socket, splitRecord(hello, shape.at));
      return;
    case "record-before":
      await write(socket, Buffer.concat([CHANGE_CIPHER_SPEC, hello]));
      return;
    case "padding":
      // Made by the TLS library itself: run-transfer.ts.
      await write(socket, hello);
      return;
    case "low-ttl":
      await sendShortLived(socket, shape.hopLimit, randomBytes(FAKE_BYTES), hello.subarray(0, FAKE_BYTES));
      await write(socket, hello.subarray(FAKE_BYTES));
  }
}

/** A hello is one record: its handshake bytes are cut in two, each part a record of its own. */
function splitRecord(hello: Buffer, at: number): Buffer {
  const version = hello.subarray(1, 3);
  const body = hello.subarray(RECORD_HEADER_BYTES);
  const record = (part: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from([hello[0]!]),
      version,
      Buffer.from([part.length >> 8, part.length & 0xff]),
      part,
    ]);
  return Buffer.concat([record(body.subarray(0, at)), record(body.subarray(at))]);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, APART_MS));
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
