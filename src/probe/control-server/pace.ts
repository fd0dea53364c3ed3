/** The pace of a download: `GET /bytes/N?pace=BITS_PER_SECOND`, and `&rtt=MS`. */
import type { Pace } from "../../host/paced-bytes.ts";

const MOST_ROUND_TRIP_MS = 2000;

/** Undefined: none is asked for; or in one line why it cannot be had. A download ends within `mostMs`. */
export function readPace(query: URLSearchParams, bytes: number, mostMs: number): Pace | undefined | string {
  const text = query.get("pace");
  if (text === null) return undefined;
  const bitsPerSecond = readNumber(text);
  if (bitsPerSecond === 0) return "pace is a number of bits per second";
  if ((8000 * bytes) / bitsPerSecond > mostMs)
    return `at that pace it would take longer than ${mostMs / 1000} s`;
  const roundTripMs = Math.min(MOST_ROUND_TRIP_MS, readNumber(query.get("rtt") ?? ""));
  return roundTripMs === 0 ? { bitsPerSecond } : { bitsPerSecond, roundTripMs };
}

/** 0: it is none. */
function readNumber(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}
