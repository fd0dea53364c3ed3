/** How long a sender was held back by what, as Linux' tcp_info tells (busy, receiver-limited, application-limited). */
import type { Schedule } from "./schedule.ts";

/** network: congestion window or losses; sender: the application had nothing to send yet; none: nothing to do. */
export type Limit = "network" | "receiver" | "sender" | "none";

export class LimitClock {
  readonly durationsUs: Record<Limit, number> = { network: 0, receiver: 0, sender: 0, none: 0 };
  readonly #schedule: Schedule;
  #limit: Limit = "none";
  #sinceUs = 0;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  set(limit: Limit): void {
    const now = this.#schedule.nowUs;
    this.durationsUs[this.#limit] += now - this.#sinceUs;
    this.#limit = limit;
    this.#sinceUs = now;
  }
}
