/**
 * One DuckDB file, open: a connection for writing, on which one transaction follows the other, and as many for reading as
 * there are questions at a time. Only one process may have it open. Failures of the machine: problem.ts.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  rmdirSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
} from "@duckdb/node-api";
import { StoreProblem } from "../store.ts";
import { storeProblemOf } from "./problem.ts";
import { migrate } from "./schema.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** What others may not. */
const OTHERS = 0o077;
/** Beyond it DuckDB goes to a folder beside the file. */
const MEMORY_LIMIT = "1GB";

const NOTHING_KEPT = new Error("nothing of it was kept");

export type Bound = Readonly<Record<string, DuckDBValue>>;
export type Row = readonly (string | number | bigint | boolean | null)[];

/** Of every DuckDB file, behind its checksum. */
const MAGIC = { text: "DUCK", offset: 8 };

/** Before DuckDB sees it: it takes a table (CSV, JSON, Parquet) for a database in memory, and would keep nothing. */
function refuseForeign(path: string): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory())
    throw new StoreProblem(`${path}: a folder, not a file: name a file in it with --store`);
  const head = Buffer.alloc(MAGIC.text.length);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, MAGIC.offset);
  } finally {
    closeSync(file);
  }
  if (head.toString("latin1") !== MAGIC.text)
    throw new StoreProblem(`${path}: no Brakelight store: name another file with --store`);
}

/** Where DuckDB puts what does not fit into memory; made by it, others could read it. */
function spillOf(path: string): string {
  return `${path}.tmp`;
}

/** Whether it was made: it may be there, another process's, or have no place, which opening will tell. */
function makeSpill(path: string): boolean {
  try {
    mkdirSync(spillOf(path), { mode: PRIVATE_FOLDER });
    return true;
  } catch {
    return false;
  }
}

/** Only when it is empty. */
function removeSpill(path: string): void {
  try {
    rmdirSync(spillOf(path));
  } catch {
    // In use, or never made.
  }
}

export class Database {
  readonly address: string;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #idle: DuckDBConnection[] = [];
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(address: string, instance: DuckDBInstance, writer: DuckDBConnection) {
    this.address = address;
    this.#instance = instance;
    this.#writer = writer;
  }

  /** `makesFolder`: for the default place, whose folder need not be there yet. */
  static async open(name: string, makesFolder = false): Promise<Database> {
    // Whole, so that no beginning of it ("md:", "s3:") means anything to DuckDB.
    const path = resolve(name);
    let instance: DuckDBInstance | undefined;
    let madeSpill = false;
    const mask = process.umask(OTHERS);
    try {
      if (makesFolder) mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
      refuseForeign(path);
      madeSpill = makeSpill(path);
      instance = await DuckDBInstance.create(path, {
        ...{
          memory_limit: MEMORY_LIMIT,
          temp_directory: spillOf(path),
          autoinstall_known_extensions: "false",
        },
        ...{ autoload_known_extensions: "false", allow_community_extensions: "false" },
      });
      const writer = await instance.connect();
      await migrate(writer, path);
      if (existsSync(path)) chmodSync(path, PRIVATE_FILE);
      return new Database(path, instance, writer);
    } catch (error) {
      instance?.closeSync();
      if (madeSpill) removeSpill(path);
      throw storeProblemOf(error, path);
    } finally {
      process.umask(mask);
    }
  }

  /** One transaction, after those that were asked for before it: kept whole, or not at all. */
  write<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const turn = this.#lastWrite.then(() => this.#transaction(work));
    this.#lastWrite = turn.catch(() => {});
    return turn;
  }

  /** The same; rolled back where the work answers undefined. */
  async attempt<T>(work: (connection: DuckDBConnection) => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await this.write(async (connection) => {
        const result = await work(connection);
        if (result === undefined) throw NOTHING_KEPT;
        return result;
      });
    } catch (error) {
      if (error === NOTHING_KEPT) return undefined;
      throw error;
    }
  }

  async #transaction<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    try {
      await this.#writer.run("BEGIN");
      const result = await work(this.#writer);
      await this.#writer.run("COMMIT");
      this.#keepPrivate();
      return result;
    } catch (error) {
      // A transaction that failed at its commit is over already.
      await this.#writer.run("ROLLBACK").catch(() => {});
      throw storeProblemOf(error, this.address);
    }
  }

  /** The journal that DuckDB keeps beside the file. */
  #keepPrivate(): void {
    const journal = `${this.address}.wal`;
    try {
      if ((statSync(journal).mode & OTHERS) !== 0) chmodSync(journal, PRIVATE_FILE);
    } catch {
      // There is none when everything is in the file.
    }
  }

  /** All rows of a bounded answer. */
  async rows(sql: string, bound: Bound = {}): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for await (const batch of this.batches(sql, bound)) rows.push(...batch);
    return rows;
  }

  /** The rows in the chunks in which DuckDB makes them (2,048), never all at once. */
  async *batches(sql: string, bound: Bound = {}): AsyncGenerator<readonly Row[]> {
    for await (const chunk of this.#chunks(sql, bound)) yield chunk.getRows() as Row[];
  }

  /** The same by column, which is quicker where there are many. */
  async *columns(sql: string, bound: Bound = {}): AsyncGenerator<readonly Row[]> {
    for await (const chunk of this.#chunks(sql, bound)) yield chunk.getColumns() as Row[];
  }

  async *#chunks(sql: string, bound: Bound): AsyncGenerator<DuckDBDataChunk> {
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    let whole = false;
    try {
      const answer = await connection.stream(sql, bound as Record<string, DuckDBValue>);
      let chunk = await answer.fetchChunk();
      while (chunk && chunk.rowCount > 0) {
        yield chunk;
        chunk = await answer.fetchChunk();
      }
      whole = true;
    } catch (error) {
      throw storeProblemOf(error, this.address);
    } finally {
      // One that was left in the middle of an answer is not used again.
      if (whole) this.#idle.push(connection);
      else connection.closeSync();
    }
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    this.#writer.closeSync();
    this.#instance.closeSync();
    removeSpill(this.address);
  }
}
