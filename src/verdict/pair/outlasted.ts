/**
 * Whether controls moved past where the target's flows met their limit. Of another's server: it may hold every name to a rate
 * after so many bytes, and give less of them under another name.
 */
import { median } from "../../stats/quantile.ts";
import { answerBytesOf, type Flow } from "./flow.ts";
import { LEAST_FLOWS } from "./thresholds.ts";

/** What moved past the line is then a fifth of all, and takes most of the time of a control that is held as well. */
const BEYOND_FACTOR = 1.25;
/** Where it is not known where they met it, so much of all that they moved. */
const AS_LARGE_SHARE = 0.8;

/** Three controls must have moved more than the target's flows had when they met the line. */
export function haveOutlasted(controls: readonly Flow[], targets: readonly Flow[]): boolean {
  const metBytes = targets.flatMap(({ rateLimit, observation: { samples = [] } }) =>
    rateLimit ? (samples.findLast(({ elapsedUs }) => elapsedUs <= rateLimit.sinceUs)?.bytes ?? []) : [],
  );
  const least =
    metBytes.length >= LEAST_FLOWS
      ? BEYOND_FACTOR * median(metBytes)
      : AS_LARGE_SHARE * median(targets.map(answerBytesOf));
  return controls.filter((control) => answerBytesOf(control) >= least).length >= LEAST_FLOWS;
}
