/**
 * What the middlebox answers about one packet: a plain record that the driver carries out.
 * ONE object is filled anew for each packet: whoever keeps a value copies it. Times are µs of the packet clock.
 */
import type { Rule } from "../../rules/rule.ts";

/** What becomes of this packet. */
export const FORWARD = 0;
export const DROP = 1;
/** Forward it at `untilUs`; packets held in one direction of a flow keep their order. */
export const HOLD = 2;
export type Verdict = typeof FORWARD | typeof DROP | typeof HOLD;

/**
 * What the kernel may do with later packets of the same flow without asking, until the flow is idle for so long that the
 * box forgets it: who cannot tell (the laboratory's driver) goes on asking about dropped flows.
 */
export const ASK = 0;
export const PASS_FLOW = 1;
export const DROP_FLOW = 2;
export type FlowVerdict = typeof ASK | typeof PASS_FLOW | typeof DROP_FLOW;

/** A whole IP packet that the box sends by itself. */
export interface Injection {
  readonly bytes: Uint8Array;
  /** Which interface it leaves by. */
  readonly toInside: boolean;
  /** Not before; 0 is at once. */
  readonly untilUs: number;
}

export class Decision {
  verdict: Verdict = FORWARD;
  /** With HOLD only. */
  untilUs = 0;
  flow: FlowVerdict = ASK;
  /** To be sent in this order, before the packet itself when that is forwarded. */
  readonly inject: Injection[] = [];
  /** Goes on in the packet's place. */
  replacement: Uint8Array | undefined;
  /** The rule under which the packet's flow is treated. */
  rule: Rule | undefined;
  /** Whether this very packet made the rule act. */
  triggered = false;

  /** Back to "forward, and ask again". */
  clear(): void {
    this.verdict = FORWARD;
    this.untilUs = 0;
    this.flow = ASK;
    if (this.inject.length > 0) this.inject.length = 0;
    this.replacement = undefined;
    this.rule = undefined;
    this.triggered = false;
  }
}
