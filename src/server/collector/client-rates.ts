/**
 * How much each client may still do: a bucket of a minute's worth, filled evenly. Bounded in clients: the one seen longest
 * ago is forgotten, which gives it a full bucket again. Clients are kept in memory only, and by what their network gives
 * them as a whole: IPv4 addresses, IPv6 /48.
 */
import ipaddr from "ipaddr.js";
import { RecentMap } from "./recent-map.ts";

const MINUTE_MS = 60_000;
const SITE_BYTES = 6;

interface Bucket {
  left: number;
  atMs: number;
}

export class ClientRates {
  readonly #perMinute: number;
  readonly #buckets: RecentMap<Bucket>;

  constructor(perMinute: number, most: number) {
    this.#perMinute = perMinute;
    this.#buckets = new RecentMap(most);
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** 0: it may; else in so many seconds. */
  take(client: string, nowMs: number): number {
    const known = this.#buckets.get(client);
    const perMs = this.#perMinute / MINUTE_MS;
    const bucket = known ?? { left: this.#perMinute, atMs: nowMs };
    bucket.left = Math.min(this.#perMinute, bucket.left + Math.max(0, nowMs - bucket.atMs) * perMs);
    bucket.atMs = nowMs;
    this.#buckets.set(client, bucket);
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / perMs / 1000);
    bucket.left--;
    return 0;
  }
}

export function clientOf(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4" ? parsed.toString() : parsed.toByteArray().slice(0, SITE_BYTES).join(".");
}
