/**
 * A throttling and blocking box of the laboratory: packets in, decisions out. Pure: it holds no clock and does nothing;
 * the driver passes both clocks and carries decisions out. It must never stand in front of anybody's real traffic.
 * Bounds: those of MiddleboxConfig; whatever is forgotten for want of room is counted. Never throws: what cannot be
 * read is forwarded, and counted. The usual packet allocates nothing.
 * Method: Xue et al., IMC 2021 (doi 10.1145/3487552.3487858) and IMC 2022 (doi 10.1145/3517745.3561461).
 */
import type { Random } from "../../base/random.ts";
import { decodeNetwork } from "../../packet/decode.ts";
import { Packet, PROTOCOL_TCP, PROTOCOL_UDP } from "../../packet/packet.ts";
import type { Matcher } from "../../rules/rule.ts";
import { Actions } from "./actions.ts";
import { DEFAULT_CONFIG, type MiddleboxConfig } from "./config.ts";
import { Counters } from "./counters.ts";
import { ASK, Decision, DROP, FORWARD, HOLD, PASS_FLOW } from "./decision.ts";
import { FlowKeeper, type FlowMemory } from "./flow-keeper.ts";
import { OUTSIDE_IS_INSIDE } from "./flow-states.ts";
import { FragmentBuffer } from "./fragments.ts";
import { type Health, isHit } from "./health.ts";

export interface MiddleboxMemory extends FlowMemory {
  readonly fragmentedDatagrams: number;
  readonly fragmentBytes: number;
}

export class Middlebox {
  readonly counters = new Counters();
  readonly #random: Random;
  readonly #flows: FlowKeeper;
  readonly #actions: Actions;
  readonly #fragments: FragmentBuffer;
  readonly #packet = new Packet();
  readonly #decision = new Decision();
  /** The caller's buffer and the same memory as a plain array: slice() of Node's Buffer would not copy. */
  #given: Uint8Array = new Uint8Array(0);
  #plain: Uint8Array = this.#given;
  #health: Health = { kind: "ok" };
  #healthSeed = 0;

  constructor(config: Partial<MiddleboxConfig>, matcher: Matcher, random: Random) {
    const whole = { ...DEFAULT_CONFIG, ...config };
    this.#random = random;
    this.#flows = new FlowKeeper(whole, matcher, random, this.counters);
    this.#actions = new Actions(whole, this.counters);
    this.#fragments = new FragmentBuffer(whole, this.counters);
  }

  /** Flows that are remembered now. */
  get flows(): number {
    return this.#flows.size;
  }

