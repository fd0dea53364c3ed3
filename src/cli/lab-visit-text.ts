/**
 * A visit in the laboratory, in words for people.
 */
import { bitsPerSecond, formatBytes, formatDuration, formatRate } from "../base/units.ts";

type Line = Record<string, unknown>;

/** "383 kB in 21.3 s, 144 kbit/s"; "no answer to the hello (generic_timeout_error)". */
export function outcomeText(line: Line): string {
  const bytes = Number(line["bytes"] ?? 0);
  const transferUs = Number(line["transferUs"] ?? 0);
  const failure = line["failure"];
  const moved =
    bytes > 0 && transferUs > 0
      ? `${formatBytes(bytes)} in ${formatDuration(transferUs)}, ${formatRate(bitsPerSecond(bytes, transferUs))}`
      : "nothing";
  if (failure === undefined) {
    const status = Number(line["statusCode"] ?? 200);
    return status >= 400 ? `answer ${status}` : moved;
  }
  return `${moved}; fails at ${line["operation"]}: ${failure}`;
}

/** "145 kbit/s", a failure's name, or a status. */
export function shortOutcome(visit: Line): string {
  if (visit["failure"] !== undefined) return String(visit["failure"]);
  if (Number(visit["statusCode"] ?? 200) >= 400) return String(visit["statusCode"]);
  return formatRate(bitsPerSecond(Number(visit["bytes"]), Number(visit["transferUs"])));
}
