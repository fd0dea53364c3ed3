/**
 * Answers a request for a hello (transfer/hello-request.ts): a TLS ClientHello under the name, in a packet of its own, then as
 * many bytes as were asked for (byte-sequence.ts), and the end. Only over TCP, to whoever asked, out of the client's bytes,
 * within bounds.requestMs; what is beyond the bounds is told so, and what is not understood closes the connection.
 */
import type { Socket } from "node:net";
import { pipeline } from "node:stream";
import { emitClientHello, emitTlsRecords } from "../../packet/emit-tls.ts";
import { emitHelloRefusal, readHelloRequest } from "../transfer/hello-request.ts";
import { ByteSequence } from "./byte-sequence.ts";
import type { Guest, Service } from "./service.ts";

/** What follows must not share the hello's packet. */
const HELLO_ALONE_MS = 100;

export function answerHello(
  first: Uint8Array,
  socket: Socket,
  { client, isExcess }: Guest,
  service: Service,
): void {
  const { bounds, table, counters, nowMs } = service;
  const asked = readHelloRequest(first);
  if (!asked) {
    counters.notUnderstood++;
    socket.destroy();
    return;
  }
  counters.requests++;
  const { name, bytes } = asked;
  const isTooMuch = isExcess || table.takeRequest(client, nowMs()) > 0 || bytes > bounds.downloadBytes;
  const reserved = isTooMuch ? undefined : table.reserveBytes(client, bytes, nowMs());
  if (!reserved) {
    counters.requestsRefused++;
    socket.end(emitHelloRefusal(), () => socket.destroy());
    return;
  }
  const timer = setTimeout(() => socket.destroy(), bounds.requestMs);
  // Nothing more is expected of the client, but its end must be noticed.
  socket.resume();
  socket.setNoDelay(true);
  socket.write(emitTlsRecords(emitClientHello({ name })));
  counters.downloads++;
  const body = new ByteSequence(bytes, false);
  const begin = setTimeout(() => pipeline(body, socket, () => {}), HELLO_ALONE_MS);
  socket.once("close", () => {
    clearTimeout(timer);
    clearTimeout(begin);
    counters.bytesOut += body.producedBytes;
    table.giveBack(reserved, bytes - body.producedBytes);
  });
}
