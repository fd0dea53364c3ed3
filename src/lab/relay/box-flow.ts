/**
 * One flow at one box: looks for a name, holds it against the rules of the moment, and says of each piece what becomes of
 * it. The order of things is that of middlebox/flow-keeper.ts: names trigger only in flows that begin inside and were
 * seen to begin; address, port and `any` rules act from the first piece on; a flow keeps its rule until the rule is
 * lifted, runs out, or the flow was idle for too long.
 */
import type { Packet } from "../../packet/packet.ts";
import type { Rule } from "../../rules/rule.ts";
import { FoundName } from "../middlebox/found-name.ts";
import { isHit } from "../middlebox/health.ts";
import { isSameAction, type TriggerName } from "../middlebox/treatment.ts";
import { flowPacket, type RelayBox } from "./relay-box.ts";
import { Repetition } from "./repetition.ts";
import { held, leaves, type Passage, type Piece, type Place, type Stage } from "./stage.ts";
import { StreamInspection } from "./stream-inspection.ts";
import { type StreamLimits, StreamTreatment } from "./stream-treatment.ts";

/** Addresses, and the port of the server. */
export interface FlowEnds {
  readonly client: string;
  readonly server: string;
  readonly port: number;
}

const NOTHING = new Uint8Array(0);

interface Direction {
  last: Piece | undefined;
  /** When an overloaded box lets the last piece go. */
  dueUs: number;
  readonly repetition: Repetition;
}

