/**
 * The store in a ClickHouse cluster, for those who outgrow a machine. Every measurement is on one shard; answers are exact,
 * duplicates or not. Where a shard does not answer, questions are answered from the rest and `isPartial` says so; writes and
 * exports to Parquet throw a StoreProblem. Several processes may use it at a time.
 */

import { open, rename, rm } from "node:fs/promises";
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import type { SpeedRow } from "../verdict/set/speed-row.ts";
import { addEntries, addTimelineEntries, versionNow } from "./clickhouse/add.ts";
import { addFile } from "./clickhouse/add-file.ts";
import { clusterAddressOf } from "./clickhouse/address.ts";
import { Cluster } from "./clickhouse/cluster.ts";
import { forgetMeasurements } from "./clickhouse/forget.ts";
import * as questions from "./clickhouse/questions.ts";
import { migrate } from "./clickhouse/schema.ts";
import { pairCourseOf } from "./clickhouse/tries.ts";
import { writeJsonl } from "./export-jsonl.ts";
import type { Fields } from "./flat.ts";
import type {
  Added,
  AggregationAxis,
  AggregationRow,
  Entries,
  HourlySpeed,
  MeasurementQuery,
  MeasurementRow,
  PairCourseQuery,
  PairCourseRow,
  Scope,
  SeenFrom,
  Store,
  StoredObservation,
  StoreSummary,
  TimeGrain,
} from "./store.ts";
import { StoreProblem } from "./store.ts";

const PRIVATE_FILE = 0o600;

/** `text`: see clickhouse/address.ts. The database and its tables are made where they are missing. Throws a StoreProblem. */
export async function openClickhouseStore(text: string): Promise<Store> {
  const address = clusterAddressOf(text);
  const admin = new Cluster(address, "default");
  try {
    await migrate(admin);
  } finally {
    await admin.close();
  }
  return new ClickhouseStore(new Cluster(address, address.database));
}

class ClickhouseStore implements Store {
  readonly address: string;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.address = cluster.address.shown;
  }

  get isPartial(): boolean {
    return this.#cluster.isPartial;
  }

  summary(): Promise<StoreSummary> {
    return questions.summaryOf(this.#cluster);
  }

  add(entries: Entries): Promise<Added> {
    return this.#cluster.write((session) => addEntries(this.#cluster, session, entries));
  }

  addFile(path: string, onRefused: (line: number, reason: string) => void): Promise<Added> {
    return this.#cluster.write((session) => addFile(this.#cluster, session, path, onRefused));
  }

  addTimeline(entries: readonly TimelineEntry[]): Promise<Added> {
    return this.#cluster.write((session) => addTimelineEntries(this.#cluster, session, entries));
  }

  observations(scope: Scope, fields?: Fields): AsyncIterable<readonly StoredObservation[]> {
    return questions.observationsOf(this.#cluster, scope, fields);
  }

  speedRows(scope: Scope): AsyncIterable<readonly SpeedRow[]> {
    return questions.speedRowsOf(this.#cluster, scope);
  }

  seenFrom(most: number): AsyncIterable<readonly SeenFrom[]> {
    return questions.seenFromOf(this.#cluster, most);
  }

  timeline(scope: Pick<Scope, "sinceMs" | "untilMs">): Promise<readonly TimelineEntry[]> {
    return questions.timelineOf(this.#cluster, scope);
  }

  measurements(query: MeasurementQuery): Promise<readonly MeasurementRow[]> {
    return questions.measurementsOf(this.#cluster, query);
  }

  measurement(id: string): Promise<Required<Pick<Entries, "observations" | "verdicts">> | undefined> {
    return questions.measurementOf(this.#cluster, id);
  }

  aggregation(
    scope: Scope,
    axes: readonly AggregationAxis[],
    grain: TimeGrain,
  ): Promise<readonly AggregationRow[]> {
    return questions.aggregationOf(this.#cluster, scope, axes, grain);
  }

  hourlySpeeds(scope: Scope): AsyncIterable<readonly HourlySpeed[]> {
    return questions.hourlySpeedsOf(this.#cluster, scope);
  }

  pairCourse(query: PairCourseQuery): AsyncIterable<readonly PairCourseRow[]> {
    return pairCourseOf(this.#cluster, query);
  }

  forget(tokenHash: string): Promise<number> {
    return this.#cluster.write((session) => forgetMeasurements(this.#cluster, session, tokenHash));
  }

  /** Written beside its place and put there when whole. */
  async exportTo(path: string, scope: Scope): Promise<number> {
    const unfinished = `${path}.part`;
    try {
      const count = path.endsWith(".parquet")
        ? await this.#writeParquet(unfinished, scope)
        : await writeJsonl(this, unfinished, scope);
      await rename(unfinished, path);
      return count;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async #writeParquet(path: string, scope: Scope): Promise<number> {
    const { count, bytes } = await questions.parquetOf(this.#cluster, scope);
    const file = await open(path, "w", PRIVATE_FILE).catch((error: Error) => {
      throw new StoreProblem(`${path}: cannot be written: ${error.message}`);
    });
    try {
      for await (const chunk of bytes) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    return count;
  }

  /** Any number of programs may ask a cluster. */
  async copyTo(): Promise<boolean> {
    return false;
  }

  async remember(sources: readonly string[]): Promise<void> {
    const version = versionNow();
    await this.#cluster.write((session) =>
      session.insert(
        "sources",
        sources.map((name) => [name, version]),
      ),
    );
  }

  async remembered(prefix: string): Promise<ReadonlySet<string>> {
    const rows = await this.#cluster.rows(
      "SELECT DISTINCT name FROM sources WHERE startsWith(name, {prefix:String})",
      { prefix },
    );
    return new Set(rows.map(([name]) => String(name)));
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }
}
