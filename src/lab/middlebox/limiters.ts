/**
 * The token buckets and shapers of a box: a flow's own, or shared by the flows of a client, or of the box, under one
 * rule and in one direction. Bounds: maxShared shared ones; beyond, the one that was taken longest ago is replaced by
 * a full one for the flows that begin then (those that hold it keep it).
 */
import { formatAddress } from "../../packet/address.ts";
import type { Action } from "../../rules/action.ts";
import type { Rule } from "../../rules/rule.ts";
import { Shaper } from "./shaper.ts";
import { type Limiter, TokenBucket } from "./token-bucket.ts";

export type LimitingAction = Extract<Action, { kind: "police" | "shape" }>;

interface Shared {
  readonly limiter: Limiter;
  readonly action: LimitingAction;
}

export class Limiters {
  readonly #shared = new Map<string, Shared>();
  readonly #maxShared: number;

  constructor(maxShared: number) {
    this.#maxShared = maxShared;
  }

  get size(): number {
    return this.#shared.size;
  }

  /** For one direction; the client's address lies at bytes[clientAt], of 4 or 16 bytes. */
  take(
    rule: Rule,
    action: LimitingAction,
    up: boolean,
    bytes: Uint8Array,
    clientAt: number,
    ipVersion: number,
  ): Limiter {
    if (action.scope === "flow") return limiterOf(action);
    const client = action.scope === "client" ? formatAddress(bytes, clientAt, ipVersion) : "";
    const key = `${up ? "up" : "down"} ${client} ${rule.id}`;
    let shared = this.#shared.get(key);
    // A new list may give the same rule another rate.
    if (!shared || !isSameLimit(shared.action, action)) shared = { limiter: limiterOf(action), action };
    this.#shared.delete(key);
    if (this.#shared.size >= this.#maxShared) this.#shared.delete(this.#shared.keys().next().value!);
    this.#shared.set(key, shared);
    return shared.limiter;
  }
}

function limiterOf(action: LimitingAction): Limiter {
  return action.kind === "police"
    ? new TokenBucket(action.rateBps, action.burstBytes)
    : new Shaper(action.rateBps, action.burstBytes, action.queueBytes);
}

function isSameLimit(a: LimitingAction, b: LimitingAction): boolean {
  return (
    a.kind === b.kind &&
    a.rateBps === b.rateBps &&
    a.burstBytes === b.burstBytes &&
    (a.kind === "police" || (b.kind === "shape" && a.queueBytes === b.queueBytes))
  );
}
