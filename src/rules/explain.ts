/**
 * Says in words which rule a flow meets and why: the pattern and where in the name it lies, the address prefix, the
 * action; which other rules match; which would match but for their date, port, protocol or address.
 * Looks at every rule: for people's questions, not for packets.
 */
import { formatBytes, formatDuration, formatRate } from "../base/units.ts";
import type { Action } from "./action.ts";
import { formatPrefix, prefixContains } from "./address-prefix.ts";
import { formatPorts } from "./emit.ts";
import { type Flow, matchFlow, UNKNOWN_ADDRESS } from "./flow.ts";
import { foldedBytes, formatPattern, quoted } from "./name-pattern.ts";
import type { AddressPrefix, Matcher, NamePattern, Rule } from "./rule.ts";

/** More are counted, not listed. */
export const MOST_OTHERS = 100;
const MOST_NEAR = 3;

export interface RuleHit {
  readonly rule: Rule;
  /** Of those that the rule has, the first that matches. */
  readonly pattern?: NamePattern;
  readonly prefix?: AddressPrefix;
}

export interface Explanation {
  readonly hit?: RuleHit;
  /** Later rules that match too, at most MOST_OTHERS. */
  readonly others: readonly RuleHit[];
  readonly otherCount: number;
  readonly sentence: string;
}

export function explainMatch(matcher: Matcher, flow: Flow): Explanation {
  const found = matchFlow(matcher, flow);
  const others: RuleHit[] = [];
  const near: string[] = [];
  let hit: RuleHit | undefined;
  let otherCount = 0;
  matcher.rules.forEach((rule, index) => {
    const judged = judgeRule(rule, flow);
    if ("misses" in judged) {
      if (judged.misses !== "" && near.length < MOST_NEAR)
        near.push(`rule ${quoted(rule.id)} ${judged.misses}`);
    } else if (index === found) hit = judged;
    else if (++otherCount <= MOST_OTHERS) others.push(judged);
  });
  const sentence = hit ? hitSentence(hit, flow) : ["no rule matches", ...near].join("; ");
  return { ...(hit && { hit }), others, otherCount, sentence };
}

/** How the rule matches; or what it misses ("" where it is about something else altogether). */
export function judgeRule(rule: Rule, flow: Flow): RuleHit | { readonly misses: string } {
  const { names, addresses, ports, protocols } = rule;
  const version = flow.address.length === 4 ? 4 : 6;
  const name = flow.name === undefined ? undefined : foldedText(flow.name);
  const pattern = name === undefined ? undefined : names.find((one) => patternPlace(one, name) >= 0);
  const prefix = addresses.find((one) => prefixContains(one, flow.address, 0, version));
  const asksNothing = names.length + addresses.length + ports.length + protocols.length === 0 && !rule.any;
  if (asksNothing || (names.length > 0 && !pattern)) return { misses: "" };
  if (addresses.length > 0 && !prefix)
    return { misses: pattern ? `would match at ${listed(addresses.map(formatPrefix))} only` : "" };
  if (protocols.length > 0 && (name === undefined || !protocols.includes(flow.protocol)))
    return { misses: `would match in ${protocols.join(", ")} only` };
  if (ports.length > 0 && !ports.some(({ low, high }) => low <= flow.port && flow.port <= high))
    return { misses: `would match at port ${listed(ports.map(formatPorts))} only` };
  if (rule.fromMs !== undefined && flow.timeMs < rule.fromMs)
    return { misses: `would match from ${formatTime(rule.fromMs)}` };
  if (rule.untilMs !== undefined && flow.timeMs >= rule.untilMs)
    return { misses: `matched until ${formatTime(rule.untilMs)}` };
  return { rule, ...(pattern && { pattern }), ...(prefix && { prefix }) };
}

/** "2021-03-10T07:00:00Z" */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(".000Z", "Z");
}

function hitSentence({ rule, pattern, prefix }: RuleHit, flow: Flow): string {
  const reasons = [
    pattern && `${WORDS[pattern.kind]} '${formatPattern(pattern)}' (${marked(pattern, flow.name ?? "")})`,
    prefix && `the address lies in ${formatPrefix(prefix)}`,
    !pattern && !prefix && (rule.any ? "it is for every flow" : "port and protocol are what it asks for"),
  ].filter((reason) => typeof reason === "string");
  const because =
    flow.address === UNKNOWN_ADDRESS && prefix ? [...reasons, "which is every address"] : reasons;
  return `rule ${quoted(rule.id)} matches: ${because.join(", and ")}; it ${describeAction(rule.action)}`;
}

const WORDS: Record<NamePattern["kind"], string> = {
  exact: "the name is exactly",
  suffix: "the name is below",
  "ends-with": "the name ends as",
  contains: "the name has in it",
};

/** "reddi[t.co]m" */
function marked(pattern: NamePattern, name: string): string {
  const at = patternPlace(pattern, foldedText(name));
  const end = at + foldedBytes(pattern.text).length;
  return quoted(`${name.slice(0, at)}[${name.slice(at, end)}]${name.slice(end)}`).slice(1, -1);
}

/** Where in the name the pattern lies, or -1. */
function patternPlace({ kind, text }: NamePattern, name: string): number {
  const bytes = foldedBytes(text);
  const end = name.length - bytes.length;
  if (kind === "contains") return name.indexOf(bytes);
  if (kind === "exact") return name === bytes ? 0 : -1;
  return name.endsWith(bytes) && (kind === "ends-with" || end > 0) ? end : -1;
}

/** Bytes as text, ASCII letters in lower case and nothing else. */
function foldedText(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function listed(texts: readonly string[]): string {
  return texts.length <= 3
    ? texts.join(", ")
    : `${texts.slice(0, 3).join(", ")} and ${texts.length - 3} more`;
}

/** What the action does, as the rest of a sentence about it. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case "police":
    case "shape": {
      const does = action.kind === "police" ? "drops" : "delays";
      const where = action.directions === "both" ? "in each direction" : `${action.directions} only`;
      const bucket = `${formatRate(action.rateBps)} after ${formatBytes(action.burstBytes)}`;
      return `${does} what exceeds ${bucket}, a bucket for each ${action.scope}, ${where}`;
    }
    case "drop":
      return "drops everything";
    case "drop-after":
      return `drops everything after ${rangeText(action.packets, String)} packets more`;
    case "reset":
      return "resets both ends";
    case "cut-response":
      return "cuts off the answer";
    case "page":
      return `answers with a page of its own (status ${action.status})`;
    case "freeze":
      return `lets nothing pass after ${rangeText(action.bytes, formatBytes)}`;
    case "delay-handshake":
      return `holds the handshake back for ${rangeText(action.delayMs, (ms) => formatDuration(1000 * ms))}`;
    case "pass":
      return "lets it pass, whatever later rules say";
  }
}

function rangeText([low, high]: readonly [number, number], format: (value: number) => string): string {
  return low === high ? format(low) : `${format(low)} to ${format(high)}`;
}
