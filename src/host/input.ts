/**
 * Reads a file, decompressed as its first bytes ask (gzip, xz, zstd, by content and not by name), in chunks.
 * Bounds: about 100 MB whatever the file, and the window or dictionary that xz and zstd files ask for (zstd: 128 MiB at
 * most); a file that expands without end is stopped (EXPANSION_*).
 * Failures are returned: `unreadable` when the file cannot be opened or read, `problem` when its compression is broken.
 */
import { type FileHandle, open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import xz from "xz-decompress";
import type { Problem } from "../base/problem.ts";
import { zstdBlocks } from "./zstd.ts";

const CHUNK_BYTES = 1 << 20;
/** Deflate expands at most 1032-fold: small pieces bound what one of them can yield. */
const GZIP_PIECE_BYTES = 32_768;
const GZIP_CHUNK_BYTES = 1 << 14;
/** Empty answers of the xz decompressor behind the end of the file, after which the file was cut off. */
const MAX_IDLE_STEPS = 4;
/** What xz-decompress says by number (xz.h of XZ Embedded). */
const XZ_REASONS: Record<string, string> = {
  "2": "its kind of checksum is not known",
  "3": "it asks for too much memory",
  "5": "something else follows it",
  "6": "it needs a filter that is not known",
  "7": "the data are damaged",
  "8": "unexpected end of file",
};
const XZ_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
/** Beyond this much output, a file that grew more than this many times is a bomb, not a measurement. */
const EXPANSION_FLOOR_BYTES = 1 << 30;
const EXPANSION_LIMIT = 250;

export type InputResult =
  | { readonly kind: "done" }
  | { readonly kind: "problem"; readonly problem: Problem }
  | { readonly kind: "unreadable"; readonly reason: string };

/** `chunk` is valid only during the call; returning false stops the reading. `progress` counts bytes of the file. */
export interface InputConsumer {
  chunk(bytes: Uint8Array): boolean;
  /** Waited for after each chunk: whoever takes longer than the reading slows it down. Must not throw. */
  ready?(): Promise<void>;
  progress?(readBytes: number, fileBytes: number): void;
}

export async function readInput(path: string, consumer: InputConsumer): Promise<InputResult> {
  let file: FileHandle;
  let fileBytes: number;
  try {
    file = await open(path, "r");
  } catch (error) {
    return { kind: "unreadable", reason: explain(error) };
  }
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) return { kind: "unreadable", reason: "it is a directory" };
    fileBytes = stat.size;
    const compressed = new CountedBlocks(file, fileBytes, consumer);
    return await feed(compressed, consumer);
  } catch (error) {
    return { kind: "unreadable", reason: explain(error) };
  } finally {
    await file.close();
  }
}

class CountedBlocks {
  readonly #file: FileHandle;
  readonly #fileBytes: number;
  readonly #consumer: InputConsumer;
  read = 0;

  constructor(file: FileHandle, fileBytes: number, consumer: InputConsumer) {
    this.#file = file;
    this.#fileBytes = fileBytes;
    this.#consumer = consumer;
  }

  /** The file's blocks; with `reuse`, each is valid only until the next one. */
  async *blocks(reuse: boolean): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      this.read += bytesRead;
      this.#consumer.progress?.(this.read, Math.max(this.#fileBytes, this.read));
      yield buffer.subarray(0, bytesRead);
      if (!reuse) buffer = new Uint8Array(CHUNK_BYTES);
    }
  }
}

async function feed(source: CountedBlocks, consumer: InputConsumer): Promise<InputResult> {
  const blocks = source.blocks(true);
  const first = await blocks.next();
  if (first.done) return { kind: "done" };
  const kind = compressionOf(first.value);
  if (kind === "none") {
    if (!consumer.chunk(first.value)) return { kind: "done" };
    await consumer.ready?.();
    for await (const block of blocks) {
      if (!consumer.chunk(block)) break;
      await consumer.ready?.();
    }
    return { kind: "done" };
  }
  const rest = prepend(first.value.slice(), source.blocks(false));
  const watch = new ExpansionWatch(source);
  try {
    for await (const chunk of DECOMPRESSORS[kind](rest)) {
      const problem = watch.add(chunk.length);
      if (problem) return { kind: "problem", problem };
      if (!consumer.chunk(chunk)) break;
      await consumer.ready?.();
    }
  } catch (error) {
    return {
      kind: "problem",
      problem: { reason: `the ${kind} compression is broken: ${explain(error)}`, offset: watch.bytes },
    };
  }
  return { kind: "done" };
}

