/**
 * Which flow a packet belongs to, what the box knows of it, and which rule it is under: the state of a middlebox.
 * Names trigger only in flows that begin from inside, TCP ones with a SYN ("Nothing that begins with a remote packet
 * triggers"); address, port and `any` rules act on every flow from its first packet. A flow under a rule is not freed
 * by FIN, RST or a new SYN ("FIN and RST do not clear it"); a new SYN from inside makes the box look anew at others.
 */
import type { Random } from "../../base/random.ts";
import type { Packet } from "../../packet/packet.ts";
import { PROTOCOL_TCP, PROTOCOL_UDP, TCP_ACK, TCP_SYN } from "../../packet/packet.ts";
import type { Matcher, Rule } from "../../rules/rule.ts";
import type { MiddleboxConfig } from "./config.ts";
import type { Counters } from "./counters.ts";
import { FlowStates, INSIDE_IS_LOW, OUTSIDE_IS_INSIDE, PAYLOAD_SEEN } from "./flow-states.ts";
import { FlowTable } from "./flow-table.ts";
import { FoundName } from "./found-name.ts";
import { Inspection } from "./inspection.ts";
import { Limiters } from "./limiters.ts";
import { isFingerprint } from "./quic-trigger.ts";
import { RuleBook } from "./rule-book.ts";
import { StreamTable } from "./streams.ts";
import { TaintTable } from "./taint.ts";
import { adoptRule, beginTreatment, isSameAction, type Treatment } from "./treatment.ts";

const NOTHING = new Uint8Array(0);
/** Idle flows that are forgotten with each new one: more than come, so that they never pile up. */
const FORGOTTEN_AT_ONCE = 2;

export interface FlowMemory {
  readonly flows: number;
  /** Flows whose segments are being put together. */
  readonly streams: number;
  readonly sharedLimiters: number;
  readonly taints: number;
}

export class FlowKeeper {
  readonly states: FlowStates;
  /** Of the last packet: it was sent by its flow's inside end. */
  up = false;
  /** Of the last packet: a rule began to act on its flow. */
  triggered = false;
  readonly #config: MiddleboxConfig;
  readonly #random: Random;
  readonly #counters: Counters;
  readonly #table: FlowTable;
  readonly #streams: StreamTable;
  readonly #limiters: Limiters;
  readonly #taints: TaintTable;
  readonly #name = new FoundName();
  readonly #inspection: Inspection;
  readonly #rules: RuleBook;

