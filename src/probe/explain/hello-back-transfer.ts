/**
 * A connection to our control server on which the hello comes from there (transfer/hello-request.ts): what it moves
 * afterwards shows whether a box acts on a name that the far end sends. Downloads only. Resolves always. Never judges.
 * What the server refuses (its bounds are used up) is short, and not broken off.
 */
import { Socket } from "node:net";
import { failureName } from "../../observation/failure-name.ts";
import { emitHelloRequest, isHelloRefusal } from "../transfer/hello-request.ts";
import { meterOf } from "../transfer/meter.ts";
import type { IsEnough, Sample, TransferOutcome } from "../transfer/transfer.ts";

const SAMPLE_EVERY_MS = 20;
const ASK_EVERY_SAMPLES = 5;

export interface HelloBackRequest {
  readonly address: string;
  readonly port: number;
  /** In the hello that comes back. */
  readonly name: string;
  readonly bytes: number;
  readonly timeoutMs: number;
}

export async function runHelloBackTransfer(
  { address, port, name, bytes, timeoutMs }: HelloBackRequest,
  isEnough: IsEnough,
): Promise<TransferOutcome> {
  const startedMs = Date.now();
  const startedAt = performance.now();
  const elapsedUs = (): number => Math.round((performance.now() - startedAt) * 1000);
  const socket = new Socket();
  const samples: Sample[] = [];
  let known: Pick<TransferOutcome, "localPort" | "connectUs" | "requestUs"> = {};
  let moved = (): number => 0;
  let isRefused = false;
  const outcome = (ended: TransferOutcome["ended"], failure?: string): TransferOutcome => ({
    ...{ startedMs, samples, ...known, bytes: moved(), durationUs: elapsedUs(), ended },
    ...(failure === undefined
      ? {}
      : { operation: known.connectUs === undefined ? "connect" : "read", failure }),
  });
  let sampler: NodeJS.Timeout | undefined;
  try {
    return await new Promise<TransferOutcome>((resolve) => {
      let ticks = 0;
      const isWhole = (): boolean => moved() >= bytes;
      sampler = setInterval(() => {
        if (known.connectUs !== undefined) samples.push({ elapsedUs: elapsedUs(), bytes: moved() });
        if (isWhole()) resolve(outcome("complete"));
        else if (++ticks % ASK_EVERY_SAMPLES === 0 && isEnough(outcome("enough"))) resolve(outcome("enough"));
        else if (elapsedUs() >= timeoutMs * 1000) resolve(outcome("failed", "generic_timeout_error"));
      }, SAMPLE_EVERY_MS);
      socket.on("error", (error) => resolve(outcome("failed", failureName(error))));
      socket.once("data", (first) => {
        isRefused = isHelloRefusal(first);
      });
      socket.on("end", () => {
        if (isWhole()) resolve(outcome("complete"));
        else resolve(isRefused ? outcome("short") : outcome("failed", "eof_error"));
      });
      socket.setNoDelay(true);
      socket.connect({ host: address, port }, () => {
        const { localPort } = socket;
        known = {
          connectUs: elapsedUs(),
          requestUs: elapsedUs(),
          ...(localPort === undefined ? {} : { localPort }),
        };
        const meter = meterOf(socket);
        moved = () => meter.moved("down");
        socket.resume();
        socket.write(emitHelloRequest({ name, bytes }));
      });
    });
  } finally {
    clearInterval(sampler);
    socket.on("error", () => {});
    socket.destroy();
  }
}
