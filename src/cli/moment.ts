/** Times as options take them: "7d" (so long before now), a day, or RFC 3339; in ms since 1970. */
import { parseDuration } from "../base/quantity.ts";
import { utcTime } from "../observation/mapped-columns.ts";
import { CommandError } from "./command-error.ts";

const US_IN_MS = 1000;

export function readMoment(option: string, text: string, nowMs: number): number {
  const ago = parseDuration(text);
  if (ago.ok) return nowMs - ago.value / US_IN_MS;
  const time = /^\d{4}-/.test(text) ? utcTime(text) : undefined;
  if (time === undefined) {
    throw new CommandError(`${option}: '${text}' is no time: write 7d, 2021-03-10 or 2021-03-10T07:00:00Z`);
  }
  return Date.parse(time);
}

export interface TimeSpan {
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

export function readTimeSpan(
  { since, until }: { readonly since?: string; readonly until?: string },
  nowMs: number,
): TimeSpan {
  const sinceMs = since === undefined ? undefined : readMoment("--since", since, nowMs);
  const untilMs = until === undefined ? undefined : readMoment("--until", until, nowMs);
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs)
    throw new CommandError("--until is not later than --since");
  return { ...(sinceMs !== undefined && { sinceMs }), ...(untilMs !== undefined && { untilMs }) };
}
