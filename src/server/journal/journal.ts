/**
 * The append-only journal in front of the store. `append` is kept when its bytes are on the disk: appends that wait are
 * written and synced together (group commit). One reader takes records in the order in which they came, and says when they
 * are durable elsewhere; a segment is deleted only then. Bounded: beyond `mostBytes` it refuses (JournalFull), and nothing
 * waits in memory but what is being written. After a start it writes into a new segment, and reads the old ones first.
 */
import { chmodSync, mkdirSync, readdirSync, renameSync, statSync, unlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { HEADER_BYTES, headerOf, MOST_PAYLOAD_BYTES } from "./frame.ts";
import { type Damage, readRecords } from "./segment-reader.ts";

/** Of the machine, or of how much is waiting; the message is one line for people. */
export class JournalProblem extends Error {}
export class JournalFull extends JournalProblem {}

export interface JournalOptions {
  readonly folder: string;
  readonly mostBytes: number;
  readonly segmentBytes?: number;
  /** Told of what could not be read, and of what the machine refused. */
  readonly onTrouble: (message: string) => void;
}

const SEGMENT_BYTES = 64 << 20;
/** A segment that is read to its end is given up from this size on, so that a start has little to read again. */
const SPENT_BYTES = 4 << 20;
const MOST_GROUP = 1_000;
const MOST_GROUP_BYTES = 8 << 20;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const MOST_DAMAGED_FILES = 10;
const NAME = /^journal-(\d{10})\.log$/;

interface Segment {
  readonly number: number;
  readonly path: string;
  readonly file: FileHandle;
  /** Written and synced. */
  bytes: number;
  /** Written no more. */
  isClosed: boolean;
  /** Bytes in it were no records, and records followed them. */
  isDamaged: boolean;
}

interface Waiting {
  readonly payload: Buffer;
  readonly resolve: () => void;
  readonly reject: (problem: unknown) => void;
}

export interface JournalBatch {
  readonly payloads: readonly Buffer[];
  readonly segment: number;
  readonly next: number;
}

export class Journal {
  readonly #options: JournalOptions;
  readonly #segments: Segment[] = [];
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  /** Where the reader is in the first segment. */
  #readTo = 0;
  #onGrown: (() => void) | undefined;
  #isClosed = false;

  private constructor(options: JournalOptions) {
    this.#options = options;
  }

  static async open(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options);
    const { folder } = options;
    try {
      mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
      chmodSync(folder, PRIVATE_FOLDER);
      const numbers = readdirSync(folder).flatMap((name) => Number(NAME.exec(name)?.[1] ?? Number.NaN));
      for (const number of numbers.filter(Number.isInteger).sort((a, b) => a - b)) {
        const path = segmentPath(folder, number);
        const file = await open(path, "r");
        const bytes = statSync(path).size;
        journal.#segments.push({ number, path, file, bytes, isClosed: true, isDamaged: false });
      }
      await journal.#begin();
    } catch (error) {
      throw new JournalProblem(
        `${folder}: the journal cannot be opened (${codeOf(error)}): name another with --journal`,
      );
    }
    return journal;
  }

  /** What waits in it for the store, and what is being written. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0) - this.#readTo + this.#waitingBytes;
  }

  get segments(): number {
    return this.#segments.length;
  }

  /** On the disk when the promise is kept; a rejected one may or may not be there after a restart. */
  append(payload: Buffer): Promise<void> {
    if (this.#isClosed) return Promise.reject(new JournalProblem("the journal is closed"));
    if (payload.length > MOST_PAYLOAD_BYTES)
      return Promise.reject(new JournalProblem("too large for the journal"));
    const whole = payload.length + HEADER_BYTES;
    if (this.bytes + whole > this.#options.mostBytes)
      return Promise.reject(new JournalFull("the store does not keep up: the journal has reached its bound"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, resolve, reject });
      this.#waitingBytes += whole;
      this.#writing ??= this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    // What comes in the same turn of the loop goes with it.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      const bytes = group.reduce((sum, { payload }) => sum + payload.length + HEADER_BYTES, 0);
      try {
        await this.#commit(group, bytes);
        for (const { resolve } of group) resolve();
      } catch (error) {
        const { folder, onTrouble } = this.#options;
        const problem = new JournalProblem(
          `${folder}: the journal cannot be written (${codeOf(error)}): make room on the disk`,
        );
        onTrouble(problem.message);
        for (const { reject } of group) reject(problem);
      }
      this.#waitingBytes -= bytes;
    }
    this.#writing = undefined;
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && count < MOST_GROUP && bytes < MOST_GROUP_BYTES)
      bytes += this.#waiting[count++]!.payload.length;
    return this.#waiting.splice(0, count);
  }

  async #commit(group: readonly Waiting[], bytes: number): Promise<void> {
    let segment = this.#segments.at(-1)!;
    if (segment.isClosed || segment.bytes >= (this.#options.segmentBytes ?? SEGMENT_BYTES))
      segment = await this.#begin();
    try {
      const whole = Buffer.concat(group.flatMap(({ payload }) => [headerOf(payload), payload]));
      let written = 0;
      while (written < bytes) {
        const { bytesWritten } = await segment.file.write(
          whole,
          written,
          bytes - written,
          segment.bytes + written,
        );
        written += bytesWritten;
      }
      await segment.file.datasync();
    } catch (error) {
      // What was synced before stays; if the rest cannot be cut off, nothing more is written behind it.
      await segment.file.truncate(segment.bytes).catch(() => {
        segment.isClosed = true;
      });
      if (codeOf(error) === "EIO") segment.isClosed = true;
      throw error;
    }
    segment.bytes += bytes;
    this.#onGrown?.();
  }

  async #begin(): Promise<Segment> {
    const last = this.#segments.at(-1);
    const number = (last?.number ?? 0) + 1;
    const path = segmentPath(this.#options.folder, number);
    const file = await open(path, "wx+", PRIVATE_FILE);
    const folder = await open(this.#options.folder, "r");
    await folder.sync().finally(() => folder.close());
    if (last) last.isClosed = true;
    const segment = { number, path, file, bytes: 0, isClosed: false, isDamaged: false };
    this.#segments.push(segment);
    return segment;
  }

  /** Some records that were not read yet; undefined: there are none now. */
  async next(mostBytes: number): Promise<JournalBatch | undefined> {
    for (;;) {
      const segment = this.#segments[0]!;
      if (this.#readTo < segment.bytes) {
        const { payloads, next, damage } = await readRecords(
          segment.file,
          this.#readTo,
          segment.bytes,
          mostBytes,
        );
        for (const one of damage) this.#tell(segment, one);
        if (payloads.length > 0) return { payloads, segment: segment.number, next };
        this.#readTo = next;
      } else if (segment.isClosed && this.#segments.length > 1) await this.#drop();
      else return undefined;
    }
  }

  #tell(segment: Segment, { from, to, isTail }: Damage): void {
    const where = `${segment.path}: ${to - from} bytes from ${from} on are no record`;
    if (!isTail) segment.isDamaged = true;
    this.#options.onTrouble(
      isTail
        ? `${where}: the end of what was being written when the process or machine stopped; cut off`
        : `${where}: damaged; those after it are read, and the file is kept as .damaged`,
    );
  }

  /** What the batch held is durable elsewhere. */
  async done({ segment: number, next }: JournalBatch): Promise<void> {
    const segment = this.#segments[0]!;
    if (segment.number !== number) return;
    this.#readTo = next;
    if (next < segment.bytes) return;
    if (!segment.isClosed && segment.bytes >= SPENT_BYTES) segment.isClosed = true;
    if (segment.isClosed && this.#segments.length > 1) await this.#drop();
  }

  /** The next record begins a new segment, so that what was read of this one is gone from the disk then. */
  giveUpSegment(): void {
    this.#segments.at(-1)!.isClosed = true;
  }

  async #drop(): Promise<void> {
    const segment = this.#segments.shift()!;
    this.#readTo = 0;
    await segment.file.close();
    if (!segment.isDamaged) {
      unlinkSync(segment.path);
      return;
    }
    renameSync(segment.path, `${segment.path}.damaged`);
    const damaged = readdirSync(this.#options.folder).filter((name) => name.endsWith(".damaged"));
    for (const name of damaged.sort().slice(0, -MOST_DAMAGED_FILES))
      unlinkSync(join(this.#options.folder, name));
  }

  /** Kept when something was appended since; at once where there is something. */
  grown(): Promise<void> {
    const hasMore = this.#segments.length > 1 || this.#readTo < this.#segments[0]!.bytes;
    if (hasMore || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onGrown = () => {
        this.#onGrown = undefined;
        resolve();
      };
    });
  }

  /** After the last append was written; segments that were read to their end are deleted. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    this.#onGrown?.();
    const [first, ...rest] = this.#segments;
    const isSpent = rest.length === 0 && this.#readTo >= first!.bytes && !first!.isDamaged;
    for (const { file } of this.#segments) await file.close();
    if (isSpent) unlinkSync(first!.path);
  }
}

function segmentPath(folder: string, number: number): string {
  return join(folder, `journal-${String(number).padStart(10, "0")}.log`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