export class BoxFlow implements Place {
  readonly up: Stage = { pass: (piece, nowUs) => this.#pass(piece, true, nowUs) };
  readonly down: Stage = { pass: (piece, nowUs) => this.#pass(piece, false, nowUs) };
  readonly #box: RelayBox;
  readonly #packet: Packet;
  readonly #inside: string;
  readonly #fromInside: boolean;
  readonly #hash: number;
  readonly #found = new FoundName();
  readonly #directions: readonly [down: Direction, up: Direction];
  #inspection: StreamInspection | undefined;
  #treatment: StreamTreatment | undefined;
  #isKnown = false;
  #listNumber = 0;
  #lastMs = 0;

  /** `fromInside`: the client is the box's inside end. */
  constructor(box: RelayBox, ends: FlowEnds, fromInside: boolean) {
    const { client, server, port } = ends;
    this.#box = box;
    this.#fromInside = fromInside;
    this.#inside = fromInside ? client : server;
    this.#packet = fromInside ? flowPacket(client, server, port) : flowPacket(server, client, 0);
    this.#hash = box.random.integer(0, 0xffffffff);
    const direction = (): Direction => ({
      last: undefined,
      dueUs: 0,
      repetition: new Repetition(box.random),
    });
    this.#directions = [direction(), direction()];
  }

  #pass(piece: Piece, fromClient: boolean, nowUs: number): Passage {
    const { health } = this.#box;
    if (health.kind === "fail-open") return leaves(nowUs);
    if (health.kind === "fail-closed") return held(nowUs);
    const direction = this.#directions[fromClient ? 1 : 0];
    const isNew = direction.last !== piece;
    direction.last = piece;
    if (isNew) {
      direction.dueUs =
        health.kind === "overloaded"
          ? direction.repetition.dueUs(piece, health.dropShare, nowUs) + health.delayMs * 1e3
          : nowUs;
    }
    if (health.kind === "malfunction" && isHit(this.#hash, this.#box.healthSeed, health.share)) {
      return health.how === "reset" ? { kind: "ends", ending: { kind: "reset" } } : held(nowUs);
    }
    const passage = this.#treat(piece, fromClient === this.#fromInside, isNew, nowUs);
    return passage.kind === "leaves" ? leaves(Math.max(passage.atUs, direction.dueUs)) : passage;
  }

  /** `up`: sent by the inside end. */
  #treat(piece: Piece, up: boolean, isNew: boolean, nowUs: number): Passage {
    const { rules, config, scenarioMs } = this.#box;
    const nowMs = scenarioMs();
    if (this.#isKnown && isNew && nowMs - this.#lastMs > config.idleMs) this.#forget();
    if (isNew) this.#lastMs = nowMs;
    if (!this.#isKnown) this.#begin(piece, up, nowUs, nowMs);
    else if (
      this.#listNumber !== rules.listNumber ||
      (this.#treatment && !isInForce(this.#treatment, nowMs))
    ) {
      this.#reconsider(piece, up, nowUs, nowMs);
    }
    const inspection = this.#inspection;
    if (isNew && inspection?.isLooking && piece.bytes.length > 0) {
      if (inspection.look(piece.bytes, up, rules.wanted, this.#found))
        this.#matchName(piece, up, nowUs, nowMs);
      if (!inspection.isLooking && !this.#treatment) this.#box.counters.givenUpFlows++;
    }
    return this.#treatment?.pass(piece, up, isNew, nowUs) ?? leaves(nowUs);
  }

  #begin(piece: Piece, up: boolean, nowUs: number, nowMs: number): void {
    const { rules, config, counters, random } = this.#box;
    this.#isKnown = true;
    this.#listNumber = rules.listNumber;
    counters.flows++;
    if (this.#fromInside && up && piece.kind === "open" && rules.wanted.size > 0) {
      this.#inspection = new StreamInspection(random.integer(...config.window), this.#packet.destinationPort);
    }
    this.#matchAddress(piece, up, nowUs, nowMs);
  }

  #forget(): void {
    this.#isKnown = false;
    this.#treatment = undefined;
    this.#inspection = undefined;
    this.#box.counters.idleFlows++;
  }

  /** Holds the flow against a list that is new to it, or a rule that has run out. */
  #reconsider(piece: Piece, up: boolean, nowUs: number, nowMs: number): void {
    const { rules, counters, config } = this.#box;
    const before = this.#treatment;
    this.#listNumber = rules.listNumber;
    if (before) {
      const same = rules.current(before.rule);
      if (same) {
        before.rule = same;
        freeLimits(before, (id) => rules.matcher.rules.some((rule) => rule.id === id));
        if (isInForce(before, nowMs)) return;
      }
      const other = before.name && this.#ruleFor(before.name, nowMs);
      if (other && isSameAction(other.action, before.action)) {
        for (const limit of [before.limits.up, before.limits.down]) {
          if (limit?.ruleId === before.rule.id) limit.ruleId = other.id;
        }
        before.rule = other;
        return;
      }
      this.#treatment = undefined;
      counters.freedFlows++;
    } else if (config.newRulesReach === "new-flows") return;
    this.#matchAddress(piece, up, nowUs, nowMs);
  }

  /** Rules that need no name, and what an earlier flow left behind; the one that stands first in the list. */
  #matchAddress(piece: Piece, up: boolean, nowUs: number, nowMs: number): void {
    const { rules, taints, counters } = this.#box;
    const matched = rules.match(undefined, NOTHING, 0, 0, this.#packet, true, nowMs);
    const taint = taints.ruleFor(this.#packet, true, nowMs);
    const tainting = taint ? rules.indexOf(taint) : -1;
    const isTainted = tainting >= 0 && (matched < 0 || tainting < matched);
    const rule = rules.matcher.rules[isTainted ? tainting : matched];
    if (!rule) return;
    if (isTainted) counters.taintedFlows++;
    this.#act(rule, undefined, piece, up, nowUs);
    if (!isTainted) this.#taint(rule, nowMs);
  }

  #matchName(piece: Piece, up: boolean, nowUs: number, nowMs: number): void {
    const { protocol, bytes, start, end } = this.#found;
    const name: TriggerName = { protocol, bytes: bytes.slice(start, end) };
    const rule = this.#ruleFor(name, nowMs);
    if (!rule || this.#treatment?.rule === rule) return;
    this.#inspection!.isLooking = false;
    this.#act(rule, name, piece, up, nowUs);
    this.#taint(rule, nowMs);
  }

  #ruleFor({ protocol, bytes }: TriggerName, nowMs: number): Rule | undefined {
    const { rules } = this.#box;
    return rules.matcher.rules[rules.match(protocol, bytes, 0, bytes.length, this.#packet, true, nowMs)];
  }

  #taint(rule: Rule, nowMs: number): void {
    if (rule.taintMs !== undefined) this.#box.taints.add(this.#packet, true, rule, nowMs + rule.taintMs);
  }

  #act(rule: Rule, name: TriggerName | undefined, piece: Piece, up: boolean, nowUs: number): void {
    const box = this.#box;
    const { action } = rule;
    const limits: StreamLimits = { up: this.#treatment?.limits.up, down: this.#treatment?.limits.down };
    if (action.kind === "police" || action.kind === "shape") {
      const limit = (isUp: boolean) => ({
        ruleId: rule.id,
        bucket: box.bucketFor(rule, action, isUp, this.#inside),
      });
      if (action.directions !== "down") limits.up = limit(true);
      if (action.directions !== "up") limits.down = limit(false);
    }
    this.#treatment = new StreamTreatment(rule, name, limits, piece, up, nowUs, box.random);
    box.counters.flowsByAction[action.kind]++;
    if (this.#inspection && (action.kind === "drop" || action.kind === "reset" || action.kind === "pass")) {
      this.#inspection.isLooking = false;
    }
  }
}

function isInForce({ rule }: StreamTreatment, nowMs: number): boolean {
  return (
    (rule.untilMs === undefined || nowMs < rule.untilMs) &&
    (rule.fromMs === undefined || nowMs >= rule.fromMs)
  );
}

/** A rule that limited one direction before another took over may be lifted by itself. */
function freeLimits({ rule, limits }: StreamTreatment, isListed: (id: string) => boolean): void {
  if (limits.up && limits.up.ruleId !== rule.id && !isListed(limits.up.ruleId)) limits.up = undefined;
  if (limits.down && limits.down.ruleId !== rule.id && !isListed(limits.down.ruleId)) limits.down = undefined;
}
