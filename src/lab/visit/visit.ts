/**
 * What a plain user of a laboratory's client does: looks a name up, connects, shakes hands, fetches an object. The
 * outcome is data, failures included (OONI df-007). Never judges.
 */
import type { Operation } from "../../observation/vocabulary.ts";

export interface VisitRequest {
  /** Name of the scenario's client. */
  readonly client: string;
  /** Host name: looked up, sent as SNI and Host. */
  readonly name: string;
  readonly path: string;
  /** Connect to this address instead of what the name server says. */
  readonly address?: string;
  readonly port?: number;
  readonly version?: 4 | 6;
  readonly direction?: "down" | "up";
  /** Of an upload. */
  readonly bytes?: number;
  readonly timeoutMs: number;
}

export interface VisitOutcome {
  readonly address?: string;
  /** Each step that succeeded, and how long it took. */
  readonly steps: readonly { readonly operation: Operation; readonly durationUs: number }[];
  /** The step that failed, and how. */
  readonly operation?: Operation;
  readonly failure?: string;
  readonly statusCode?: number;
  /** From the first connection attempt to the end, and of the transfer alone. */
  readonly totalUs: number;
  readonly transferUs?: number;
  /** TCP payload that arrived (or was acknowledged, for an upload) during the transfer, as the kernel counts it. */
  readonly bytes: number;
  readonly samples: readonly { readonly elapsedUs: number; readonly bytes: number }[];
  readonly rttUs?: number;
}
