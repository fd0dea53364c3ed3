/**
 * The meaning of a rule list, spelled out rule by rule on strings: what the compiled matcher is held against.
 * Shares nothing with it but the records.
 */
import ipaddr from "ipaddr.js";
import type { NamePattern, NameProtocol, Rule } from "../../src/rules/rule.ts";

export interface NaiveFlow {
  readonly protocol: NameProtocol | undefined;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly timeMs: number;
}

/** The index of the first rule that matches, or -1. */
export function naiveMatch(rules: readonly Rule[], flow: NaiveFlow): number {
  return rules.findIndex((rule) => naiveRuleMatches(rule, flow));
}

export function naiveRuleMatches(rule: Rule, flow: NaiveFlow): boolean {
  const { names, addresses, ports, protocols, any } = rule;
  if (names.length + addresses.length + ports.length + protocols.length === 0 && !any) return false;
  if (names.length > 0 && flow.protocol === undefined) return false;
  if (names.length > 0 && !names.some((pattern) => naivePatternMatches(pattern, flow.name))) return false;
  if (protocols.length > 0 && !protocols.some((protocol) => protocol === flow.protocol)) return false;
  if (ports.length > 0 && !ports.some(({ low, high }) => low <= flow.port && flow.port <= high)) return false;
  if (rule.fromMs !== undefined && flow.timeMs < rule.fromMs) return false;
  if (rule.untilMs !== undefined && flow.timeMs >= rule.untilMs) return false;
  const address = ipaddr.parse(flow.address);
  return (
    addresses.length === 0 ||
    addresses.some((prefix) => {
      const network = ipaddr.fromByteArray([...prefix.bytes]);
      return network.kind() === address.kind() && address.match([network, prefix.bits] as never);
    })
  );
}

export function naivePatternMatches({ kind, text }: NamePattern, sent: string): boolean {
  const name = sent.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (kind === "exact") return name === text;
  if (kind === "suffix") return name.endsWith(text) && name.length > text.length;
  return kind === "ends-with" ? name.endsWith(text) : name.includes(text);
}
