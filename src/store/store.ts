/**
 * The store's contract: named questions over flat Observations, whatever keeps them (duckdb.ts, clickhouse.ts).
 * All pass one contract suite (test/store/contract.ts). Times are ms since 1970, UTC; intervals take in `sinceMs` and leave
 * out `untilMs`. A store holds simulated records or others, never both. Failures of the machine (locked, full, torn) throw
 * a StoreProblem, whose message is one line for people.
 */

import type { Observation } from "../observation/observation.ts";
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import type { State } from "../observation/vocabulary.ts";
import type { SpeedRow } from "../verdict/set/speed-row.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { Fields } from "./flat.ts";

/** Of the machine or of what lies at the address; never of a record. */
export class StoreProblem extends Error {}

/**
 * What is kept of one transfer or attempt. `(observation.measurementId, part)` is its identity: what comes again under it
 * is a duplicate and changes nothing.
 */
export interface StoredObservation {
  readonly observation: Observation;
  /** Number within the measurement, from 0. */
  readonly part: number;
  /**
   * Which place within the prefix it came from, for counting votes where the stored prefix is coarser than a place (IPv6):
   * an ordinal in order of appearance, kept in place of the address. Absent: the prefix is the place.
   */
  readonly place?: number;
}

export interface Entries {
  readonly observations: readonly StoredObservation[];
  /** One a measurement, where whoever read it could judge it alone. */
  readonly verdicts?: readonly Verdict[];
  /** SHA-256 of a deletion token, hexadecimal, by measurement id. */
  readonly tokens?: ReadonlyMap<string, string>;
}

export interface Added {
  /** Observations. */
  readonly added: number;
  readonly duplicates: number;
}

/** What is asked about; absent: everything. */
export interface Scope {
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly country?: string;
  readonly asn?: number;
  /** Name, as observations have it. */
  readonly target?: string;
}

export interface StoreSummary {
  /** Undefined: empty. */
  readonly origin?: "simulated" | "real";
  readonly observations: number;
  readonly measurements: number;
  readonly firstMs?: number;
  readonly lastMs?: number;
}

/** Of the API; names as OONI's (conventions 5). */
export interface MeasurementQuery extends Scope {
  readonly anomaly?: boolean;
  readonly confirmed?: boolean;
  readonly failure?: boolean;
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
}

export interface MeasurementRow {
  readonly measurementId: string;
  readonly timeMs?: number;
  readonly country?: string;
  readonly asn?: number;
  readonly target?: string;
  /** Of its verdict; absent: not judged alone. */
  readonly state?: State;
  readonly confidence?: number;
  /** Some transfer or attempt of its target failed. */
  readonly failed: boolean;
}

export const AGGREGATION_AXES = ["measurement_start_day", "probe_cc", "probe_asn", "domain"] as const;
export type AggregationAxis = (typeof AGGREGATION_AXES)[number];
export const TIME_GRAINS = ["hour", "day", "week", "month"] as const;
export type TimeGrain = (typeof TIME_GRAINS)[number];

export interface AggregationRow {
  /** Values of the axes asked for, as text; the day axis holds the grain's first moment, RFC 3339. */
  readonly axes: Readonly<Partial<Record<AggregationAxis, string>>>;
  readonly measurements: number;
  readonly ok: number;
  /** Throttled, blocked or down, but not confirmed. */
  readonly anomalies: number;
  /** The same, at a confidence of 0.95 or more. */
  readonly confirmed: number;
  /** Nothing could be said. */
  readonly failures: number;
}

/** Goodput of one network and target in one hour, bit/s. */
export interface HourlySpeed {
  readonly hourMs: number;
  readonly asn: number;
  readonly target: string;
  readonly transfers: number;
  readonly p10Bps: number;
  readonly p50Bps: number;
  readonly p90Bps: number;
}

export const PAIR_GRAINS = ["hour", "day", "all"] as const;

