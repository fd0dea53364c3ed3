/**
 * What a box does to the target's connections, out of the pairs that were measured against a control server: what a single
 * further connection has to show to count as acted on. Undefined where the pairs do not tell name and control apart.
 */
import { failureKind } from "../../observation/failure.ts";
import type { Observation, TransferDirection } from "../../observation/observation.ts";
import { type Compared, compareFlows } from "../pair/compare-flows.ts";

export type Reaction =
  /** Held to a rate; payload. `burstBytes`: what moved before the line was met. */
  | {
      readonly kind: "rate";
      readonly direction: TransferDirection;
      readonly rateBps: number;
      readonly burstBytes: number;
      readonly controlBps: number;
    }
  | { readonly kind: "delay"; readonly targetUs: number; readonly controlUs: number }
  | { readonly kind: "freeze"; readonly afterBytes: readonly number[] }
  /** Broken off: kinds of failure (observation/failure.ts) that the target's connections ended with, and what had moved by then. */
  | { readonly kind: "break"; readonly failures: readonly string[]; readonly afterBytes: readonly number[] };

/** Where flows were slower without a line that could be read: a bucket of usual size (Xue et al., IMC 2021). */
const UNKNOWN_BURST_BYTES = 32_768;

export function reactionOf(observations: readonly Observation[]): Reaction | undefined {
  const down = compareFlows(observations, "control-server", "down");
  return ofCompared(down) ?? ofCompared(compareFlows(observations, "control-server", "up"));
}

function ofCompared(compared: Compared): Reaction | undefined {
  const { word, direction, heldRate, targetBps, controlBps, targets } = compared;
  switch (word) {
    case "slow-by-rate":
    case "slow-by-pairs": {
      const rateBps = heldRate?.rateBps ?? targetBps;
      if (rateBps === undefined || controlBps === undefined) return undefined;
      const burstBytes = heldRate?.burstBytes ?? UNKNOWN_BURST_BYTES;
      return { kind: "rate", direction, rateBps, burstBytes, controlBps };
    }
    case "delayed": {
      const { targetHandshakeUs: targetUs, controlHandshakeUs: controlUs } = compared;
      return targetUs === undefined || controlUs === undefined
        ? undefined
        : { kind: "delay", targetUs, controlUs };
    }
    case "frozen":
      return { kind: "freeze", afterBytes: compared.frozenAfterBytes ?? [] };
    case "broken": {
      // A page in the server's place: single connections are judged by bytes and failures, which tell nothing of it.
      if (compared.broken === "answered") return undefined;
      const afterBytes = targets.map(({ observation: { bytes = 0 } }) => bytes);
      return { kind: "break", failures: endsOf(compared), afterBytes };
    }
    default:
      return undefined;
  }
}

/** A connection that falls silent after some bytes is ended by who watches it, without a failure: it timed out all the same. */
function endsOf({ broken, targets }: Compared): string[] {
  if (broken !== undefined && broken !== "other") return [broken];
  const kinds = targets.flatMap(({ observation: { failure } }) =>
    failure === undefined ? [] : [failureKind(failure)],
  );
  return [...new Set(kinds)];
}