  constructor(config: MiddleboxConfig, matcher: Matcher, random: Random, counters: Counters) {
    this.#config = config;
    this.#random = random;
    this.#counters = counters;
    this.states = new FlowStates(config.maxFlows);
    this.#streams = new StreamTable(config.maxStreams, counters);
    this.#table = new FlowTable(config.maxFlows, random.integer(0, 0xffffffff), (flow) => {
      this.states.clear(flow);
      this.#streams.forget(flow);
    });
    this.#limiters = new Limiters(config.maxSharedLimiters);
    this.#taints = new TaintTable(config.maxTaints);
    this.#inspection = new Inspection(this.states, this.#streams, config.reassembles, this.#name);
    this.#rules = new RuleBook(matcher, config.quicFingerprint);
    this.#inspection.wanted = this.#rules.wanted;
  }

  get size(): number {
    return this.#table.size;
  }

  get memory(): FlowMemory {
    return {
      flows: this.#table.size,
      streams: this.#streams.size,
      sharedLimiters: this.#limiters.size,
      taints: this.#taints.size,
    };
  }

  /** Of the last packet's flow. */
  get hash(): number {
    return this.#table.hash;
  }

  replaceRules(matcher: Matcher): void {
    this.#rules.replace(matcher);
    this.#inspection.wanted = this.#rules.wanted;
    this.#taints.keepOnly((rule) => this.#rules.current(rule) !== undefined);
  }

  /** The packet's flow, known or new. */
  flowOf(packet: Packet, fromInside: boolean, nowUs: number, scenarioMs: number): number {
    const table = this.#table;
    const { states } = this;
    this.triggered = false;
    let flow = table.find(packet);
    if (flow >= 0 && scenarioMs - table.lastMs(flow) > this.#config.idleMs) {
      table.remove(flow);
      this.#counters.idleFlows++;
      flow = -1;
    }
    if (flow < 0) return this.#open(packet, fromInside, nowUs, scenarioMs);
    table.touch(flow, scenarioMs);
    this.up = table.sourceIsLow === ((states.flags[flow]! & INSIDE_IS_LOW) !== 0);
    if (fromInside && !this.up) states.flags[flow]! |= OUTSIDE_IS_INSIDE;
    if (packet.protocol === PROTOCOL_TCP && (packet.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) {
      this.#synAgain(flow);
    }
    return flow;
  }

  /** What is to be done with the flow, after this packet was looked at; undefined for nothing. */
  treat(flow: number, packet: Packet, nowUs: number, scenarioMs: number): Treatment | undefined {
    const { states, up } = this;
    const before = states.treatments[flow];
    if (
      states.listNumber[flow] !== this.#rules.listNumber ||
      (before && !this.#rules.isInForce(before, scenarioMs))
    ) {
      this.#reconsider(flow, packet, nowUs, scenarioMs);
    }
    if (states.isLooking(flow)) {
      const { quicFingerprint } = this.#config;
      if (quicFingerprint && up && isFingerprint(packet, quicFingerprint)) {
        this.#begin(flow, this.#rules.fingerprintRule!, packet, nowUs);
      } else if (this.#inspection.look(flow, packet, up)) this.#match(flow, packet, nowUs, scenarioMs);
      if (!states.isLooking(flow) && !states.treatments[flow]) this.#counters.givenUpFlows++;
    }
    return states.treatments[flow];
  }

  #open(packet: Packet, fromInside: boolean, nowUs: number, scenarioMs: number): number {
    const table = this.#table;
    const { states } = this;
    this.#makeRoom(scenarioMs);
    const flow = table.add(scenarioMs);
    this.#counters.flows++;
    this.up = fromInside;
    states.flags[flow] = table.sourceIsLow === fromInside ? INSIDE_IS_LOW : 0;
    states.listNumber[flow] = this.#rules.listNumber;
    const opens =
      packet.protocol === PROTOCOL_TCP
        ? (packet.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN
        : packet.protocol === PROTOCOL_UDP;
    if (fromInside && opens) this.#startLooking(flow);
    this.#matchAddress(flow, packet, nowUs, scenarioMs);
    return flow;
  }

  #startLooking(flow: number): void {
    if (this.#rules.wanted.size > 0 || this.#config.quicFingerprint) {
      const { window } = this.#config;
      this.states.startLooking(flow, this.#random.integer(window[0], window[1]));
    }
  }

  #makeRoom(scenarioMs: number): void {
    const table = this.#table;
    for (let i = 0; i < FORGOTTEN_AT_ONCE && table.oldest >= 0; i++) {
      if (scenarioMs - table.lastMs(table.oldest) <= this.#config.idleMs) break;
      table.remove(table.oldest);
      this.#counters.idleFlows++;
    }
    if (!table.isFull) return;
    const { treatments } = this.states;
    this.#counters.evictedFlows++;
    if (treatments[table.oldest] || this.states.isLooking(table.oldest)) this.#counters.evictedBusyFlows++;
  }

  #synAgain(flow: number): void {
    const { states } = this;
    if (!this.up) {
      if (!this.#config.remoteSynUnblocks) return;
      states.stopLooking(flow);
      if (!states.treatments[flow]) return;
      states.treatments[flow] = undefined;
      this.#counters.freedFlows++;
    } else if ((states.flags[flow]! & PAYLOAD_SEEN) !== 0 && !states.treatments[flow]) {
      this.#streams.forget(flow);
      this.#startLooking(flow);
    }
  }

  /** Holds a flow against a list that is new to it, or a rule that has run out. */
  #reconsider(flow: number, packet: Packet, nowUs: number, scenarioMs: number): void {
    const { states } = this;
    const before = states.treatments[flow];
    states.listNumber[flow] = this.#rules.listNumber;
    if (before) {
      if (this.#rules.renew(before, scenarioMs)) return;
      if (before.name) {
        const { protocol, bytes } = before.name;
        const matched = this.#rules.match(protocol, bytes, 0, bytes.length, packet, this.up, scenarioMs);
        const rule = this.#rules.matcher.rules[matched];
        if (rule && isSameAction(rule.action, before.action)) {
          adoptRule(before, rule);
          return;
        }
      }
      states.treatments[flow] = undefined;
      this.#counters.freedFlows++;
    } else if (this.#config.newRulesReach === "new-flows") return;
    this.#matchAddress(flow, packet, nowUs, scenarioMs);
  }

  /** Rules that need no name, and what an earlier flow left behind; the one that stands first in the list. */
  #matchAddress(flow: number, packet: Packet, nowUs: number, scenarioMs: number): void {
    const { matcher } = this.#rules;
    const matched = this.#rules.match(undefined, NOTHING, 0, 0, packet, this.up, scenarioMs);
    const taint = this.#taints.ruleFor(packet, this.up, scenarioMs);
    const tainting = taint ? this.#rules.indexOf(taint) : -1;
    if (tainting >= 0 && (matched < 0 || tainting < matched)) {
      this.#counters.taintedFlows++;
      this.#begin(flow, matcher.rules[tainting]!, packet, nowUs);
    } else if (matched >= 0) {
      const rule = matcher.rules[matched]!;
      this.#begin(flow, rule, packet, nowUs);
      this.#taint(rule, packet, scenarioMs);
    }
  }

  /** Rules for the name that was found. */
  #match(flow: number, packet: Packet, nowUs: number, scenarioMs: number): void {
    const { protocol, bytes, start, end } = this.#name;
    const matched = this.#rules.match(protocol, bytes, start, end, packet, this.up, scenarioMs);
    if (matched < 0) return;
    const rule = this.#rules.matcher.rules[matched]!;
    if (this.states.treatments[flow]?.rule === rule) return;
    this.states.stopLooking(flow);
    const treatment = this.#begin(flow, rule, packet, nowUs);
    treatment.name = { protocol, bytes: bytes.slice(start, end) };
    this.#taint(rule, packet, scenarioMs);
  }

  #taint(rule: Rule, packet: Packet, scenarioMs: number): void {
    if (rule.taintMs !== undefined) this.#taints.add(packet, this.up, rule, scenarioMs + rule.taintMs);
  }

  #begin(flow: number, rule: Rule, packet: Packet, nowUs: number): Treatment {
    const { states, up } = this;
    const addressBytes = packet.ipVersion === 6 ? 16 : 4;
    const clientAt = packet.addressOffset + (up ? 0 : addressBytes);
    const before = states.treatments[flow];
    const treatment = beginTreatment(rule, packet, up, clientAt, nowUs, before, this.#limiters, this.#random);
    states.treatments[flow] = treatment;
    this.#counters.flowsByAction[rule.action.kind]++;
    this.triggered = true;
    const { kind } = rule.action;
    if (kind === "drop" || kind === "reset" || kind === "pass") states.stopLooking(flow);
    return treatment;
  }
}
