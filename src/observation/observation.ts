/**
 * The flat Observation: what one vantage point saw of one transfer or attempt to reach something. Never a conclusion.
 * A field that was not measured is absent, never null, zero or success.
 * Specified in docs/format.md; validated with `observationSchema` at every boundary.
 */
import { z } from "zod";
import { ACCESS_KINDS, OPERATIONS, ORIGINS, TRIGGER_KINDS } from "./vocabulary.ts";

/** What a transfer was for. A lookalike is a control whose name resembles the target's (over-match). */
export const ROLES = ["target", "control", "lookalike"] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a transfer of a pair is compared in: the target's name and a neutral one at the target's own address, or at a
 * control server; the control server's bytes as they are and inverted bit by bit; the target and a named control site.
 */
export const COMPARISONS = ["same-address", "control-server", "inverted", "site"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const DIRECTIONS = ["down", "up"] as const;
export type TransferDirection = (typeof DIRECTIONS)[number];

export const PROTOCOLS = ["dns", "tcp", "tls", "quic", "http", "https"] as const;

export const TEXT_LIMIT = 2_000;
export const SAMPLE_LIMIT = 100_000;
const AUTONOMOUS_SYSTEM_LIMIT = 4_294_967_295;
const text = z.string().min(1).max(TEXT_LIMIT);
const autonomousSystem = z.int().min(1).max(AUTONOMOUS_SYSTEM_LIMIT);
const amount = z.number().nonnegative();

export const observationSchema = z.strictObject({
  /** Shared by all transfers of one measurement (a pair and its controls). */
  measurementId: text,
  origin: z.enum(ORIGINS),
  role: z.enum(ROLES),
  /** Start, RFC 3339 in UTC. */
  time: z.iso.datetime().exactOptional(),

  // Who
  asn: autonomousSystem.exactOptional(),
  networkName: text.exactOptional(),
  /** Of the vantage point: IPv4 /24 at most, IPv6 at most /32: "198.51.100.0/24". */
  prefix: text.exactOptional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .exactOptional(),
  accessKind: z.enum(ACCESS_KINDS).exactOptional(),

  // What
  target: text.exactOptional(),
  address: text.exactOptional(),
  hostingAsn: autonomousSystem.exactOptional(),
  protocol: z.enum(PROTOCOLS).exactOptional(),
  trigger: z.strictObject({ kind: z.enum(TRIGGER_KINDS), value: text.exactOptional() }).exactOptional(),

  // Of a pair (probe)
  comparison: z.enum(COMPARISONS).exactOptional(),
  /** Number of the pair within its comparison and direction, from 0. */
  pair: z.int().nonnegative().exactOptional(),
  direction: z.enum(DIRECTIONS).exactOptional(),

  // How it went
  bytes: amount.exactOptional(),
  durationUs: amount.exactOptional(),
  /** Application bytes over the transfer's time; below the rate on the wire. */
  goodputBps: amount.exactOptional(),
  /** Bytes received so far at a time since the start; both rising. */
  samples: z
    .array(z.strictObject({ elapsedUs: amount, bytes: amount }))
    .max(SAMPLE_LIMIT)
    .exactOptional(),
  rttUs: amount.exactOptional(),
  /** How long the steps before the transfer took, of those that were done. */
  connectUs: amount.exactOptional(),
  handshakeUs: amount.exactOptional(),
  /** Since the connection was made: when the hello was last seen unacknowledged, while nothing had come back. */
  unacknowledgedUs: amount.exactOptional(),
  /** Since the connection was begun: when the request was sent. Samples and `bytes` begin with the connection. */
  requestUs: amount.exactOptional(),
  /** Of the HTTP answer. */
  statusCode: z.int().min(0).max(999).exactOptional(),
  /** HTTP answers that began over this connection: an object may be asked for again and again. */
  answers: amount.exactOptional(),
  /** Segments that this end sent again, and that came here out of order, as the kernel counts them. */
  retransmits: amount.exactOptional(),
  outOfOrder: amount.exactOptional(),
  /** Longest smoothed round trip of the transfer, µs: what a queue adds to `rttUs`. */
  rttMaxUs: amount.exactOptional(),
  /** Share of segments that were lost, 0 to 1. */
  lossShare: z.number().min(0).max(1).exactOptional(),
  /** The step that failed. */
  operation: z.enum(OPERATIONS).exactOptional(),
  /** OONI df-007; absent where nothing failed. */
  failure: text.exactOptional(),
});
export type Observation = z.infer<typeof observationSchema>;
