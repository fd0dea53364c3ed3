/**
 * The servers of a cluster over HTTP. Questions are asked of all shards, or, where one does not answer, of the rest, and
 * `isPartial` says so: an answer that is not called partial came from all. Writes follow one another, begin only when every
 * shard answers, and are answered when every shard has them (distributed_foreground_insert). Values are bound, never part
 * of SQL.
 */
import { randomUUID } from "node:crypto";
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from "@clickhouse/client";
import { StoreProblem } from "../store.ts";
import type { ClusterAddress } from "./address.ts";
import { isShardLost, storeProblemOf } from "./problem.ts";

export type Bound = Readonly<Record<string, unknown>>;
export type Row = readonly (string | number | boolean | null)[];

/** Rows a batch at most. */
const BATCH_ROWS = 2048;
const SPILL_BYTES = "1000000000";
const REQUEST_TIMEOUT_MS = 600_000;

const SETTINGS: ClickHouseSettings = {
  ...{ distributed_foreground_insert: 1, async_insert: 0, output_format_json_quote_64bit_integers: 0 },
  // Otherwise the last bit of a number may differ from what was sent.
  ...{ precise_float_parsing: 1, input_format_json_read_numbers_as_strings: 0 },
  ...{ max_bytes_before_external_sort: SPILL_BYTES, max_bytes_before_external_group_by: SPILL_BYTES },
  ...{ mutations_sync: "2", lightweight_deletes_sync: "2" },
};

export class Cluster {
  readonly address: ClusterAddress;
  isPartial = false;
  readonly #client: ClickHouseClient;
  readonly #nodes: readonly ClickHouseClient[];
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** `database`: "default" before there is one. */
  constructor(address: ClusterAddress, database: string) {
    this.address = address;
    const connect = (url: string): ClickHouseClient =>
      createClient({
        ...{ url, username: address.user, password: address.password, database },
        ...{ request_timeout: REQUEST_TIMEOUT_MS, clickhouse_settings: SETTINGS },
        ...{ application: "brakelight", log: { level: ClickHouseLogLevel.OFF } },
      });
    this.#client = connect(address.url);
    this.#nodes = (address.nodes ?? []).map(connect);
  }

  /** All rows of a bounded answer. */
  async rows(sql: string, bound: Bound = {}): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for await (const batch of this.batches(sql, bound)) rows.push(...batch);
    return rows;
  }

  /** What the server that is asked knows by itself. */
  own(query: string, bound: Bound = {}): Promise<readonly Row[]> {
    const params = bound as Record<string, unknown>;
    return this.#told(async () => {
      const asked = { query, query_params: params, format: "JSONCompactEachRow" } as const;
      return (await (await this.#client.query(asked)).json()) as Row[];
    });
  }

  /** The rows as they come, never all at once. */
  async *batches(sql: string, bound: Bound = {}): AsyncGenerator<readonly Row[]> {
    const ask = (skip: 0 | 1) =>
      this.#client.query({
        ...{ query: sql, query_params: bound as Record<string, unknown>, format: "JSONCompactEachRow" },
        clickhouse_settings: { skip_unavailable_shards: skip, wait_end_of_query: 0 },
      });
    try {
      let isPartial = !(await this.#isWhole());
      const answer = await ask(isPartial ? 1 : 0).catch((error: unknown) => {
        // Lost since.
        if (isPartial || !isShardLost(error)) throw error;
        isPartial = true;
        return ask(1);
      });
      try {
        for await (const some of answer.stream()) {
          const rows = some.map((row) => row.json() as Row);
          for (let from = 0; from < rows.length; from += BATCH_ROWS)
            yield rows.slice(from, from + BATCH_ROWS);
        }
      } finally {
        answer.close();
      }
      this.isPartial = isPartial;
    } catch (error) {
      throw storeProblemOf(error, this.address.shown);
    }
  }

  /**
   * Whether every shard answers. Asked first, of each by itself: a question that fails for one shard is torn off in the
   * middle at the others.
   */
  async #isWhole(): Promise<boolean> {
    const { cluster } = this.address;
    const answer = await this.#client.query({
      query: `SELECT (SELECT count() FROM cluster(${cluster}, system.one)) AS answering,
        (SELECT uniqExact(shard_num) FROM system.clusters WHERE cluster = {cluster:String}) AS shards`,
      ...{ query_params: { cluster }, format: "JSONCompactEachRow" },
      clickhouse_settings: { skip_unavailable_shards: 1 },
    });
    const [[answering, shards]] = (await answer.json()) as unknown as [[number, number]];
    return answering >= shards;
  }

  async #needWhole(): Promise<void> {
    if (!(await this.#isWhole())) {
      throw problemAt(
        this.address,
        "part of the cluster does not answer, and nothing was written: start it, then repeat",
      );
    }
  }

  /** The answer as it comes, of all shards or none. */
  async raw(sql: string, bound: Bound): Promise<AsyncIterable<Uint8Array>> {
    return this.#told(async () => {
      await this.#needWhole();
      const params = bound as Record<string, unknown>;
      return (await this.#client.exec({ query: sql, query_params: params })).stream;
    });
  }

  /** After the writes that were asked for before it, in a session of its own, whose tables go with it. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#lastWrite.then(() =>
      this.#told(async () => {
        await this.#needWhole();
        return work(new Session(this.#client));
      }),
    );
    this.#lastWrite = turn.catch(() => {});
    return turn;
  }

  /** Of tables that every server has for itself. `onCluster`: where the server spreads it, what stands for "on cluster". */
  async everywhere(sql: (onCluster: string) => string, bound: Bound = {}): Promise<void> {
    const run = (client: ClickHouseClient, onCluster: string) =>
      client.command({ query: sql(onCluster), query_params: bound as Record<string, unknown> });
    await this.#told(async () => {
      if (this.#nodes.length === 0) await run(this.#client, `ON CLUSTER ${this.address.cluster}`);
      for (const node of this.#nodes) await run(node, "");
    });
  }

  /** Into a local table of the server that is asked, and of all that are named. */
  async note(table: string, values: unknown[][]): Promise<void> {
    await this.#told(async () => {
      for (const node of this.#nodes.length === 0 ? [this.#client] : this.#nodes)
        await node.insert({ table, values, format: "JSONCompactEachRow" });
    });
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeProblemOf(error, this.address.shown);
    }
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    await Promise.all([this.#client, ...this.#nodes].map((client) => client.close()));
  }
}

/** A session has temporary tables. */
export class Session {
  readonly #client: ClickHouseClient;
  readonly #id = randomUUID();

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  async run(query: string, bound: Bound = {}): Promise<void> {
    const params = bound as Record<string, unknown>;
    await this.#client.command({ query, query_params: params, session_id: this.#id });
  }

  async rows(query: string, bound: Bound = {}): Promise<readonly Row[]> {
    const params = bound as Record<string, unknown>;
    const asked = {
      query,
      query_params: params,
      session_id: this.#id,
      format: "JSONCompactEachRow",
    } as const;
    return (await (await this.#client.query(asked)).json()) as Row[];
  }

  /** Columns in the table's order. */
  async insert(table: string, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const values = rows as unknown as unknown[][];
    await this.#client.insert({ table, values, format: "JSONCompactEachRow", session_id: this.#id });
  }
}

export function problemAt(address: ClusterAddress, text: string): StoreProblem {
  return new StoreProblem(`${address.shown}: ${text}`);
}
