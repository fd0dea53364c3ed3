/**
 * What a box matches: the records of a rule list. Frozen once read; state belongs to flows, never to rules.
 * A rule matches when every one of its criteria that is not empty does. `any` matches every flow.
 */
import type { Action } from "./action.ts";

/** Where a name is looked for in a packet. */
export const NAME_PROTOCOLS = ["tls", "http", "quic", "dns"] as const;
export type NameProtocol = (typeof NAME_PROTOCOLS)[number];

export const PATTERN_KINDS = ["exact", "suffix", "ends-with", "contains"] as const;

/**
 * `t.co` exact; `*.twimg.com` suffix (names below it, not itself); `*twitter.com` ends-with; `*t.co*` contains.
 * Compared without regard to ASCII case, and otherwise byte for byte: a trailing dot makes another name.
 */
export interface NamePattern {
  readonly kind: (typeof PATTERN_KINDS)[number];
  /** Lower case, without asterisks; of a suffix with its leading dot. */
  readonly text: string;
}

/** An address prefix; bits beyond `bits` are zero. */
export interface AddressPrefix {
  readonly version: 4 | 6;
  /** 4 or 16. */
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** Of the outside end; both included. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

export interface Rule {
  /** Unique in its list. */
  readonly id: string;
  readonly names: readonly NamePattern[];
  readonly addresses: readonly AddressPrefix[];
  readonly ports: readonly PortRange[];
  /** For names: where they are looked for; empty means everywhere. */
  readonly protocols: readonly NameProtocol[];
  readonly any: boolean;
  /** Scenario clock, ms since the epoch: from (included) until (not included). */
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** Whom the rule is meant for: what else it hits is collateral. */
  readonly intent: readonly string[];
  readonly action: Action;
  /** Later flows of the same client to the same outside address get the same action for so long (Turkey 2023-25). */
  readonly taintMs?: number;
  /** Line of the file that it was read from, from 1. */
  readonly line?: number;
}

export interface RuleList {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/**
 * One compiled rule list. `match` gives the index in `rules` of the first rule (in list order) that matches, or -1.
 * It allocates nothing and never throws.
 * protocol: what the name was found in, undefined when the packet names nothing (address and `any` rules only).
 * nameBytes[nameStart, nameEnd): the name as in the packet, in any case.
 * addressBytes[addressAt, +4 or +16): the outside end's address; port: its port; timeMs: scenario clock.
 */
export interface Matcher {
  readonly rules: readonly Rule[];
  match(
    protocol: NameProtocol | undefined,
    nameBytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
    addressBytes: Uint8Array,
    addressAt: number,
    ipVersion: 4 | 6,
    port: number,
    timeMs: number,
  ): number;
}
