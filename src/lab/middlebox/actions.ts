/**
 * Carries a treatment out on one packet: fills in the decision. What the kernel may do by itself is said as soon as
 * nothing is left to decide; a rate-limited flow is asked about for ever.
 */
import { beginsLikeRequest } from "../../packet/http.ts";
import type { Packet } from "../../packet/packet.ts";
import { PROTOCOL_TCP, TCP_FIN, TCP_RST } from "../../packet/packet.ts";
import { cutResponse, pageFor, resetForReceiver, resetForSender } from "./answers.ts";
import type { MiddleboxConfig } from "./config.ts";
import type { Counters } from "./counters.ts";
import { ASK, type Decision, DROP, DROP_FLOW, FORWARD, HOLD, PASS_FLOW } from "./decision.ts";
import { emitPage } from "./page.ts";
import { REFUSED } from "./token-bucket.ts";
import type { Treatment } from "./treatment.ts";

/** Of a frozen flow: nothing passes any more. */
const FROZEN = -1;

export class Actions {
  readonly #config: MiddleboxConfig;
  readonly #counters: Counters;

  constructor(config: MiddleboxConfig, counters: Counters) {
    this.#config = config;
    this.#counters = counters;
  }

  /** `up`: sent by the inside end. `isInside`: the other end lies on the inside interface too. */
  apply(
    treatment: Treatment,
    packet: Packet,
    up: boolean,
    isInside: boolean,
    nowUs: number,
    decision: Decision,
  ): void {
    decision.flow = ASK;
    switch (treatment.kind) {
      case "drop":
        this.#dropFlow(decision);
        break;
      case "drop-after":
        if (decision.triggered) break;
        if (treatment.left > 0) treatment.left--;
        else this.#dropFlow(decision);
        break;
      case "reset":
        if (!treatment.isDone) this.resetBoth(packet, up, isInside, decision);
        treatment.isDone = true;
        this.#dropFlow(decision);
        break;
      case "page":
        this.#showPage(treatment, packet, up, isInside, decision);
        break;
      case "cut-response":
        if (!up && !decision.triggered && (packet.flags & TCP_RST) === 0) {
          decision.replacement = cutResponse(packet);
        }
        break;
      case "freeze":
        this.#freeze(treatment, packet, up, decision);
        break;
      case "delay-handshake":
        if (nowUs >= treatment.heldUntilUs) decision.flow = PASS_FLOW;
        else if (up === treatment.heldUp) {
          decision.verdict = HOLD;
          decision.untilUs = treatment.heldUntilUs;
        }
        break;
      case "pass":
        decision.flow = PASS_FLOW;
        break;
      default:
    }
    if (decision.verdict === FORWARD) this.#limit(treatment, packet, up, nowUs, decision);
  }

  /** Resets for both ends of a TCP packet, except in answer to a reset. */
  resetBoth(packet: Packet, up: boolean, isInside: boolean, decision: Decision): void {
    if (packet.protocol !== PROTOCOL_TCP || (packet.flags & TCP_RST) !== 0) return;
    const { hopLimit } = this.#config;
    this.#inject(resetForSender(packet, hopLimit), up || isInside, decision);
    const other = resetForReceiver(packet, hopLimit);
    if (other) this.#inject(other, !up || isInside, decision);
  }

  #inject(bytes: Uint8Array, toInside: boolean, decision: Decision): void {
    decision.inject.push({ bytes, toInside, untilUs: 0 });
    this.#counters.injectedPackets++;
  }

  #dropFlow(decision: Decision): void {
    decision.verdict = DROP;
    // A SYN that may free the flow has to be seen.
    decision.flow = this.#config.remoteSynUnblocks ? ASK : DROP_FLOW;
  }

  #limit(treatment: Treatment, packet: Packet, up: boolean, nowUs: number, decision: Decision): void {
    if (treatment.limitUp || treatment.limitDown) decision.flow = ASK;
    const limit = up ? treatment.limitUp : treatment.limitDown;
    if (!limit) return;
    const untilUs = limit.limiter.admit(packet.ipLength, nowUs);
    if (untilUs === REFUSED) {
      decision.verdict = DROP;
      this.#counters.limitedPackets++;
      this.#counters.limitedBytes += packet.ipLength;
    } else if (untilUs > nowUs) {
      decision.verdict = HOLD;
      decision.untilUs = untilUs;
    }
  }

  /** Payload towards the client is counted; the packet that would exceed what is left ends everything. */
  #freeze(treatment: Treatment, packet: Packet, up: boolean, decision: Decision): void {
    if (!up && treatment.left !== FROZEN) {
      const rest = treatment.left - packet.payloadLength;
      treatment.left = rest < 0 ? FROZEN : rest;
    }
    if (treatment.left === FROZEN) this.#dropFlow(decision);
  }

  #showPage(treatment: Treatment, packet: Packet, up: boolean, isInside: boolean, decision: Decision): void {
    if (treatment.isDone) {
      decision.verdict = DROP;
      // The client has read the page and closes: nobody else will answer it.
      if (up && (packet.flags & (TCP_FIN | TCP_RST)) === TCP_FIN) {
        this.#inject(resetForSender(packet, this.#config.hopLimit), true, decision);
      }
      return;
    }
    // A rule by address waits for the request.
    if (packet.payloadCaptured === 0) return;
    treatment.isDone = true;
    decision.verdict = DROP;
    const { bytes, payloadOffset: start, payloadCaptured } = packet;
    const { action } = treatment;
    if (!up || action.kind !== "page" || !beginsLikeRequest(bytes, start, start + payloadCaptured)) {
      this.resetBoth(packet, up, isInside, decision);
      return;
    }
    const { hopLimit } = this.#config;
    for (const segment of pageFor(packet, emitPage(action), hopLimit)) {
      this.#inject(segment, true, decision);
    }
    const reset = resetForReceiver(packet, hopLimit);
    if (reset) this.#inject(reset, isInside, decision);
  }
}
