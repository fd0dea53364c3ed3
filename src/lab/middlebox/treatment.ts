/**
 * What a rule does to one flow: the state of its action. Made when the rule begins to act, kept until the flow is
 * forgotten, freed, or another rule takes over. A rate limit that covers one direction only leaves the other to the
 * rule that limited it before ("ALL upload is shaped", and downloads policed by name).
 */
import type { Random } from "../../base/random.ts";
import type { Packet } from "../../packet/packet.ts";
import { PROTOCOL_TCP } from "../../packet/packet.ts";
import type { Action, ActionKind } from "../../rules/action.ts";
import type { NameProtocol, Rule } from "../../rules/rule.ts";
import type { Limiters, LimitingAction } from "./limiters.ts";
import type { Limiter } from "./token-bucket.ts";

export interface DirectionLimit {
  ruleId: string;
  readonly limiter: Limiter;
}

export interface TriggerName {
  readonly protocol: NameProtocol;
  readonly bytes: Uint8Array;
}

export interface Treatment {
  /** A later list's rule may take its place (rule-book.ts); the flow keeps the action that it began with. */
  rule: Rule;
  /** The name that made the rule act, where one did: to be held against later lists. */
  name: TriggerName | undefined;
  readonly action: Action;
  /** As the packet's protocol allows: what needs TCP is "drop" elsewhere. */
  readonly kind: ActionKind;
  limitUp: DirectionLimit | undefined;
  limitDown: DirectionLimit | undefined;
  /** Packets (drop-after) or payload bytes (freeze) that may still pass. */
  left: number;
  /** Packet clock: the trigger, and what follows it in its direction, is held until then (delay-handshake). */
  readonly heldUntilUs: number;
  readonly heldUp: boolean;
  /** Whether the ends have been told (reset, page). */
  isDone: boolean;
}

/** TCP is what resets, pages and cut responses are made of. */
function kindFor(action: Action, protocol: number): ActionKind {
  const needsTcp = action.kind === "reset" || action.kind === "page" || action.kind === "cut-response";
  return needsTcp && protocol !== PROTOCOL_TCP ? "drop" : action.kind;
}

/** Begins to treat the flow of `packet`; `clientAt` is the offset of the inside end's address. */
export function beginTreatment(
  rule: Rule,
  packet: Packet,
  up: boolean,
  clientAt: number,
  nowUs: number,
  before: Treatment | undefined,
  limiters: Limiters,
  random: Random,
): Treatment {
  const { action } = rule;
  let { limitUp, limitDown } = before ?? { limitUp: undefined, limitDown: undefined };
  // "Let through, whatever later rules say."
  if (action.kind === "pass") limitUp = limitDown = undefined;
  let left = 0;
  let heldUntilUs = 0;
  if (action.kind === "police" || action.kind === "shape") {
    if (action.directions !== "down") {
      limitUp = limitFor(limiters, rule, action, true, packet, clientAt);
    }
    if (action.directions !== "up") {
      limitDown = limitFor(limiters, rule, action, false, packet, clientAt);
    }
  } else if (action.kind === "drop-after") left = random.integer(...action.packets);
  else if (action.kind === "freeze") left = random.integer(...action.bytes);
  else if (action.kind === "delay-handshake") heldUntilUs = nowUs + random.integer(...action.delayMs) * 1e3;
  return {
    rule,
    name: undefined,
    action,
    kind: kindFor(action, packet.protocol),
    limitUp,
    limitDown,
    left,
    heldUntilUs,
    heldUp: up,
    isDone: false,
  };
}

/** Puts a flow under another rule with the same action: its buckets stay as they are. */
export function adoptRule(treatment: Treatment, rule: Rule): void {
  for (const limit of [treatment.limitUp, treatment.limitDown]) {
    if (limit?.ruleId === treatment.rule.id) limit.ruleId = rule.id;
  }
  treatment.rule = rule;
}

export function isSameAction(a: Action, b: Action): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function limitFor(
  limiters: Limiters,
  rule: Rule,
  action: LimitingAction,
  up: boolean,
  { bytes, ipVersion }: Packet,
  clientAt: number,
): DirectionLimit {
  return { ruleId: rule.id, limiter: limiters.take(rule, action, up, bytes, clientAt, ipVersion) };
}
