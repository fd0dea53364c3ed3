/**
 * A token bucket that drops what it has no tokens for (RFC 2697 with one colour): one bucket for all, or one a flow.
 * Buckets start full unless told otherwise; beyond full they only drain.
 */
import type { PolicerConfig } from "./config.ts";
import type { Drops } from "./drops.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";

export class Policer implements Stage {
  readonly #schedule: Schedule;
  readonly #config: PolicerConfig;
  readonly #drops: Drops;
  readonly #next: Stage;
  readonly #buckets = new Map<number, { tokens: number; filledUs: number }>();

  constructor(schedule: Schedule, config: PolicerConfig, drops: Drops, next: Stage) {
    this.#schedule = schedule;
    this.#config = config;
    this.#drops = drops;
    this.#next = next;
  }

  accept(segment: Segment): void {
    const { rateBps, burstBytes, initialBytes = burstBytes, scope, overheadBytes = 0 } = this.#config;
    const key = scope === "shared" ? -1 : segment.flow;
    const now = this.#schedule.nowUs;
    let bucket = this.#buckets.get(key);
    if (!bucket) this.#buckets.set(key, (bucket = { tokens: initialBytes, filledUs: now }));
    const gained = ((now - bucket.filledUs) * rateBps) / 8e6;
    bucket.tokens = Math.min(Math.max(burstBytes, bucket.tokens), bucket.tokens + gained);
    bucket.filledUs = now;
    const size = segment.ipBytes + overheadBytes;
    if (bucket.tokens < size) {
      this.#drops.add(segment, "policer");
      return;
    }
    bucket.tokens -= size;
    this.#next.accept(segment);
  }
}
