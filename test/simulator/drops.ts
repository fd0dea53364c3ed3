/** What the devices dropped, packet by packet. */
import type { Schedule } from "./schedule.ts";
import type { Segment } from "./segment.ts";

/** queue: overflow of a drop-tail queue; aqm: CoDel's or PIE's decision; channel: random or bursty loss. */
export type DropCause = "policer" | "queue" | "aqm" | "channel";

export interface Drop {
  readonly timeUs: number;
  readonly cause: DropCause;
  readonly flow: number;
  readonly fromServer: boolean;
  /** Relative to the initial sequence number. */
  readonly sequence: number;
  readonly payloadBytes: number;
}

export class Drops {
  readonly list: Drop[] = [];
  readonly #schedule: Schedule;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  add(segment: Segment, cause: DropCause): void {
    const { flow, fromServer, sequence, payloadBytes } = segment;
    this.list.push({ timeUs: this.#schedule.nowUs, cause, flow, fromServer, sequence, payloadBytes });
  }
}
