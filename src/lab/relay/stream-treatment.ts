/**
 * What a rule does to one flow at stream level: the state of its action, and what becomes of each piece. Like
 * middlebox/treatment.ts and actions.ts, with what streams cannot show left out: dropped is held, a limit delays.
 */
import type { Random } from "../../base/random.ts";
import { beginsLikeRequest } from "../../packet/http.ts";
import type { Rule } from "../../rules/rule.ts";
import { emitPage } from "../middlebox/page.ts";
import type { TriggerName } from "../middlebox/treatment.ts";
import { held, leaves, type Passage, type Piece, packetBytes } from "./stage.ts";
import type { StreamBucket } from "./stream-bucket.ts";

export interface StreamLimit {
  ruleId: string;
  readonly bucket: StreamBucket;
}

/** In the inside end's sense of up and down. */
export interface StreamLimits {
  up: StreamLimit | undefined;
  down: StreamLimit | undefined;
}

export class StreamTreatment {
  /** A later list's rule may take its place; the flow keeps the action that it began with. */
  rule: Rule;
  readonly action: Rule["action"];
  readonly name: TriggerName | undefined;
  readonly limits: StreamLimits;
  readonly #trigger: Piece;
  readonly #heldUp: boolean;
  readonly #heldUntilUs: number;
  #left: number;
  /** Nothing passes any more. */
  #isOver = false;

  /** `trigger`: the piece that made the rule act, sent by the inside end when `up`. */
  constructor(
    rule: Rule,
    name: TriggerName | undefined,
    limits: StreamLimits,
    trigger: Piece,
    up: boolean,
    nowUs: number,
    random: Random,
  ) {
    const { action } = rule;
    this.rule = rule;
    this.action = action;
    this.name = name;
    this.limits = action.kind === "pass" ? { up: undefined, down: undefined } : limits;
    this.#trigger = trigger;
    this.#heldUp = up;
    this.#heldUntilUs =
      action.kind === "delay-handshake" ? nowUs + random.integer(...action.delayMs) * 1e3 : 0;
    this.#left =
      action.kind === "drop-after"
        ? random.integer(...action.packets)
        : action.kind === "freeze"
          ? random.integer(...action.bytes)
          : 0;
  }

  /** `isNew`: it is asked about for the first time. */
  pass(piece: Piece, up: boolean, isNew: boolean, nowUs: number): Passage {
    const { action } = this;
    switch (action.kind) {
      case "drop":
        return held(nowUs);
      case "drop-after":
        if (isNew && piece !== this.#trigger && this.#left-- <= 0) this.#isOver = true;
        break;
      case "freeze":
        if (isNew && !up && (this.#left -= piece.bytes.length) < 0) this.#isOver = true;
        break;
      case "reset":
        return { kind: "ends", ending: { kind: "reset" } };
      case "page": {
        if (piece.bytes.length === 0) break;
        const isRequest =
          this.name?.protocol === "http" || beginsLikeRequest(piece.bytes, 0, piece.bytes.length);
        return {
          kind: "ends",
          ending: up && isRequest ? { kind: "page", bytes: emitPage(action) } : { kind: "reset" },
        };
      }
      case "cut-response":
        if (!up && piece !== this.#trigger) return { kind: "ends", ending: { kind: "reset" } };
        break;
      case "delay-handshake":
        if (up === this.#heldUp && nowUs < this.#heldUntilUs) {
          return { kind: "waits", untilUs: this.#heldUntilUs };
        }
        break;
      default:
    }
    if (this.#isOver) return held(nowUs);
    const limit = up ? this.limits.up : this.limits.down;
    return limit?.bucket.take(packetBytes(piece), nowUs) ?? leaves(nowUs);
  }
}
