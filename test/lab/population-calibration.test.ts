/**
 * The population's transfer models against transfers on this laboratory's real kernel, made anew each time. The machine's
 * own load is in the transfers too; tolerances leave room for it. Prints what a fit of these transfers would give.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { CALIBRATION } from "../../src/lab/population/calibration.ts";
import {
  fitCalibration,
  type KnownTransfers,
  modelDurations,
  quantileGaps,
} from "../../src/lab/population/fit-calibration.ts";
import { compareSamples } from "../../src/stats/kolmogorov-smirnov.ts";
import { runInCell, whyNoLab } from "./in-cell.ts";
import { CALIBRATION_KINDS, type CalibrationKind, type KernelTransfer } from "./population-kinds.ts";
import type { TransferTrial } from "./population-transfers.ts";
import { madeInQuiet } from "./quiet-machine.ts";

/**
 * Largest factor between a quantile (10, 25, 50, 75, 90 %) of the model's durations and of the kernel's, by model; bytes
 * are the same, so it is the goodputs' too. Lossy transfers are of two sorts, with and without a loss early on, and a
 * quantile that falls between them is anywhere: their distribution is compared as a whole besides.
 */
const TOLERANCE: Readonly<Record<KnownTransfers["model"], number>> = {
  open: 1.3,
  policed: 1.05,
  shaped: 1.05,
  lossy: 1.6,
};
const MEDIAN_TOLERANCE: typeof TOLERANCE = { open: 1.2, policed: 1.03, shaped: 1.03, lossy: 1.6 };
/** Of lossy transfers: Kolmogorov and Smirnov's; chance alone gives more than 0.21 to one in a hundred. */
const MOST_DISTANCE = 0.25;
/**
 * Of the shortest way a transfer takes so little time that what else runs on the machine decides the slower half (on a
 * busy one twice the model's time): only its faster half is compared.
 */
const LEAST_COMPARED_RTT_US = 40_000;
const MIDDLE = 2;

type MadeKind = CalibrationKind & KnownTransfers & { readonly failed: number };

function byKind(lines: readonly KernelTransfer[]): MadeKind[] {
  return CALIBRATION_KINDS.map((kind) => {
    const ours = lines.filter((line) => line.kind === kind.name);
    const whole = ours.filter(({ failure }) => failure === undefined);
    const durationsUs = whole.map(({ durationUs }) => durationUs);
    return { ...kind, durationsUs, failed: ours.length - whole.length };
  });
}

/** What of the kernel's transfers the model does not say, a sentence each. */
function lengthComplaints(kind: MadeKind): string[] {
  const gaps = quantileGaps(kind, CALIBRATION).map(Math.abs);
  const isShort = kind.model !== "policed" && kind.path.rttUs < LEAST_COMPARED_RTT_US;
  const compared = gaps.slice(0, isShort ? MIDDLE + 1 : gaps.length);
  return [
    ...(kind.failed > 1 ? [`${kind.failed} transfers failed`] : []),
    ...compared.flatMap((gap, index) =>
      gap < Math.log(TOLERANCE[kind.model])
        ? []
        : [`quantile ${index} is off by ${Math.exp(gap).toFixed(3)}`],
    ),
    ...(gaps[MIDDLE]! < Math.log(MEDIAN_TOLERANCE[kind.model])
      ? []
      : [`the median is off by ${Math.exp(gaps[MIDDLE]!).toFixed(3)}`]),
  ];
}

function spreadComplaints(kind: MadeKind): string[] {
  const { distance } = compareSamples(kind.durationsUs, modelDurations(kind, CALIBRATION));
  return distance < MOST_DISTANCE ? [] : [`Kolmogorov and Smirnov's distance is ${distance.toFixed(2)}`];
}

const hasSpread = ({ model, path }: CalibrationKind): boolean =>
  model === "lossy" && path.rttUs >= LEAST_COMPARED_RTT_US;

describe.skipIf(whyNoLab !== undefined)(
  `the population's transfer models on a real kernel${whyNoLab ? ` [skipped: ${whyNoLab}]` : ""}`,
  () => {
    let disturbance: string | undefined;
    let made: MadeKind[] = [];
    const kindOf = (name: string) => made.find((kind) => kind.name === name)!;

    beforeAll(async () => {
      const trial: TransferTrial = ["open", "lossy", "shaped", "policed"];
      const quiet = await madeInQuiet(
        async () => byKind(await runInCell<KernelTransfer>("population-transfers.ts", trial)),
        (kinds) =>
          kinds.every((kind) => lengthComplaints(kind).length === 0) &&
          kinds.filter(hasSpread).every((kind) => spreadComplaints(kind).length === 0),
      );
      made = quiet.value;
      disturbance = quiet.disturbance;
      for (const kind of made) {
        const { distance, chance } = compareSamples(kind.durationsUs, modelDurations(kind, CALIBRATION));
        const factors = quantileGaps(kind, CALIBRATION).map((gap) => Math.exp(gap).toFixed(3));
        console.log(
          `${kind.name}: ${kind.durationsUs.length} transfers, ${kind.failed} failed; model / kernel at 10, 25, 50, 75, ` +
            `90 %: ${factors.join(" ")}; Kolmogorov-Smirnov ${distance.toFixed(2)}, p ${chance.toFixed(3)}`,
        );
      }
      console.log(`fitted: ${JSON.stringify(fitCalibration(made, CALIBRATION))}`);
    }, 1_200_000);

    it.for(CALIBRATION_KINDS.map(({ name }) => name))(
      "take as long as the kernel's: %s",
      (name, { skip }) => {
        if (disturbance) skip(disturbance);
        expect(lengthComplaints(kindOf(name))).toEqual([]);
      },
    );

    it.for(CALIBRATION_KINDS.filter(hasSpread).map(({ name }) => name))(
      "are spread as the kernel's: %s",
      (name, { skip }) => {
        if (disturbance) skip(disturbance);
        expect(spreadComplaints(kindOf(name))).toEqual([]);
      },
    );
  },
);