class ExpansionWatch {
  readonly #source: CountedBlocks;
  bytes = 0;

  constructor(source: CountedBlocks) {
    this.#source = source;
  }

  add(bytes: number): Problem | undefined {
    this.bytes += bytes;
    if (this.bytes < EXPANSION_FLOOR_BYTES || this.bytes < EXPANSION_LIMIT * this.#source.read)
      return undefined;
    return {
      reason: `the compressed file expands more than ${EXPANSION_LIMIT}-fold: stopped`,
      offset: this.bytes,
    };
  }
}

type Compression = "none" | "gzip" | "xz" | "zstd";

function compressionOf(bytes: Uint8Array): Compression {
  const begins = (...magic: number[]): boolean => magic.every((byte, i) => bytes[i] === byte);
  if (begins(0x1f, 0x8b)) return "gzip";
  if (begins(...XZ_MAGIC)) return "xz";
  return begins(0x28, 0xb5, 0x2f, 0xfd) ? "zstd" : "none";
}

type Blocks = AsyncGenerator<Uint8Array<ArrayBuffer>>;

const DECOMPRESSORS: Record<Exclude<Compression, "none">, (blocks: Blocks) => AsyncIterable<Uint8Array>> = {
  gzip: gzipBlocks,
  xz: xzBlocks,
  zstd: zstdBlocks,
};

async function* prepend(first: Uint8Array<ArrayBuffer>, rest: Blocks): Blocks {
  yield first;
  yield* rest;
}

/** All members; what was decompressed before an error is yielded before it is thrown. */
async function* gzipBlocks(blocks: Blocks): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let broken: Error | undefined;
  const gunzip = createGunzip({ chunkSize: GZIP_CHUNK_BYTES });
  const ended = new Promise<void>((resolve) => {
    gunzip.on("end", resolve);
    gunzip.on("error", (error) => {
      broken = error;
      resolve();
    });
  });
  // Flowing, so that no output waits inside, where an error would drop it.
  gunzip.on("data", (chunk: Uint8Array) => ready.push(chunk));
  try {
    for await (const block of blocks) {
      for (let at = 0; at < block.length && !broken; at += GZIP_PIECE_BYTES) {
        let rest = block.subarray(at, at + GZIP_PIECE_BYTES);
        if (!gunzip.readableEnded) {
          const before = gunzip.bytesWritten;
          const piece = rest;
          await Promise.race([new Promise<void>((resolve) => gunzip.write(piece, () => resolve())), ended]);
          yield* ready.splice(0);
          rest = rest.subarray(gunzip.bytesWritten - before);
        }
        // gzip and tar fill files up with zeros.
        if (!broken && rest.some((byte) => byte !== 0)) broken = new Error("something else follows it");
      }
      if (broken) throw broken;
    }
    gunzip.end();
    await ended;
    yield* ready.splice(0);
    if (broken) throw broken;
  } finally {
    gunzip.destroy();
  }
}

async function* xzBlocks(blocks: Blocks): AsyncGenerator<Uint8Array> {
  let isOver = false;
  const input = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await blocks.next();
        isOver = next.done === true;
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
    },
    { highWaterMark: 0 },
  );
  const reader = new xz.XzReadableStream(input).getReader();
  let idle = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.length > 0) yield value;
      // The decompressor does not notice the end of its input: it goes on yielding nothing.
      else if (isOver && ++idle > MAX_IDLE_STEPS) throw new Error("unexpected end of file");
    }
  } catch (error) {
    const reason = XZ_REASONS[/error code (\d)$/.exec(explain(error))?.[1] ?? ""];
    throw reason ? new Error(reason) : error;
  } finally {
    // Lets the next file use the decompressor, which is one for all.
    await reader.cancel().catch(() => {});
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  return error.message;
}
