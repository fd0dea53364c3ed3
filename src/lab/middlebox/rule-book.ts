/**
 * The list of rules that a box follows now, and what became of the rules of earlier lists. A rule is the same rule as
 * long as its id is.
 */
import type { Packet } from "../../packet/packet.ts";
import type { Matcher, NameProtocol, Rule } from "../../rules/rule.ts";
import type { QuicFingerprint } from "./config.ts";
import { wantedProtocols } from "./payload-trigger.ts";
import type { Treatment } from "./treatment.ts";

export class RuleBook {
  matcher: Matcher;
  /** Rises with each list. */
  listNumber = 0;
  /** In which protocols names are looked for. */
  wanted: ReadonlySet<NameProtocol> = new Set();
  /** Stands for the box's own recognition of QUIC; no list lifts it. */
  readonly fingerprintRule: Rule | undefined;
  #indexes = new Map<string, number>();

  constructor(matcher: Matcher, fingerprint: QuicFingerprint | undefined) {
    this.matcher = matcher;
    this.fingerprintRule = fingerprint && {
      id: "quic-fingerprint",
      names: [],
      addresses: [],
      ports: [],
      protocols: ["quic"],
      any: false,
      intent: [],
      action: fingerprint.action,
    };
    this.#read();
  }

  replace(matcher: Matcher): void {
    this.matcher = matcher;
    this.listNumber++;
    this.#read();
  }

  /** Place of the rule in the present list, or -1. */
  indexOf(rule: Rule): number {
    return this.#indexes.get(rule.id) ?? -1;
  }

  /** The rule of the same id in the present list. */
  current(rule: Rule): Rule | undefined {
    return rule === this.fingerprintRule ? rule : this.matcher.rules[this.indexOf(rule)];
  }

  isInForce({ rule }: Treatment, scenarioMs: number): boolean {
    return (
      (rule.untilMs === undefined || scenarioMs < rule.untilMs) &&
      (rule.fromMs === undefined || scenarioMs >= rule.fromMs)
    );
  }

  /** Goes over to the present list; false when the treatment's rule is lifted or not in force. */
  renew(treatment: Treatment, scenarioMs: number): boolean {
    const rule = this.current(treatment.rule);
    if (!rule) return false;
    treatment.rule = rule;
    // A rule that limited one direction before another took over may be lifted by itself.
    const { limitUp, limitDown } = treatment;
    if (limitUp && limitUp.ruleId !== rule.id && !this.#indexes.has(limitUp.ruleId)) {
      treatment.limitUp = undefined;
    }
    if (limitDown && limitDown.ruleId !== rule.id && !this.#indexes.has(limitDown.ruleId)) {
      treatment.limitDown = undefined;
    }
    return this.isInForce(treatment, scenarioMs);
  }

  /** Index of the first rule that matches, or -1; `up`: the packet's destination is the outside end. */
  match(
    protocol: NameProtocol | undefined,
    name: Uint8Array,
    nameStart: number,
    nameEnd: number,
    packet: Packet,
    up: boolean,
    scenarioMs: number,
  ): number {
    const isV6 = packet.ipVersion === 6;
    const outsideAt = packet.addressOffset + (up ? (isV6 ? 16 : 4) : 0);
    const port = packet.hasTransport ? (up ? packet.destinationPort : packet.sourcePort) : 0;
    const { matcher } = this;
    return matcher.match(
      protocol,
      name,
      nameStart,
      nameEnd,
      packet.bytes,
      outsideAt,
      isV6 ? 6 : 4,
      port,
      scenarioMs,
    );
  }

  #read(): void {
    this.#indexes = new Map(this.matcher.rules.map(({ id }, index) => [id, index]));
    this.wanted = wantedProtocols(this.matcher.rules);
  }
}
