/**
 * What all answers of one control server share.
 */
import type { Bounds } from "./bounds.ts";
import type { ClientTable } from "./client-table.ts";
import type { Counters } from "./counters.ts";

export interface Service {
  readonly bounds: Bounds;
  readonly table: ClientTable;
  readonly counters: Counters;
  /** Of this process; tokens are made with it. */
  readonly secret: Uint8Array;
  /** What it listens on, once it does. */
  readonly ports: { port?: number; otherPort?: number; httpPort?: number; udpPort?: number };
  /** Does not go back. */
  nowMs(): number;
}

/** Whose connection it is. */
export interface Guest {
  readonly address: string;
  /** Whose budget it counts against. */
  readonly client: string;
  /** Above the client's number of connections: to be told so, and nothing else. */
  readonly isExcess: boolean;
}
