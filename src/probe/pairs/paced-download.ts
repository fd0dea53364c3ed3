/**
 * One download from our control server at a pace that it keeps (docs/control-server.md) until its first loss: what passed by then,
 * and when. Needs the kernel's counts. Bounds: bytes, time. Never judges.
 */
import { isIPv6 } from "node:net";
import { bytesBelowPace, MOST_ROUND_TRIP_MS, PACED_PIECE_BYTES } from "../../host/paced-bytes.ts";
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
/** A TLS record around a piece (type, length, content type, tag: RFC 8446, section 5.2). */
const RECORD_BYTES = 22;
/** IP and TCP with time stamps. */
const HEADER_BYTES = { 4: 52, 6: 72 } as const;
const ETHERNET_BYTES = 1500;

/** `signal` aborted: it ends. */
export async function pacedDownload(
  arms: ArmsPlan,
  arm: Arm,
  { paceBps, bytes, rttUs, restMs, timeoutMs }: PacedRequest,
  signal?: AbortSignal,
): Promise<PacedDownload> {
  const wanted = { comparison: "control-server", direction: "down", pairs: 1 } as const;
  const { pathOf: _, ...planned } = armRequest(arms, wanted, arm, 0);
  const isPaced = Number.isFinite(paceBps);
  const headerBytes = HEADER_BYTES[isIPv6(planned.address) ? 6 : 4];
  const segmentBytes = isPaced ? PACED_PIECE_BYTES + RECORD_BYTES : ETHERNET_BYTES - headerBytes;
  const overhead = 1 + headerBytes / segmentBytes;
  const { path, asked } = isPaced
    ? askAtPace(bytes, paceBps / (overhead * (1 + RECORD_BYTES / PACED_PIECE_BYTES)), rttUs)
    : { path: `/bytes/${bytes}`, asked: bytes };
  let outOfOrderBefore = 0;
  const outcome = await runTransfer(
    { ...planned, path, bytes: asked, restMs, timeoutMs, lookEveryMs: LOOK_EVERY_MS },
    {
      isEnough: ({ outOfOrder = 0, requestUs }) => {
        if (requestUs === undefined) outOfOrderBefore = outOfOrder;
        return signal?.aborted === true || outOfOrder > outOfOrderBefore;
      },
      goesOn: () => false,
    },
  );
  const arrivals = arrivalsOf(outcome, overhead);
  const isLost = (outcome.outOfOrder ?? 0) > outOfOrderBefore;
  return { movedBytes: outcome.bytes, ...(arrivals ? { passed: { arrivals, isLost } } : {}) };
}

function askAtPace(bytes: number, bodyBps: number, rttUs: number): { path: string; asked: number } {
  const pace = { bitsPerSecond: Math.round(bodyBps), roundTripMs: roundTripMsOf(rttUs) };
  const asked = Math.round(bytes + bytesBelowPace(pace));
  return { path: `/bytes/${asked}?pace=${pace.bitsPerSecond}&rtt=${pace.roundTripMs}`, asked };
}

function roundTripMsOf(us: number): number {
  return Math.max(1, Math.min(MOST_ROUND_TRIP_MS, Math.ceil(us / 1000)));
}

/** Undefined: the request was refused, or broke off, or nothing had come before the first loss. */
function arrivalsOf(outcome: TransferOutcome, overhead: number): Passed["arrivals"] | undefined {
  const answer = afterWait(outcome);
  if (!answer || outcome.failure !== undefined || isRefusal(outcome.statusCode)) return undefined;
  const arrivals = answer.samples
    .filter(({ bytes }, index) => bytes > (answer.samples[index - 1]?.bytes ?? 0))
    .map(({ elapsedUs, bytes }) => ({ us: elapsedUs, bytes: bytes * overhead }));
  return arrivals.length === 0 ? undefined : arrivals;
}