  /** Everything that is remembered now; each has its bound in MiddleboxConfig. */
  get memory(): MiddleboxMemory {
    const { size: fragmentedDatagrams, bytes: fragmentBytes } = this.#fragments;
    return { ...this.#flows.memory, fragmentedDatagrams, fragmentBytes };
  }

  get health(): Health {
    return this.#health;
  }

  /** A malfunction hits other flows each time that it is set. Flows that the kernel passes by itself do not notice. */
  set health(health: Health) {
    this.#health = health;
    this.#healthSeed = this.#random.integer(0, 0xffffffff);
  }

  /**
   * A new list of rules. A flow that a rule acts on keeps its state while the new list has a rule of that id, or one
   * that its name matches with the same action; else it is freed with its next packet. The same goes for rules that run
   * out. Other flows: `newRulesReach`.
   * What the kernel passes or drops by itself the driver must make it ask about again.
   */
  replaceRules(matcher: Matcher): void {
    this.#flows.replaceRules(matcher);
  }

  /**
   * One whole IP packet, bytes[start, end), without link header. `fromInside`: it came in on the inside interface.
   * `nowUs`: packet clock, monotonic (buckets, delays, fragments). `scenarioMs`: scenario clock (validity of rules,
   * idle flows, taints). The decision is the same object each time; the bytes may be overwritten after the call.
   */
  decide(
    bytes: Uint8Array,
    start: number,
    end: number,
    fromInside: boolean,
    nowUs: number,
    scenarioMs: number,
  ): Decision {
    const decision = this.#decision;
    const packet = this.#packet;
    decision.clear();
    this.counters.packets++;
    this.counters.bytes += end - start;
    if (bytes !== this.#given) {
      this.#given = bytes;
      this.#plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    packet.bytes = this.#plain;
    packet.start = start;
    packet.end = end;
    if (this.#health.kind === "fail-closed") decision.verdict = DROP;
    else if (this.#health.kind !== "fail-open") {
      if (!decodeNetwork(packet, start, end - start)) this.counters.malformedPackets++;
      else if (packet.isFragment) this.#decideFragment(fromInside, nowUs, scenarioMs);
      else this.#decideWhole(fromInside, nowUs, scenarioMs);
    }
    this.#count(end - start);
    return decision;
  }

  #decideWhole(fromInside: boolean, nowUs: number, scenarioMs: number): void {
    const packet = this.#packet;
    const decision = this.#decision;
    const health = this.#health;
    if (!packet.hasTransport && (packet.protocol === PROTOCOL_TCP || packet.protocol === PROTOCOL_UDP)) {
      this.counters.malformedPackets++;
      return;
    }
    if (health.kind === "overloaded" && this.#random.next() < health.dropShare) {
      decision.verdict = DROP;
      return;
    }
    const flows = this.#flows;
    const flow = flows.flowOf(packet, fromInside, nowUs, scenarioMs);
    const { up } = flows;
    const isInside = (flows.states.flags[flow]! & OUTSIDE_IS_INSIDE) !== 0;
    if (health.kind === "malfunction" && isHit(flows.hash, this.#healthSeed, health.share)) {
      decision.verdict = DROP;
      if (health.how === "reset") this.#actions.resetBoth(packet, up, isInside, decision);
      return;
    }
    const treatment = flows.treat(flow, packet, nowUs, scenarioMs);
    if (treatment) {
      decision.rule = treatment.rule;
      decision.triggered = flows.triggered;
      this.#actions.apply(treatment, packet, up, isInside, nowUs, decision);
    } else decision.flow = PASS_FLOW;
    if (decision.flow === PASS_FLOW && flows.states.isLooking(flow)) decision.flow = ASK;
    if (health.kind === "ok") return;
    decision.flow = ASK;
    if (health.kind !== "overloaded" || decision.verdict === DROP) return;
    const lateUs = nowUs + health.delayMs * 1e3;
    decision.untilUs = decision.verdict === HOLD ? Math.max(decision.untilUs, lateUs) : lateUs;
    decision.verdict = HOLD;
  }

  /** Keeps a fragment, or decides on the datagram that it completes and then sends all of them. */
  #decideFragment(fromInside: boolean, nowUs: number, scenarioMs: number): void {
    const packet = this.#packet;
    const decision = this.#decision;
    const complete = this.#fragments.add(packet, nowUs);
    if (!complete) {
      decision.verdict = DROP;
      return;
    }
    this.counters.completedDatagrams++;
    const { whole, fragments } = complete;
    packet.bytes = whole;
    packet.start = 0;
    packet.end = whole.length;
    if (decodeNetwork(packet, 0, whole.length)) this.#decideWhole(fromInside, nowUs, scenarioMs);
    else this.counters.malformedPackets++;
    if (decision.verdict === DROP || decision.replacement) return;
    const untilUs = decision.verdict === HOLD ? decision.untilUs : 0;
    for (const bytes of fragments) decision.inject.push({ bytes, toInside: !fromInside, untilUs });
    // The last fragment goes with the others, not by itself.
    decision.verdict = DROP;
    decision.untilUs = 0;
  }

  #count(bytes: number): void {
    const { counters } = this;
    const { verdict, replacement } = this.#decision;
    if (verdict === FORWARD) counters.forwardedPackets++;
    else if (verdict === HOLD) counters.heldPackets++;
    else {
      counters.droppedPackets++;
      counters.droppedBytes += bytes;
    }
    if (replacement) counters.replacedPackets++;
  }
}
