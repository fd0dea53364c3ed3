/**
 * Connections whose first bytes are disguised, as the probe sends them to learn what a box reads: the whole stream inverted
 * bit by bit (what follows is TLS all the same), a ChangeCipherSpec record before the hello, which is taken away, or a
 * request for a hello in the other direction (transfer/hello-request.ts).
 * Looks at the first bytes of a connection, and waits for them no longer than `waitMs`.
 */
import type { Socket } from "node:net";
import { beginsLikeHelloRequest } from "../transfer/hello-request.ts";

export type Disguise = "none" | "inverted" | "hello-request";

const HANDSHAKE_RECORD = 0x16;
const INVERTED = 0xff;
/** The record that TLS 1.3 allows anywhere but before the hello: RFC 8446, section 5. */
const CHANGE_CIPHER_SPEC = Buffer.from([0x14, 0x03, 0x03, 0x00, 0x01, 0x01]);

/**
 * Calls `serve` once the first bytes are there; they can be read from the socket as if nobody had looked, but for those of
 * a request for a hello, which are handed over.
 */
export function lookAtFirstBytes(
  socket: Socket,
  waitMs: number,
  serve: (disguise: Disguise, first: Uint8Array) => void,
): void {
  const timer = setTimeout(() => socket.destroy(), waitMs);
  socket.once("close", () => clearTimeout(timer));
  socket.once("readable", () => {
    clearTimeout(timer);
    const first = socket.read() as Buffer | null;
    if (first === null) {
      socket.destroy();
      return;
    }
    if (beginsLikeHelloRequest(first)) {
      serve("hello-request", first);
      return;
    }
    const isPrefixed = first.subarray(0, CHANGE_CIPHER_SPEC.length).equals(CHANGE_CIPHER_SPEC);
    const rest = isPrefixed ? first.subarray(CHANGE_CIPHER_SPEC.length) : first;
    if (rest.length > 0) socket.unshift(rest);
    serve(first[0] === (HANDSHAKE_RECORD ^ INVERTED) ? "inverted" : "none", first);
  });
}
