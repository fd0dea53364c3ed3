/**
 * A box (or an operator's blocker) on the way of streams: its rules, its health and what its flows share. Rules and their
 * meaning are those of the box for packets (middlebox/middlebox.ts); each flow's own state is in box-flow.ts.
 * Bounds: maxSharedLimiters buckets, the one taken longest ago goes first; maxTaints pairs.
 */
import type { Random } from "../../base/random.ts";
import { addressBytes } from "../../packet/emit-ip.ts";
import { Packet } from "../../packet/packet.ts";
import type { Action } from "../../rules/action.ts";
import { compileRules } from "../../rules/matcher.ts";
import type { Rule, RuleList } from "../../rules/rule.ts";
import { DEFAULT_CONFIG, type MiddleboxConfig } from "../middlebox/config.ts";
import { Counters } from "../middlebox/counters.ts";
import type { Health } from "../middlebox/health.ts";
import { RuleBook } from "../middlebox/rule-book.ts";
import { TaintTable } from "../middlebox/taint.ts";
import { StreamBucket } from "./stream-bucket.ts";

type LimitingAction = Extract<Action, { kind: "police" | "shape" }>;

export class RelayBox {
  readonly config: MiddleboxConfig;
  readonly counters = new Counters();
  readonly rules: RuleBook;
  readonly taints: TaintTable;
  readonly random: Random;
  readonly scenarioMs: () => number;
  readonly #buckets = new Map<string, StreamBucket>();
  #health: Health = { kind: "ok" };
  healthSeed = 0;

  constructor(config: Partial<MiddleboxConfig>, rules: RuleList, random: Random, scenarioMs: () => number) {
    this.config = { ...DEFAULT_CONFIG, ...config };
    // Streams are TCP: nothing of them looks like QUIC.
    this.rules = new RuleBook(compileRules(rules), undefined);
    this.taints = new TaintTable(this.config.maxTaints);
    this.random = random;
    this.scenarioMs = scenarioMs;
  }

  get health(): Health {
    return this.#health;
  }

  /** A malfunction hits other flows each time that it is set. */
  set health(health: Health) {
    this.#health = health;
    this.healthSeed = this.random.integer(0, 0xffffffff);
  }

  /** Flows whose rule is gone are freed with their next piece. */
  replaceRules(list: RuleList): void {
    this.rules.replace(compileRules(list));
    this.taints.keepOnly((rule) => this.rules.current(rule) !== undefined);
  }

  /** The bucket of one direction for a flow of this inside end, as the action's scope says. */
  bucketFor(rule: Rule, action: LimitingAction, up: boolean, inside: string): StreamBucket {
    const { rateBps, burstBytes } = action;
    const queueBytes = action.kind === "shape" ? action.queueBytes : 0;
    const make = (): StreamBucket => new StreamBucket(rateBps, burstBytes, queueBytes);
    if (action.scope === "flow") return make();
    const whose = action.scope === "client" ? inside : "";
    // A new list may give the same rule another rate.
    const key = [up, whose, rule.id, action.kind, rateBps, burstBytes, queueBytes].join(" ");
    const bucket = this.#buckets.get(key) ?? make();
    this.#buckets.delete(key);
    if (this.#buckets.size >= this.config.maxSharedLimiters)
      this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

/** A flow as the tables for packets know it: its addresses and the outside end's port. IPv4. */
export function flowPacket(inside: string, outside: string, outsidePort: number): Packet {
  const packet = new Packet();
  packet.bytes = Uint8Array.from([...addressBytes(inside), ...addressBytes(outside)]);
  packet.ipVersion = 4;
  packet.hasTransport = true;
  packet.destinationPort = outsidePort;
  return packet;
}
