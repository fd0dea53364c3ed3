/**
 * Bytes by UTC day, and what is left of a day's budget. Bytes count on the day on which their measurement started. Time is
 * an argument. Bounds: days before the last KEPT_DAYS are forgotten.
 */
const DAY_MS = 86_400_000;
const KEPT_DAYS = 7;

export class DailyBytes {
  readonly limit: number;
  readonly #byDay = new Map<string, number>();

  /** `before`: what `days()` gave an earlier run, so that starting again does not double the budget. */
  constructor(limit: number, before: Readonly<Record<string, number>> = {}) {
    this.limit = limit;
    for (const [day, bytes] of Object.entries(before)) {
      if (/^\d{4}-\d{2}-\d{2}$/.test(day) && Number.isFinite(bytes) && bytes >= 0)
        this.#byDay.set(day, bytes);
    }
  }

  used(nowMs: number): number {
    return this.#byDay.get(dayOf(nowMs)) ?? 0;
  }

  left(nowMs: number): number {
    return Math.max(0, this.limit - this.used(nowMs));
  }

  add(nowMs: number, bytes: number): void {
    this.#byDay.set(dayOf(nowMs), this.used(nowMs) + bytes);
    const oldest = dayOf(nowMs - KEPT_DAYS * DAY_MS);
    for (const day of [...this.#byDay.keys()]) if (day <= oldest) this.#byDay.delete(day);
  }

  /** "2026-11-25": bytes. */
  days(): Record<string, number> {
    return Object.fromEntries(this.#byDay);
  }
}

/** "2026-11-25", UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
