/**
 * Judged transfers of the laboratory as tables: who was called what, errors of rates and buckets, wrong words.
 */
import { relative } from "node:path";
import { formatBytes } from "../../src/base/units.ts";
import { SLOWNESS } from "../../src/observation/vocabulary.ts";
import { quantile } from "../../src/stats/quantile.ts";
import { printTable } from "./lab-table.ts";
import type { JudgedTransfer } from "./slowness-lab-runs.ts";
import { type Cause, RIGHT } from "./slowness-lab-truth.ts";

const CAUSES = (Object.keys(RIGHT) as Cause[]).filter((cause) => RIGHT[cause].length > 0);

export function isRight({ truth, finding }: JudgedTransfer): boolean {
  return RIGHT[truth.cause].includes(finding.slowness);
}

export function printConfusion(at: string, judged: readonly JudgedTransfer[]): void {
  const words = SLOWNESS.filter((word) => judged.some(({ finding }) => finding.slowness === word));
  const rows = CAUSES.flatMap((cause) => {
    const some = judged.filter(({ truth }) => truth.cause === cause);
    if (some.length === 0) return [];
    const counts = words.map((word) => {
      const count = some.filter(({ finding }) => finding.slowness === word).length;
      if (count === 0) return "";
      return RIGHT[cause].includes(word) || word === "undecided" ? String(count) : `${count} !`;
    });
    const decided = some.filter(({ finding }) => finding.slowness !== "undecided");
    return [[cause, String(some.length), ...counts, `${some.filter(isRight).length} of ${decided.length}`]];
  });
  const falsely = judged.filter(
    ({ truth, finding }) => truth.cause !== "policed" && finding.slowness === "policed",
  );
  const others = judged.filter(({ truth }) => truth.cause !== "policed");
  printTable(
    `At the ${at}: truth by row, the judge's word by column (! wrong)`,
    ["truth", "transfers", ...words, "right of decided"],
    rows,
  );
  console.log(`Falsely called policed: ${falsely.length} of ${others.length}`);
}

export function printRates(at: string, judged: readonly JudgedTransfer[]): void {
  const rows = (["policed", "shaped"] as const).flatMap((cause) => {
    const found = judged.filter(({ truth, finding }) => truth.cause === cause && finding.slowness === cause);
    const rates = found.flatMap(({ truth, finding }) => {
      const rate = (finding.policer ?? finding.shaper)?.rateBps;
      return rate === undefined || truth.rateBps === undefined
        ? []
        : [100 * Math.abs(rate / truth.rateBps - 1)];
    });
    const covered = found.filter(({ truth, finding }) => {
      const rate = finding.policer ?? finding.shaper;
      return rate && truth.rateBps! >= rate.rateLowBps && truth.rateBps! <= rate.rateHighBps;
    });
    const buckets = found.flatMap(({ truth, finding }) => {
      const burst = finding.policer?.burstBytes;
      return burst === undefined || !truth.burstBytes ? [] : [100 * Math.abs(burst / truth.burstBytes - 1)];
    });
    if (rates.length === 0) return [];
    const errors = (values: readonly number[]): string =>
      values.length === 0
        ? ""
        : `${quantile(values, 0.5).toFixed(2)}, ${quantile(values, 0.9).toFixed(2)}, ${Math.max(...values).toFixed(2)}`;
    return [
      [
        cause,
        String(rates.length),
        errors(rates),
        `${covered.length} of ${rates.length}`,
        cause === "policed" ? `${errors(buckets)} (${buckets.length})` : "",
      ],
    ];
  });
  if (rows.length === 0) return;
  printTable(
    `At the ${at}: errors in percent, median, 90 %, largest; both count bytes of IP packets`,
    ["found", "transfers", "rate", "interval holds the rate", "bucket (of so many)"],
    rows,
  );
}

/** Each wrong word, with what one needs to look at it. */
export function printErrors(judged: readonly JudgedTransfer[], folder: string): void {
  const wrong = judged.filter((one) => !isRight(one) && one.finding.slowness !== "undecided");
  console.log(`\n${wrong.length} wrong words${wrong.length > 0 ? ":" : ""}`);
  for (const {
    capture,
    connection,
    direction,
    place,
    truth,
    finding,
    payloadBytes,
    lostPackets,
    seconds,
  } of wrong) {
    console.log(
      `  ${truth.cause} called ${finding.slowness} (${finding.confidence.toFixed(2)}): ${relative(folder, capture)} ${connection} ${direction}, ` +
        `${formatBytes(payloadBytes)} in ${seconds.toFixed(1)} s, ${lostPackets} lost, taken as captured at ${place}; ${finding.evidence[0] ?? ""}`,
    );
  }
}
