/** Rows that stores answer with, as records: the same columns in the same order, whatever keeps them. */
import type { State } from "../observation/vocabulary.ts";
import type { SpeedRow } from "../verdict/set/speed-row.ts";
import type { AggregationAxis, AggregationRow, MeasurementRow, PairCourseRow, SeenFrom } from "./store.ts";

const MS_IN_S = 1000;

/** timeMs, asn, country, networkName, prefix, place, target, control, lookalike (bit/s). */
export function speedRow(row: readonly unknown[]): SpeedRow {
  const [timeMs, asn, country, networkName, prefix, ordinal, target, control, lookalike] = row;
  const place = ordinal === null ? (prefix ?? undefined) : `${prefix ?? ""}#${ordinal}`;
  return {
    ...{ timeS: Number(timeMs) / MS_IN_S, asn: Number(asn) },
    ...(country !== null && { country: country as string }),
    ...(networkName !== null && { networkName: networkName as string }),
    ...(place !== undefined && { place: place as string }),
    ...(target !== null && { targetBps: target as number }),
    ...(control !== null && { controlBps: control as number }),
    ...(lookalike !== null && { lookalikeBps: lookalike as number }),
  };
}

/** Where the stored prefix is coarser than a place, its places are counted apart. */
export function placeSeen(prefix: string, ordinal: number | undefined): string {
  return ordinal === undefined ? prefix : `${prefix}#${ordinal}`;
}

/** asn or country, the other null; prefix, place. */
export function seenFromRow([asn, country, prefix, ordinal]: readonly unknown[]): SeenFrom {
  const place = placeSeen(String(prefix), ordinal === null ? undefined : Number(ordinal));
  return asn === null ? { country: String(country), place } : { asn: Number(asn), place };
}

/** measurementId, timeMs, country, asn, target, state, confidence, failed. */
export function measurementRow(row: readonly unknown[]): MeasurementRow {
  const [measurementId, timeMs, country, asn, target, state, confidence, failed] = row;
  return {
    measurementId: String(measurementId),
    ...(timeMs !== null && { timeMs: Number(timeMs) }),
    ...(country !== null && { country: String(country) }),
    ...(asn !== null && { asn: Number(asn) }),
    ...(target !== null && { target: String(target) }),
    ...(state !== null && { state: state as State }),
    ...(confidence !== null && { confidence: Number(confidence) }),
    failed: failed === true || failed === 1,
  };
}

/** The axes' values, then measurements, ok, anomalies, confirmed, failures. */
export function aggregationRow(axes: readonly AggregationAxis[], row: readonly unknown[]): AggregationRow {
  const [measurements, ok, anomalies, confirmed, failures] = row.slice(axes.length).map(Number);
  return {
    axes: Object.fromEntries(axes.flatMap((axis, at) => (row[at] === null ? [] : [[axis, String(row[at])]]))),
    measurements: measurements!,
    ...{ ok: ok!, anomalies: anomalies!, confirmed: confirmed!, failures: failures! },
  };
}

/** Of a course of pairs; `all`: one row for the whole time. */
export const GRAIN_MS = { hour: 3_600_000, day: 86_400_000, all: undefined } as const;

/** at, network, target, measurements, failed, pairs, slow, fast, then three quantiles each of ratio, target, control. */
export function pairCourseRow(
  row: readonly unknown[],
  grainMs: number | undefined,
  byNetwork: boolean,
  countsOnly: boolean,
): PairCourseRow {
  const [at, network, target, ...numbers] = row;
  const [measurements, failed, pairs, slowPairs, fastPairs] = numbers.map(Number);
  const quantiles = (from: number) => ({
    ...{ p10: Number(numbers[from]), p50: Number(numbers[from + 1]), p90: Number(numbers[from + 2]) },
  });
  return {
    ...(grainMs !== undefined && { fromMs: Number(at) * grainMs }),
    ...(byNetwork && { asn: Number(network) }),
    ...{ target: String(target), measurements: measurements!, failed: failed!, pairs: pairs! },
    ...{ slow: slowPairs!, fast: fastPairs! },
    ...(pairs! > 0 &&
      !countsOnly && { ratio: quantiles(5), targetBps: quantiles(8), controlBps: quantiles(11) }),
  };
}
