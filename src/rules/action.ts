/**
 * What a box does to a flow that a rule matches: plain records, carried out by the laboratory's middlebox.
 * Rates are bit/s and sizes bytes of IP packets (header included, no link header); ranges are drawn per flow, both
 * ends included. Kinds and default numbers: Xue et al., IMC 2021 (doi 10.1145/3487552.3487858) and IMC 2022
 * (doi 10.1145/3517745.3561461); what is known second hand only says so.
 */
export type Range = readonly [low: number, high: number];

/** Whose packets share one bucket: a flow's, a client's (its address), all that pass the box. */
export const BUCKET_SCOPES = ["flow", "client", "box"] as const;
export type BucketScope = (typeof BUCKET_SCOPES)[number];

/** "up" is from the inside to the outside. In each direction a bucket of its own. */
export const DIRECTIONS = ["both", "up", "down"] as const;
export type Directions = (typeof DIRECTIONS)[number];

export type Action =
  /** A token bucket that drops what exceeds it. */
  | {
      readonly kind: "police";
      readonly rateBps: number;
      readonly burstBytes: number;
      readonly scope: BucketScope;
      readonly directions: Directions;
    }
  /** A token bucket that delays what exceeds it, and drops what finds the queue full. */
  | {
      readonly kind: "shape";
      readonly rateBps: number;
      readonly burstBytes: number;
      readonly queueBytes: number;
      readonly scope: BucketScope;
      readonly directions: Directions;
    }
  /** Nothing passes any more, the trigger included (SNI-IV, QUIC, addresses). */
  | { readonly kind: "drop" }
  /** The trigger and so many packets more pass, then nothing in either direction (SNI-II: 5-8, second hand). */
  | { readonly kind: "drop-after"; readonly packets: Range }
  /** The trigger is dropped and both ends get a RST. */
  | { readonly kind: "reset" }
  /** The trigger passes; what the server answers arrives as a bare RST+ACK (SNI-I). */
  | { readonly kind: "cut-response" }
  /** An HTTP request is answered by the box with this page, and the server gets a RST; other triggers are reset. */
  | { readonly kind: "page"; readonly status: number; readonly body: string; readonly location?: string }
  /** After so many payload bytes towards the client nothing passes any more ("TCP 16-20": 14-34 kB). */
  | { readonly kind: "freeze"; readonly bytes: Range }
  /** The trigger is held back for so long (Turkey 2023: a handshake of 100 ms takes over 3 s). */
  | { readonly kind: "delay-handshake"; readonly delayMs: Range }
  /** Let through, whatever later rules say. */
  | { readonly kind: "pass" };

export type ActionKind = Action["kind"];

/** 18,250 bytes/s of IP packets: 141 kbit/s of TCP payload, inside the published 130-150 (Xue et al. 2021). */
export const TWITTER_RATE_BPS = 146_000;
/** Unpublished; the report's picture shows about 16 kB passing at once (censoredplanet.org/throttling, 2021). */
export const DEFAULT_BURST_BYTES = 16_000;
