/**
 * What makes one box different from another. Sources: Xue et al., IMC 2021 (doi 10.1145/3487552.3487858) and IMC 2022
 * (doi 10.1145/3517745.3561461), the report of 6 April 2021 (censoredplanet.org/throttling).
 */
import type { Action, Range } from "../../rules/action.ts";

/** Payload-carrying packets of a sender that are looked at after its first: the paper's 3-15, the report's 15-20. */
export const PAPER_WINDOW: Range = [3, 15];
export const REPORT_WINDOW: Range = [15, 20];

/** QUIC told by its looks, whatever it names (IMC 2022; second hand, unverified). */
export interface QuicFingerprint {
  readonly port: number;
  readonly version: number;
  readonly minPayloadBytes: number;
  readonly action: Action;
}

export const TSPU_QUIC_FINGERPRINT: QuicFingerprint = {
  port: 443,
  version: 1,
  minPayloadBytes: 1001,
  action: { kind: "drop" },
};

export interface MiddleboxConfig {
  /** Flows that are remembered; beyond, the one that was idle longest is forgotten, and counted. */
  readonly maxFlows: number;
  /** Scenario clock: a flow idle for longer is forgotten ("after ~10 idle minutes", IMC 2021). */
  readonly idleMs: number;
  /** Drawn per flow, both ends included; at most 254. */
  readonly window: Range;
  /** Puts TCP segments (and QUIC datagrams) together before it looks for a name; the boxes of 2021 did not. */
  readonly reassembles: boolean;
  /** A SYN from the outside frees a flow, and keeps it free (IMC 2022). */
  readonly remoteSynUnblocks: boolean;
  readonly quicFingerprint?: QuicFingerprint;
  /** Of one datagram; one more and all of them are dropped (IMC 2022). */
  readonly maxFragments: number;
  /** Packet clock. Unpublished: a parameter. */
  readonly fragmentTimeoutUs: number;
  readonly maxFragmentedDatagrams: number;
  readonly maxFragmentBytes: number;
  /** Buckets shared by the flows of a client or of the box. */
  readonly maxSharedLimiters: number;
  /** Pairs of client and outside address that are remembered as tainted. */
  readonly maxTaints: number;
  /** Flows whose segments are being put together, at most 16 kB each; for `reassembles`. */
  readonly maxStreams: number;
  /**
   * Whom address, port and `any` rules of a replaced list reach: flows that begin after it, or running ones with their
   * next packet. Flows under a rule that the new list lacks are freed in either case.
   */
  readonly newRulesReach: "new-flows" | "all-flows";
  /** Of packets that the box makes itself. */
  readonly hopLimit: number;
}

export const DEFAULT_CONFIG: MiddleboxConfig = {
  maxFlows: 200_000,
  idleMs: 600_000,
  window: PAPER_WINDOW,
  reassembles: false,
  remoteSynUnblocks: false,
  maxFragments: 45,
  fragmentTimeoutUs: 30e6,
  maxFragmentedDatagrams: 1024,
  maxFragmentBytes: 16 * 1024 * 1024,
  maxSharedLimiters: 65_536,
  maxTaints: 65_536,
  maxStreams: 2048,
  newRulesReach: "new-flows",
  hopLimit: 64,
};
