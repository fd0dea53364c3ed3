/**
 * One behaviour of a box as a script: what the two ends of a connection do, and what it is like afterwards. Replayed in
 * memory by replay.ts; nothing in the record presumes that, so that the same rows can run over a real kernel.
 */
import type { MiddleboxConfig } from "../../src/lab/middlebox/config.ts";
import type { RuleList } from "../../src/rules/rule.ts";

/** "client" is the end on the inside; "server" the other one, wherever it is. */
export type End = "client" | "server";

export type Step =
  /** One segment a piece, or one datagram. */
  | { readonly kind: "send"; readonly from: End; readonly pieces: readonly Uint8Array[] }
  /** One segment in IP fragments of so many bytes of IP payload. */
  | {
      readonly kind: "fragments";
      readonly from: End;
      readonly bytes: Uint8Array;
      readonly fragmentBytes: number;
    }
  /** A bare segment; "syn" opens nothing new. */
  | { readonly kind: "fin" | "rst" | "syn"; readonly from: End }
  /** Nothing is sent for so long, by both clocks. */
  | { readonly kind: "idle"; readonly minutes: number }
  /** A few full packets each way a minute, for so many minutes. */
  | { readonly kind: "transfer"; readonly minutes: number }
  /** A new connection from another port; to another server, if that is said. What follows is about it. */
  | { readonly kind: "reconnect"; readonly toOther?: boolean };

/**
 * What the connection is like when the script is over and both ends send in bulk (60 full packets each way in a tenth
 * of a second, and a few more ten seconds later).
 */
export type Outcome =
  | "free"
  /** Some packets pass, then and later, in both directions; or in one while the other is free. */
  | "throttled"
  | "throttled-down"
  /** Up is delayed, not dropped; down free, or dropped. */
  | "shaped-up"
  | "shaped-up-throttled-down"
  /** Nothing passes from the trigger on, the trigger included. */
  | "blocked"
  /** The trigger and a few packets pass, then nothing. */
  | "blocked-after-trigger"
  /** Kilobytes pass, then nothing. */
  | "frozen"
  | "reset"
  | "cut"
  | "page"
  /** The trigger was held back for a second or more; everything else is free. */
  | "delayed"
  /** The connection is free but something that was sent never arrived. */
  | "swallowed";

export interface Behaviour {
  /** A sentence. */
  readonly name: string;
  /** What was published, in notes or paper; second-hand figures are marked unverified. */
  readonly source: string;
  readonly rules: RuleList;
  readonly config?: Partial<MiddleboxConfig>;
  readonly transport?: "tcp" | "udp";
  readonly serverPort?: number;
  /** Default IPv4. */
  readonly ipVersion?: 4 | 6;
  /** Who opens the connection; default the client. */
  readonly opener?: End;
  /** Both ends lie inside. */
  readonly isInsideOnly?: boolean;
  /** Scenario clock at the start, ms since the epoch. */
  readonly startMs: number;
  readonly steps: readonly Step[];
  /** Several: every one of them happens, by the flow's drawn window, and nothing else. */
  readonly expected: Outcome | readonly Outcome[];
}
