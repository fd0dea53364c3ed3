/**
 * A transfer whose first bytes routers up to a hop see otherwise (decoy.ts). Like transfer/run-transfer.ts: resolves
 * always, with what moved and how it ended. Where the system cannot send such bytes (not Linux, no koffi) it ends with
 * `operation_not_supported` in the handshake.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { failureName } from "../../observation/failure-name.ts";
import type { Operation } from "../../observation/vocabulary.ts";
import { exchangeObjects } from "../transfer/exchange-objects.ts";
import { type Meter, meterOf } from "../transfer/meter.ts";
import { streamOver } from "../transfer/stream-over.ts";
import type { IsEnough, Sample, TransferOutcome, TransferRequest } from "../transfer/transfer.ts";
import type { Decoy } from "./decoy.ts";
import { sendDecoy } from "./send-decoy.ts";

const SAMPLE_EVERY_MS = 10;
const ASK_EVERY_SAMPLES = 5;
export const NOT_SUPPORTED = "operation_not_supported";
/** Room for what stands before a small hello (decoy.ts), by names of protocols that nobody speaks. */
const ROOMY_PROTOCOLS = Array.from({ length: 2 }, (_, index) => `x-${index}-`.padEnd(120, "room-"));

export interface DecoyRequest extends TransferRequest {
  readonly decoy: Decoy;
  /** The hello is to be some 240 bytes longer than usual. */
  readonly isRoomy?: boolean;
}

export async function runDecoyTransfer(
  request: DecoyRequest,
  isEnough: IsEnough = () => false,
): Promise<TransferOutcome> {
  const startedMs = Date.now();
  const startedAt = performance.now();
  const elapsedUs = (): number => Math.round((performance.now() - startedAt) * 1000);
  const socket = new Socket();
  const samples: Sample[] = [];
  const known: Pick<Writable<TransferOutcome>, "localPort" | Known> = {};
  let meter: Meter | undefined;
  let operation: Operation = "connect";
  const moved = (): number => Math.max(samples.at(-1)?.bytes ?? 0, meter?.moved(request.direction) ?? 0);
  const outcome = (ended: TransferOutcome["ended"], failure?: string): TransferOutcome => ({
    ...{ startedMs, samples, ...known, bytes: moved(), durationUs: elapsedUs(), ended },
    ...(failure === undefined ? {} : { operation, failure }),
  });
  const work = async (): Promise<TransferOutcome> => {
    await connect(socket, request);
    known.connectUs = elapsedUs();
    if (socket.localPort !== undefined) known.localPort = socket.localPort;
    meter = meterOf(socket);
    operation = "tls_handshake";
    const tls = await shakeHands(decoyStream(socket, request.decoy), request);
    known.handshakeUs = elapsedUs() - known.connectUs;
    known.requestUs = elapsedUs();
    operation = request.direction === "down" ? "read" : "write";
    await exchangeObjects(request, tls, {
      begins: () => {},
      answered: (statusCode) => {
        known.statusCode ??= statusCode;
      },
      left: () => Math.max(0, request.bytes - moved()),
    });
    return outcome(moved() >= request.bytes ? "complete" : "short");
  };
  let sampler: NodeJS.Timeout | undefined;
  const watch = new Promise<TransferOutcome>((resolve) => {
    let ticks = 0;
    sampler = setInterval(() => {
      if (meter) samples.push({ elapsedUs: elapsedUs(), bytes: moved() });
      if (moved() >= request.bytes && known.requestUs !== undefined) resolve(outcome("complete"));
      else if (++ticks % ASK_EVERY_SAMPLES === 0 && isEnough(outcome("enough"))) resolve(outcome("enough"));
      else if (elapsedUs() >= request.timeoutMs * 1000) resolve(outcome("failed", "generic_timeout_error"));
    }, SAMPLE_EVERY_MS);
  });
  try {
    return await Promise.race([work().catch((error) => outcome("failed", nameOf(error))), watch]);
  } finally {
    clearInterval(sampler);
    socket.on("error", () => {});
    socket.destroy();
  }
}

type Known = "connectUs" | "handshakeUs" | "requestUs" | "statusCode";
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

class NotSupported extends Error {}
class Closed extends Error {}

function nameOf(error: unknown): string {
  if (error instanceof NotSupported) return NOT_SUPPORTED;
  return error instanceof Closed ? "eof_error" : failureName(error);
}

function connect(socket: Socket, { address, port }: TransferRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setNoDelay(true);
    socket.once("connect", resolve);
    socket.on("error", reject);
    socket.connect({ host: address, port });
  });
}

function shakeHands(stream: Duplex, { serverName, trust, isRoomy }: DecoyRequest): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({
      socket: stream as Socket,
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(trust.ca === undefined ? {} : { ca: trust.ca }),
      // The server is known from the pairs; the name is made up.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      // Small, so that it is one segment: no post-quantum share.
      ecdhCurve: "X25519:P-256",
      ALPNProtocols: ["http/1.1", ...(isRoomy ? ROOMY_PROTOCOLS : [])],
    });
    tls.once("secureConnect", () => resolve(tls));
    tls.on("error", reject);
    tls.once("close", () => reject(new Closed()));
  });
}

function decoyStream(socket: Socket, decoy: Decoy): Duplex {
  let isFirst = true;
  return streamOver(socket, {
    send: (bytes, done) => {
      if (!isFirst) {
        socket.write(bytes, done);
        return;
      }
      isFirst = false;
      sendFirst(socket, bytes, decoy).then((rest) => {
        if (rest.length > 0) socket.write(rest, done);
        else done();
      }, done);
    },
  });
}

/** Resolves with what is left of the hello. */
async function sendFirst(socket: Socket, hello: Buffer, { hopLimit, show }: Decoy): Promise<Buffer> {
  const shown = show(hello);
  if (!shown) throw new NotSupported("the hello does not hold what is to be changed");
  const length = shown.reduce((sum, segment) => sum + segment.length, 0);
  await sendDecoy(socket, hopLimit, shown, hello.subarray(0, length)).catch((error: Error) => {
    throw new NotSupported(error.message);
  });
  return hello.subarray(length);
}
