/**
 * The store in one DuckDB file: the default. One process at a time; writes one after the other, each all or nothing and
 * durable when it is answered (DuckDB's journal is synced at every commit). Memory is bounded (database.ts).
 */

import { rename, rm } from "node:fs/promises";
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import type { SpeedRow } from "../verdict/set/speed-row.ts";
import { addEntries, addTimelineEntries } from "./duckdb/add.ts";
import { copyStore } from "./duckdb/copy-store.ts";
import { Database } from "./duckdb/database.ts";
import { writeParquet } from "./duckdb/export-parquet.ts";
import { type FlatForm, loadFlatFile, loadFreshFile } from "./duckdb/load-file.ts";
import { loadLines } from "./duckdb/load-lines.ts";
import * as questions from "./duckdb/questions.ts";
import { pairCourseOf } from "./duckdb/tries.ts";
import { writeJsonl } from "./export-jsonl.ts";
import type { Fields } from "./flat.ts";
import { kindOfFlatFile, withPlainName } from "./flat-file.ts";
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

/** Throws a StoreProblem. `makesFolder`: the folder of the default place is made where it is missing. */
export async function openDuckdbStore(
  path: string,
  options: { readonly makesFolder?: boolean } = {},
): Promise<Store> {
  return new DuckdbStore(await Database.open(path, options.makesFolder));
}

class DuckdbStore implements Store {
  readonly address: string;
  /** One file answers whole or not at all. */
  readonly isPartial = false;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    this.address = database.address;
  }

  summary(): Promise<StoreSummary> {
    return questions.summaryOf(this.#database);
  }

  add(entries: Entries): Promise<Added> {
    return this.#database.write((connection) => addEntries(connection, this.address, entries));
  }

  async addFile(path: string, onRefused: (line: number, reason: string) => void): Promise<Added> {
    const kind = await kindOfFlatFile(path);
    const quick = await withPlainName(path, async (plain) => {
      const load = (way: typeof loadFlatFile, as: FlatForm): Promise<Added | undefined> =>
        this.#database.attempt((connection) => way(connection, this.address, plain, as));
      return (
        (await load(loadFreshFile, kind)) ??
        (await load(loadFlatFile, kind)) ??
        (kind === "jsonl" ? await load(loadFlatFile, "jsonl, texts with quotes") : undefined)
      );
    });
    if (quick) return quick;
    if (kind === "parquet") {
      onRefused(
        0,
        "the Parquet file has a column or a value that observations do not have: none of it is kept",
      );
      return { added: 0, duplicates: 0 };
    }
    return this.#database.write((connection) => loadLines(connection, this.address, path, onRefused));
  }

  addTimeline(entries: readonly TimelineEntry[]): Promise<Added> {
    return this.#database.write((connection) => addTimelineEntries(connection, this.address, entries));
  }

  observations(scope: Scope, fields?: Fields): AsyncIterable<readonly StoredObservation[]> {
    return questions.observationsOf(this.#database, scope, fields);
  }

  speedRows(scope: Scope): AsyncIterable<readonly SpeedRow[]> {
    return questions.speedRowsOf(this.#database, scope);
  }

  seenFrom(most: number): AsyncIterable<readonly SeenFrom[]> {
    return questions.seenFromOf(this.#database, most);
  }

  async timeline(scope: Pick<Scope, "sinceMs" | "untilMs">): Promise<readonly TimelineEntry[]> {
    return questions.timelineOf(this.#database, scope);
  }

  measurements(query: MeasurementQuery): Promise<readonly MeasurementRow[]> {
    return questions.measurementsOf(this.#database, query);
  }

  measurement(id: string): Promise<Required<Pick<Entries, "observations" | "verdicts">> | undefined> {
    return questions.measurementOf(this.#database, id);
  }

  aggregation(
    scope: Scope,
    axes: readonly AggregationAxis[],
    grain: TimeGrain,
  ): Promise<readonly AggregationRow[]> {
    return questions.aggregationOf(this.#database, scope, axes, grain);
  }

  hourlySpeeds(scope: Scope): AsyncIterable<readonly HourlySpeed[]> {
    return questions.hourlySpeedsOf(this.#database, scope);
  }

  pairCourse(query: PairCourseQuery): AsyncIterable<readonly PairCourseRow[]> {
    return pairCourseOf(this.#database, query);
  }

  forget(tokenHash: string): Promise<number> {
    return this.#database.write(async (connection) => {
      const bound = { hash: tokenHash };
      const owned = `"measurementId" IN (SELECT "measurementId" FROM tokens WHERE hash = $hash)`;
      const [[gone]] = (
        await connection.runAndReadAll(`DELETE FROM observations WHERE ${owned}`, bound)
      ).getRowsJS() as [[bigint]];
      for (const table of ["heads", "tries", "verdicts"])
        await connection.run(`DELETE FROM ${table} WHERE ${owned}`, bound);
      await connection.run("DELETE FROM tokens WHERE hash = $hash", bound);
      return Number(gone);
    });
  }

  /** Written beside its place and put there when whole. */
  async exportTo(path: string, scope: Scope): Promise<number> {
    const unfinished = `${path}.part`;
    try {
      const count = path.endsWith(".parquet")
        ? await writeParquet(this.#database, unfinished, scope)
        : await writeJsonl(this, unfinished, scope);
      await rename(unfinished, path);
      return count;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async copyTo(path: string, scope: Pick<Scope, "sinceMs" | "untilMs">): Promise<boolean> {
    await copyStore(this.#database, path, scope);
    return true;
  }

  async remember(sources: readonly string[]): Promise<void> {
    await this.#database.write(async (connection) => {
      for (const name of sources)
        await connection.run("INSERT OR IGNORE INTO sources VALUES ($name)", { name });
    });
  }

  async remembered(prefix: string): Promise<ReadonlySet<string>> {
    const rows = await this.#database.rows("SELECT name FROM sources WHERE starts_with(name, $prefix)", {
      prefix,
    });
    return new Set(rows.map(([name]) => String(name)));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
