/**
 * Fits the models' parameters to transfers whose conditions are known, and says how far apart model and transfers are.
 * Deterministic: every candidate is tried on the same random numbers.
 */
import { seededRandom } from "../../base/random.ts";
import { quantileOfSorted } from "../../stats/quantile.ts";
import type { Calibration } from "./calibration.ts";
import { lossyUs, openUs, type Path, policedUs, shapedUs } from "./transfer-models.ts";

/** Transfers of one kind, and what held for all of them. */
export interface KnownTransfers {
  readonly model: "open" | "policed" | "shaped" | "lossy";
  readonly path: Path;
  readonly bytes: number;
  /** Of the policer or shaper. */
  readonly rateBps: number;
  readonly burstBytes: number;
  readonly durationsUs: readonly number[];
}

const COMPARED_QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9];
const DRAWS = 400;
const SEED = 1;

/** Each fitted parameter with the model that decides it, and its bounds. In this order: later ones rest on earlier. */
const FITTED: readonly {
  readonly name: keyof Calibration;
  readonly model: KnownTransfers["model"];
  readonly low: number;
  readonly high: number;
}[] = [
  { name: "serverUs", model: "open", low: 1_000, high: 100_000 },
  { name: "linkShare", model: "open", low: 0.8, high: 1 },
  { name: "openSpread", model: "open", low: 0, high: 0.4 },
  { name: "policedShare", model: "policed", low: 0.5, high: 1.05 },
  { name: "policedSpread", model: "policed", low: 0, high: 0.3 },
  { name: "shapedShare", model: "shaped", low: 0.8, high: 1.05 },
  { name: "shapedSpread", model: "shaped", low: 0, high: 0.3 },
  { name: "timeoutUs", model: "lossy", low: 0, high: 1_000_000 },
];
const SWEEPS = 3;
const STEPS = 24;

export function modelDurations(
  known: Omit<KnownTransfers, "durationsUs">,
  table: Calibration,
  draws = DRAWS,
): number[] {
  const random = seededRandom(SEED);
  const { path, bytes, rateBps, burstBytes } = known;
  const one = (): number => {
    switch (known.model) {
      case "open":
        return openUs(path, bytes, random, table);
      case "lossy":
        return lossyUs(path, bytes, random, table);
      case "policed":
        return policedUs(path, bytes, rateBps, burstBytes, random, table);
      case "shaped":
        return shapedUs(path, bytes, rateBps, burstBytes, random, table);
    }
  };
  return Array.from({ length: draws }, one);
}

/** ln(model / measured) at each compared quantile. */
export function quantileGaps(known: KnownTransfers, table: Calibration): number[] {
  const model = modelDurations(known, table).sort((a, b) => a - b);
  const measured = [...known.durationsUs].sort((a, b) => a - b);
  return COMPARED_QUANTILES.map((share) =>
    Math.log(quantileOfSorted(model, share) / quantileOfSorted(measured, share)),
  );
}

/** The table with its fitted parameters replaced; one by one, on a grid that narrows. */
export function fitCalibration(kinds: readonly KnownTransfers[], start: Calibration): Calibration {
  let table = start;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const { name, model, low, high } of FITTED) {
      const ours = kinds.filter((kind) => kind.model === model && kind.durationsUs.length > 0);
      if (ours.length === 0) continue;
      const distance = (value: number): number => {
        const candidate = { ...table, [name]: value };
        return ours.reduce(
          (sum, kind) => sum + quantileGaps(kind, candidate).reduce((part, gap) => part + gap * gap, 0),
          0,
        );
      };
      const width = (high - low) / 4 ** sweep;
      const from = sweep === 0 ? low : Math.max(low, table[name] - width / 2);
      const to = sweep === 0 ? high : Math.min(high, table[name] + width / 2);
      let best = table[name];
      let least = distance(best);
      for (let step = 0; step <= STEPS; step++) {
        const value = from + ((to - from) * step) / STEPS;
        const found = distance(value);
        if (found < least) [best, least] = [value, found];
      }
      table = { ...table, [name]: best };
    }
  }
  return table;
}
