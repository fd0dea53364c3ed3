/**
 * This machine's clock against the Date header of a server whose clock is trusted (RFC 9110, section 5.6.7). Off by
 * more than MAX_OFF_MS it spoils certificates' dates and the order of measurements. Nothing is said of a header that
 * is not a date.
 */
import type { Finding } from "./finding.ts";

export const MAX_OFF_MS = 5 * 60_000;
const IMF_FIXDATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** `atMs` is the local clock when the header arrived, ms since 1970. */
export function checkClock(dateHeader: string | undefined, atMs: number): Finding | undefined {
  if (dateHeader === undefined || !IMF_FIXDATE.test(dateHeader)) return undefined;
  const offMs = atMs - Date.parse(dateHeader);
  if (!(Math.abs(offMs) > MAX_OFF_MS)) return undefined;
  const direction = offMs > 0 ? "ahead of" : "behind";
  return {
    kind: "clock",
    what: `This machine's clock is ${span(Math.abs(offMs))} ${direction} the control's`,
    certain: true,
  };
}

function span(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
