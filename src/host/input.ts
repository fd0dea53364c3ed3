/**
 * Reads a file, decompressed as its first bytes ask (gzip, xz, zstd, by content and not by name), in chunks.
 * Bounds: about 40 MB whatever the file; a file that expands without end is stopped (EXPANSION_*).
 * Failures are returned: `unreadable` when the file cannot be opened or read, `problem` when its compression is broken.
 */
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress as ZstdDecompress } from "fzstd";
import xz from "xz-decompress";
import type { Problem } from "../base/problem.ts";

const CHUNK_BYTES = 1 << 20;
/** A zstd block of four bytes may stand for 128 kB: small pieces bound what one push can yield. */
const ZSTD_PIECE_BYTES = 1024;
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
    for await (const block of blocks) if (!consumer.chunk(block)) break;
    return { kind: "done" };
  }
  const rest = prepend(first.value.slice(), source.blocks(false));
  const watch = new ExpansionWatch(source);
  try {
    for await (const chunk of DECOMPRESSORS[kind](rest)) {
      const problem = watch.add(chunk.length);
      if (problem) return { kind: "problem", problem };
      if (!consumer.chunk(chunk)) break;
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
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return "xz";
  return begins(0x28, 0xb5, 0x2f, 0xfd) ? "zstd" : "none";
}

type Blocks = AsyncGenerator<Uint8Array<ArrayBuffer>>;

const DECOMPRESSORS: Record<Exclude<Compression, "none">, (blocks: Blocks) => AsyncIterable<Uint8Array>> = {
  gzip: (blocks) =>
    Readable.from(blocks, { objectMode: false }).compose(createGunzip({ chunkSize: CHUNK_BYTES })),
  xz: (blocks) => xzBlocks(blocks),
  zstd: (blocks) => zstdBlocks(blocks),
};

async function* prepend(first: Uint8Array<ArrayBuffer>, rest: Blocks): Blocks {
  yield first;
  yield* rest;
}

async function* xzBlocks(blocks: Blocks): AsyncGenerator<Uint8Array> {
  const input = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await blocks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  });
  const reader = new xz.XzReadableStream(input).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function* zstdBlocks(blocks: Blocks): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const stream = new ZstdDecompress((chunk) => ready.push(chunk));
  for await (const block of blocks) {
    for (let at = 0; at < block.length; at += ZSTD_PIECE_BYTES) {
      stream.push(block.subarray(at, at + ZSTD_PIECE_BYTES));
      yield* ready;
      ready.length = 0;
    }
  }
  stream.push(new Uint8Array(0), true);
  yield* ready;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  return error.message;
}
