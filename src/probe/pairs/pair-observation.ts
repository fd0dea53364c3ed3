/** A transfer of a pair as the Observation that everything later reads. */

import { isIP } from "node:net";
import { bitsPerSecond } from "../../base/units.ts";
import { SHORT_ANSWER } from "../../observation/failure.ts";
import { isRefusal } from "../../observation/http-status.ts";
import type { Comparison, Observation, TransferDirection } from "../../observation/observation.ts";
import type { TransferOutcome, TransferRequest } from "../transfer/transfer.ts";
import type { Arm } from "./arms.ts";

export interface PairTransfer {
  readonly comparison: Comparison;
  readonly direction: TransferDirection;
  readonly measurementId: string;
  readonly origin: Observation["origin"];
  readonly arm: Arm;
  /** Undefined: of no pair. */
  readonly pair: number | undefined;
  readonly request: TransferRequest;
  readonly outcome: TransferOutcome;
}

export function pairObservation(one: PairTransfer): Observation {
  const { request, outcome } = one;
  const { startedMs, ended, certificateProblem, localPort, samples, retransmits, outOfOrder, ...kept } =
    outcome;
  // Our own server gives as much as it is asked for; another's object is as long as it is.
  const isOurs = one.comparison === "control-server" || one.comparison === "inverted";
  const isShort = isOurs && one.direction === "down" && ended === "short" && !isRefusal(kept.statusCode);
  const fromUs = kept.requestUs ?? 0;
  const before = samples.findLast(({ elapsedUs }) => elapsedUs <= fromUs)?.bytes ?? 0;
  return {
    measurementId: one.measurementId,
    origin: one.origin,
    role: one.arm,
    time: new Date(startedMs).toISOString(),
    target: request.host,
    // Of the control server, which may be the user's own machine, its part is enough.
    ...(isOurs || !isIP(request.address) ? {} : { address: request.address }),
    protocol: request.plain ? "http" : "https",
    ...triggerOf(request),
    comparison: one.comparison,
    ...(one.pair === undefined ? {} : { pair: one.pair }),
    direction: one.direction,
    samples: [...samples],
    ...(kept.requestUs === undefined
      ? {}
      : { goodputBps: bitsPerSecond(kept.bytes - before, kept.durationUs - fromUs) }),
    ...kept,
    ...(isShort ? { operation: "read" as const, failure: SHORT_ANSWER } : {}),
    ...(retransmits === undefined ? {} : { retransmits }),
    ...(outOfOrder === undefined ? {} : { outOfOrder }),
  };
}

function triggerOf({ plain, host, serverName }: TransferRequest): Pick<Observation, "trigger"> {
  if (plain) return { trigger: { kind: "host", value: host } };
  return serverName === undefined ? {} : { trigger: { kind: "sni", value: serverName } };
}
