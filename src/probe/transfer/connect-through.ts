/**
 * A way through an HTTP proxy (CONNECT, RFC 9110, section 9.3.6), over a socket that is connected to it. For laboratories
 * made of relays, whose proxies say how a connection failed inside; real measurements go through no proxy.
 */
import { isIPv6, type Socket } from "node:net";

export interface Way {
  /** An address, or a name that the proxy looks up. */
  readonly address: string;
  readonly port: number;
}

/** Of the laboratory's proxies: in the words of OONI df-007. */
const FAILURE_HEADER = "x-brakelight-failure";
const UNSAID_FAILURE = "unknown_failure: the proxy refused";
const MOST_HEAD_BYTES = 8192;

export class NoWay extends Error {
  /** OONI df-007. */
  readonly failure: string;

  constructor(failure: string) {
    super(failure);
    this.failure = failure;
  }
}

/** Rejects with NoWay where the proxy refuses; with the socket's own error where it breaks. */
export function connectThrough(socket: Socket, { address, port }: Way): Promise<void> {
  const host = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  return new Promise((resolve, reject) => {
    let head = "";
    const done = (end: () => void): void => {
      socket.off("data", take).off("error", fail).off("close", closed);
      socket.pause();
      end();
    };
    const fail = (error: Error): void => done(() => reject(error));
    const closed = (): void => fail(new NoWay("eof_error"));
    // Who is connected to speaks only when spoken to: nothing comes behind the head.
    const take = (chunk: Buffer): void => {
      head += chunk.toString("latin1");
      if (head.includes("\r\n\r\n") || head.length > MOST_HEAD_BYTES) {
        if (/^HTTP\/1\.[01] 200 /.test(head)) done(resolve);
        else fail(new NoWay(failureIn(head)));
      }
    };
    socket.on("data", take).on("error", fail).on("close", closed);
    socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  });
}

function failureIn(head: string): string {
  const said = new RegExp(`^${FAILURE_HEADER}: ([\\w.: -]{1,100})\\r?$`, "im").exec(head);
  return said?.[1] ?? UNSAID_FAILURE;
}
