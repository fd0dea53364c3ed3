/** How well a box works: set by the laboratory's faults. */
import { mixHash } from "../../packet/flow-key.ts";

export type Health =
  | { readonly kind: "ok" }
  /** Everything passes, nothing is decided or remembered. */
  | { readonly kind: "fail-open" }
  /** Nothing passes. */
  | { readonly kind: "fail-closed" }
  /** Works as ever on a share of the packets, and late; the others are dropped. */
  | { readonly kind: "overloaded"; readonly dropShare: number; readonly delayMs: number }
  /** Drops or resets a share of ALL flows, whatever the rules say. */
  | { readonly kind: "malfunction"; readonly share: number; readonly how: "drop" | "reset" };

/** Whether a malfunction hits the flow with this hash: the same flows as long as the seed is the same. */
export function isHit(flowHash: number, seed: number, share: number): boolean {
  return mixHash(flowHash, seed) < share * 2 ** 32;
}
