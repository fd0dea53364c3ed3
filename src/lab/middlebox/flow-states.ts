/** What a box knows of each flow, in columns by the flow's slot (flow-table.ts). */
import type { Treatment } from "./treatment.ts";

/** The box still looks for a name in the flow's packets. */
export const LOOKING = 1;
/** The inside end is the lower of the two ends in the flow's key. */
export const INSIDE_IS_LOW = 2;
/** A packet with payload was seen. */
export const PAYLOAD_SEEN = 4;
/** Both ends are on the inside interface. */
export const OUTSIDE_IS_INSIDE = 8;
/** The sequence number of the direction's first byte is known. */
export const FIRST_BYTE_UP = 16;
export const FIRST_BYTE_DOWN = 32;

export class FlowStates {
  readonly flags: Uint8Array;
  /** Payload-carrying packets of a sender that are looked at after its first one. */
  readonly window: Uint8Array;
  /** Payload-carrying packets seen so far, while looking. */
  readonly seenUp: Uint8Array;
  readonly seenDown: Uint8Array;
  /** Sequence numbers of the first bytes of data; with FIRST_BYTE_ only. */
  readonly firstByteUp: Uint32Array;
  readonly firstByteDown: Uint32Array;
  /** Which of the box's rule lists the flow was last held against. */
  readonly listNumber: Uint32Array;
  readonly treatments: (Treatment | undefined)[];

  constructor(maxFlows: number) {
    this.flags = new Uint8Array(maxFlows);
    this.window = new Uint8Array(maxFlows);
    this.seenUp = new Uint8Array(maxFlows);
    this.seenDown = new Uint8Array(maxFlows);
    this.firstByteUp = new Uint32Array(maxFlows);
    this.firstByteDown = new Uint32Array(maxFlows);
    this.listNumber = new Uint32Array(maxFlows);
    this.treatments = new Array<Treatment | undefined>(maxFlows).fill(undefined);
  }

  isLooking(flow: number): boolean {
    return (this.flags[flow]! & LOOKING) !== 0;
  }

  stopLooking(flow: number): void {
    this.flags[flow]! &= ~LOOKING;
  }

  /** Looks from the next packet on, through a window of so many packets a sender. */
  startLooking(flow: number, window: number): void {
    this.flags[flow] = (this.flags[flow]! | LOOKING) & ~(PAYLOAD_SEEN | FIRST_BYTE_UP | FIRST_BYTE_DOWN);
    this.window[flow] = window;
    this.seenUp[flow] = 0;
    this.seenDown[flow] = 0;
  }

  /** As for a flow of which nothing is known. */
  clear(flow: number): void {
    this.flags[flow] = 0;
    this.treatments[flow] = undefined;
  }
}