export interface PairCourseQuery extends Scope {
  /** `all`: the whole time as one. */
  readonly grain: (typeof PAIR_GRAINS)[number];
  /** Each network by itself; otherwise all together. */
  readonly byNetwork: boolean;
  /** Without quantiles of ratio and speeds, which take most of the time. */
  readonly countsOnly?: boolean;
}

export interface Quantiles {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** How one target fared beside the controls of the same measurements. */
export interface PairCourseRow {
  /** Absent: the whole time. */
  readonly fromMs?: number;
  /** Absent: all networks. */
  readonly asn?: number;
  readonly target: string;
  /** Aimed at it. */
  readonly measurements: number;
  /** Of these, in which some attempt at it failed. */
  readonly failed: number;
  /** Of these, with a speed of it and one of a control. */
  readonly pairs: number;
  /** Pairs that the judge calls throttled, and not throttled (verdict/speed-pair.ts); the others say too little. */
  readonly slow: number;
  readonly fast: number;
  /** Target over control, and both, bit/s; absent without pairs, and where only counts are asked for. */
  readonly ratio?: Quantiles;
  readonly targetBps?: Quantiles;
  readonly controlBps?: Quantiles;
}

/** One place that a network, or a country, was seen from. */
export interface SeenFrom {
  readonly asn?: number;
  /** Absent with `asn`. */
  readonly country?: string;
  /** The prefix, and the ordinal within it where there is one. */
  readonly place: string;
}

export interface Store {
  /** Where it is, for people: a path or an address without its password. */
  readonly address: string;
  summary(): Promise<StoreSummary>;

  /** All or nothing; durable when the promise is kept. Throws a StoreProblem on mixed origins. */
  add(entries: Entries): Promise<Added>;
  /** The same from a file of observations, one JSON a line (docs/format.md), checked line by line: the fast way in. */
  addFile(path: string, onRefused: (line: number, reason: string) => void): Promise<Added>;
  addTimeline(entries: readonly TimelineEntry[]): Promise<Added>;

  /** In order of time, then identity; of each the fields asked for. Batches of bounded size. */
  observations(scope: Scope, fields?: Fields): AsyncIterable<readonly StoredObservation[]>;
  /** Measurements that have a target and a control, as the judges of sets take them. */
  speedRows(scope: Scope): AsyncIterable<readonly SpeedRow[]>;
  /** Of each network and each country distinct places it was seen from, `most` of each; what has no prefix adds none. */
  seenFrom(most: number): AsyncIterable<readonly SeenFrom[]>;
  timeline(scope: Pick<Scope, "sinceMs" | "untilMs">): Promise<readonly TimelineEntry[]>;
  measurements(query: MeasurementQuery): Promise<readonly MeasurementRow[]>;
  /** All of one measurement; undefined: there is none. */
  measurement(id: string): Promise<Required<Pick<Entries, "observations" | "verdicts">> | undefined>;
  aggregation(
    scope: Scope,
    axes: readonly AggregationAxis[],
    grain: TimeGrain,
  ): Promise<readonly AggregationRow[]>;
  hourlySpeeds(scope: Scope): AsyncIterable<readonly HourlySpeed[]>;
  /** In order of time, network, target; medians are of measurements. */
  pairCourse(query: PairCourseQuery): AsyncIterable<readonly PairCourseRow[]>;

  /** Deletes the measurement that the token belongs to; how many observations went. */
  forget(tokenHash: string): Promise<number>;
  /** Parquet or JSONL, by the name's end. */
  exportTo(path: string, scope: Scope): Promise<number>;
  /**
   * For another process, where one alone may have the store open: a store at `path` with observations (without samples)
   * and timeline, of this moment. False: nothing is copied, for others may open this one as well.
   */
  copyTo(path: string, scope: Pick<Scope, "sinceMs" | "untilMs">): Promise<boolean>;
  /** Names of what was taken whole from elsewhere (files of a bucket), so that it is not fetched again. */
  remember(sources: readonly string[]): Promise<void>;
  /** Those that begin so. */
  remembered(prefix: string): Promise<ReadonlySet<string>>;
  /** Whether the last answer left something out, because part of the store did not answer. */
  readonly isPartial: boolean;
  close(): Promise<void>;
}
