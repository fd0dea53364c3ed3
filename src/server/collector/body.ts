/**
 * Reads the body of a request, plain, gzip or zstd, bounded before and after decompression, and over all requests at a
 * time: where there is no room, the client is to come again (503), and nothing waits in memory.
 */
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { zstdBlocks } from "../../host/zstd.ts";
import type { Limits } from "../limits.ts";
import { Refusal } from "../refusal.ts";

const gunzip = promisify(zlib.gunzip);
const RETRY_S = 5;

/** Bytes that all bodies may hold at a time. */
export class BodyBudget {
  readonly #mostBytes: number;
  used = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  take(bytes: number): void {
    if (this.used + bytes > this.#mostBytes)
      throw new Refusal(503, "too many submissions at once: come again", RETRY_S);
    this.used += bytes;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}

export interface Body {
  readonly text: Buffer;
  /** When it is no longer needed. */
  readonly release: () => void;
}

export async function readBody(
  stream: Readable,
  encoding: string | undefined,
  { bodyBytes, plainBytes }: Pick<Limits, "bodyBytes" | "plainBytes">,
  budget: BodyBudget,
): Promise<Body> {
  let held = 0;
  const hold = (bytes: number): void => {
    budget.take(bytes);
    held += bytes;
  };
  const release = (): void => {
    budget.give(held);
    held = 0;
  };
  try {
    const whole = await readWhole(stream, bodyBytes, hold);
    const text = await decompressed(whole, encoding?.trim().toLowerCase() ?? "identity", plainBytes, hold);
    return { text, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** By events, which are quicker than iteration for the many that come in one piece. */
function readWhole(stream: Readable, mostBytes: number, hold: (bytes: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    let isWhole = false;
    const fail = (error: unknown): void => {
      isOver = true;
      pieces.length = 0;
      // The rest runs dry, so that the answer can be read.
      stream.resume();
      reject(error);
    };
    stream.on("data", (piece: Buffer) => {
      if (isOver) return;
      bytes += piece.length;
      try {
        if (bytes > mostBytes) throw new Refusal(413, `larger than ${mostBytes} bytes`);
        hold(piece.length);
        pieces.push(piece);
      } catch (error) {
        fail(error);
      }
    });
    stream.once("end", () => {
      isWhole = true;
      resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes));
    });
    stream.once("error", fail);
    stream.once("close", () => {
      if (!isWhole) fail(new Refusal(400, "the body broke off"));
    });
  });
}

async function decompressed(
  whole: Buffer,
  encoding: string,
  plainBytes: number,
  hold: (bytes: number) => void,
): Promise<Buffer> {
  const tooLarge = (): Refusal => new Refusal(413, `larger than ${plainBytes} bytes after decompression`);
  switch (encoding) {
    case "":
    case "identity":
      return whole;
    case "gzip": {
      try {
        const plain = await gunzip(whole, { maxOutputLength: plainBytes });
        hold(plain.length);
        return plain;
      } catch (error) {
        if (error instanceof Refusal) throw error;
        if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
        throw new Refusal(400, "the body is no gzip");
      }
    }
    case "zstd": {
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      try {
        for await (const piece of zstdBlocks(one(whole))) {
          bytes += piece.length;
          if (bytes > plainBytes) throw tooLarge();
          hold(piece.length);
          pieces.push(piece);
        }
      } catch (error) {
        throw error instanceof Refusal ? error : new Refusal(400, "the body is no zstd that is taken");
      }
      return Buffer.concat(pieces, bytes);
    }
    default:
      throw new Refusal(415, "Content-Encoding: identity, gzip or zstd");
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
