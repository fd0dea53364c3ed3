/**
 * One transfer of the probe: what is asked for, and what came of it. Every byte of TCP payload counts, the handshake's too:
 * a handshake that moves slowly is progress. Never judges.
 */
import type { TransferDirection } from "../../observation/observation.ts";
import type { Operation } from "../../observation/vocabulary.ts";
import type { HelloShape } from "./hello-shape.ts";

export interface Trust {
  /** PEM of an authority beside the system's. */
  readonly ca?: string;
  /** Certificates are looked at and not insisted on. */
  readonly insecure: boolean;
}

export interface TransferRequest {
  readonly address: string;
  readonly port: number;
  /** Sent as SNI; absent: a hello without a name. */
  readonly serverName?: string;
  /** Whose certificate it must be; absent: that is not looked at, only who signed it. */
  readonly certificateName?: string;
  /** Name of the HTTP request, inside TLS. */
  readonly host: string;
  /** Of a download: an object, asked for again over the same connection until `bytes` have come. */
  readonly path: string;
  /** Of a server that sends as many bytes as it is asked for: what to ask in place of `path`, so that none is cut off. */
  readonly pathOf?: (bytes: number) => string;
  readonly direction: TransferDirection;
  /** Payload to move; what goes beyond is cut, unless the watcher wants more. */
  readonly bytes: number;
  readonly timeoutMs: number;
  /** Every byte of the stream inverted, both ways: a server that knows it (control-server) inverts it back. */
  readonly inverted?: boolean;
  /** In clear text: HTTP without TLS. */
  readonly plain?: boolean;
  /** How the first bytes are sent; absent: as the system sends them. */
  readonly shape?: HelloShape;
  readonly trust: Trust;
  /** A laboratory's proxy that leads to `address` (connect-through.ts). */
  readonly through?: { readonly address: string; readonly port: number };
  /** After the handshake, before the first request, nothing is sent for so long: a bucket fills. */
  readonly restMs?: number;
  /** How often it is looked at, and its watcher asked; absent: samples every 10 ms, and asked every 200. */
  readonly lookEveryMs?: number;
  /** Before the first request; only our control server can be asked for it. */
  readonly wait?: Wait;
}

/** A connection that is still for so long, or asks for next to nothing every so many seconds meanwhile. */
export interface Wait {
  readonly seconds: number;
  readonly everySeconds?: number;
}

export interface Sample {
  readonly elapsedUs: number;
  readonly bytes: number;
}

export interface TransferOutcome {
  /** Unix time. */
  readonly startedMs: number;
  /** Of this end, once connected. */
  readonly localPort?: number;
  /** TCP payload moved in the request's direction since the connection was begun. */
  readonly samples: readonly Sample[];
  readonly bytes: number;
  /** From the beginning of the connection to the end. */
  readonly durationUs: number;
  readonly connectUs?: number;
  readonly handshakeUs?: number;
  /** Since the connection was made: when the hello was last seen sent and not acknowledged, while nothing had come back. */
  readonly unacknowledgedUs?: number;
  /** When the request was sent, and what had moved by then. */
  readonly requestUs?: number;
  readonly statusCode?: number;
  /** HTTP answers that began. */
  readonly answers?: number;
  /** Why the certificate would not be trusted; the transfer went on where that was allowed. */
  readonly certificateProblem?: string;
  readonly rttUs?: number;
  readonly rttMaxUs?: number;
  readonly retransmits?: number;
  readonly outOfOrder?: number;
  /** `enough`: whoever watches had seen enough; `short`: the server closed before `bytes`. */
  readonly ended: "complete" | "enough" | "short" | "failed";
  readonly operation?: Operation;
  /** OONI df-007. */
  readonly failure?: string;
}

export type IsEnough = (soFar: TransferOutcome) => boolean;

/** What a watcher makes of all that was seen so far. */
export interface Watch {
  /** Asked now and then: the transfer has told what it can. */
  isEnough(soFar: TransferOutcome): boolean;
  /** Asked when the payload has moved: it should go on, up to MOST_TIMES as much. */
  goesOn(soFar: TransferOutcome): boolean;
}

export const MOST_TIMES = 3;
export const UNWATCHED: Watch = { isEnough: () => false, goesOn: () => false };
