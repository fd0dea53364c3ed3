/**
 * One download from our control server at a pace that it keeps (docs/control-server.md) until its first loss: what passed by then,
 * and when. Needs the kernel's counts. Bounds: bytes, time. Never judges.
 */
import { bytesBelowPace, PACED_PIECE_BYTES } from "../../host/paced-bytes.ts";
import { isRefusal } from "../../observation/http-status.ts";
import { afterWait } from "../transfer/after-wait.ts";
import { runTransfer } from "../transfer/run-transfer.ts";
import type { TransferOutcome } from "../transfer/transfer.ts";
import { type Arm, type ArmsPlan, armRequest } from "./arms.ts";

export interface PacedRequest {
  /** Of IP packets; infinite: as fast as the server can. */
  readonly paceBps: number;
  /** At that pace; what is sent until it is reached comes before. */
  readonly bytes: number;
  readonly rttUs: number;
  /** Before it begins nothing is sent. */
  readonly restMs: number;
  readonly timeoutMs: number;
}

export interface PacedDownload {
  /** Payload that moved, the handshake's too. */
  readonly movedBytes: number;
  /** Of its answer; absent: none came, or no packets. */
  readonly passed?: Passed;
}

export interface Passed {
  /** From the first packet of the answer on, in order: IP packets, and when so much of them had come. */
  readonly arrivals: readonly { readonly us: number; readonly bytes: number }[];
  /** The next one was lost. */
  readonly isLost: boolean;
}

const LOOK_EVERY_MS = 1;
/** A piece of the answer with its TLS record; IP and TCP with time stamps. */
const SEGMENT_BYTES = PACED_PIECE_BYTES + 22;
const HEADER_BYTES = 52;

/** `signal` aborted: it ends. */
export async function pacedDownload(
  arms: ArmsPlan,
  arm: Arm,
  { paceBps, bytes, rttUs, restMs, timeoutMs }: PacedRequest,
  signal?: AbortSignal,
): Promise<PacedDownload> {
  const { pathOf: _, ...planned } = armRequest(
    arms,
    { comparison: "control-server", direction: "down", pairs: 1 },
    arm,
    0,
  );
  const { path, asked } = whatToAsk({ paceBps, bytes, rttUs });
  const outcome = await runTransfer(
    { ...planned, path, bytes: asked, restMs, timeoutMs, lookEveryMs: LOOK_EVERY_MS },
    {
      isEnough: ({ outOfOrder = 0, requestUs }) =>
        signal?.aborted === true || (requestUs !== undefined && outOfOrder > 0),
      goesOn: () => false,
    },
  );
  const passed = passedOf(outcome);
  return { movedBytes: outcome.bytes, ...(passed ? { passed } : {}) };
}

function whatToAsk({ paceBps, bytes, rttUs }: Pick<PacedRequest, "paceBps" | "bytes" | "rttUs">): {
  readonly path: string;
  readonly asked: number;
} {
  if (!Number.isFinite(paceBps)) return { path: `/bytes/${bytes}`, asked: bytes };
  const bitsPerSecond = Math.round((paceBps * PACED_PIECE_BYTES) / (SEGMENT_BYTES + HEADER_BYTES));
  const roundTripMs = Math.ceil(rttUs / 1000);
  const asked = Math.round(bytes + bytesBelowPace({ bitsPerSecond, roundTripMs }));
  return { path: `/bytes/${asked}?pace=${bitsPerSecond}&rtt=${roundTripMs}`, asked };
}

/** Undefined: the request was refused, or broke off, or nothing had come before the first loss. */
function passedOf(outcome: TransferOutcome): Passed | undefined {
  const answer = afterWait(outcome);
  if (!answer || outcome.failure !== undefined || isRefusal(outcome.statusCode)) return undefined;
  const arrivals = answer.samples
    .filter(({ bytes }, index) => bytes > (answer.samples[index - 1]?.bytes ?? 0))
    .map(({ elapsedUs, bytes }) => ({ us: elapsedUs, bytes: bytes * (1 + HEADER_BYTES / SEGMENT_BYTES) }));
  return arrivals.length === 0 ? undefined : { arrivals, isLost: (outcome.outOfOrder ?? 0) > 0 };
}
