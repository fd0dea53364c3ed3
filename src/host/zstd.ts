/**
 * Decompresses zstd (RFC 8878) in bounded memory and time, whatever the bytes claim: the decoder below it trusts them,
 * so window sizes are read first, each step has a time limit, and so has the whole in proportion to what it yields.
 * Throws an Error, with a sentence for a person, where the data are broken; everything decoded before was yielded.
 */
import vm from "node:vm";
import { Decompress } from "fzstd";

const PIECE_BYTES = 16_384;
/** What zstd itself accepts without being told otherwise (ZSTD_WINDOWLOG_LIMIT_DEFAULT, 27). */
const MAX_WINDOW_BYTES = 2 ** 27;
/** No measurement shrinks to a thousandth for this long. */
const MAX_PIECE_OUTPUT_BYTES = 2 ** 24;
const MAX_PIECE_MS = 5_000;
/** After this long, less than this much output a second is an attack on the decoder. */
const PATIENCE_MS = 20_000;
const SLOWEST_BYTES_PER_MS = 500;

export async function* zstdBlocks(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let pieceBytes = 0;
  let bytes = 0;
  let spentMs = 0;
  const stream = new Decompress((chunk) => {
    pieceBytes += chunk.length;
    if (pieceBytes > MAX_PIECE_OUTPUT_BYTES) throw new Error("it expands more than 1000-fold");
    ready.push(chunk);
  });
  const frames = new ZstdFrames();
  const push = (piece: Uint8Array, isLast: boolean): Error | undefined => {
    pieceBytes = 0;
    const startMs = performance.now();
    const error = withinTime(() => stream.push(piece, isLast));
    spentMs += performance.now() - startMs;
    bytes += pieceBytes;
    if (error) return error;
    const isSlow = spentMs > PATIENCE_MS && bytes < SLOWEST_BYTES_PER_MS * spentMs;
    return isSlow ? new Error("it is made to take forever") : undefined;
  };
  for await (const block of blocks) {
    for (let at = 0; at < block.length; at += PIECE_BYTES) {
      // A copy: the decoder keeps what it cannot use yet.
      const piece = block.slice(at, at + PIECE_BYTES);
      frames.read(piece);
      const error = push(piece, false);
      yield* ready;
      ready.length = 0;
      if (error) throw error;
    }
  }
  const error = push(new Uint8Array(0), true);
  yield* ready;
  if (error) throw error;
}

const callStep = new vm.Script("step()");

/** Runs a step that may never come back. */
function withinTime(step: () => void): Error | undefined {
  let thrown: Error | undefined;
  const guarded = (): void => {
    try {
      step();
    } catch (error) {
      thrown = error instanceof Error ? error : new Error(String(error));
    }
  };
  try {
    callStep.runInContext(contextOf(guarded), { timeout: MAX_PIECE_MS });
  } catch {
    return new Error("it is made to take forever");
  }
  return thrown;
}

let context: vm.Context | undefined;

function contextOf(step: () => void): vm.Context {
  context ??= vm.createContext({});
  context["step"] = step;
  return context;
}

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Magic, descriptor, window, dictionary id and content size, at most (RFC 8878, section 3.1.1.1). */
const MAX_HEADER_BYTES = 18;
const MIN_HEADER_BYTES = 6;
const BLOCK_HEADER_BYTES = 3;
const RLE_BLOCK = 1;

/** Follows frames and blocks by their headers alone, for the window sizes; anything strange is left to the decoder. */
export class ZstdFrames {
  #header = new Uint8Array(MAX_HEADER_BYTES);
  #held = 0;
  #skip = 0;
  #inFrame = false;
  #checksumBytes = 0;
  #lost = false;

  /** Throws when a frame asks for more memory than is given. */
  read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#lost) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#held++] = bytes[at++]!;
      if (this.#inFrame) this.#readBlockHeader();
      else this.#readFrameHeader();
    }
  }

  #readBlockHeader(): void {
    if (this.#held < BLOCK_HEADER_BYTES) return;
    this.#held = 0;
    const header = this.#header[0]! | (this.#header[1]! << 8) | (this.#header[2]! << 16);
    const isLast = (header & 1) === 1;
    this.#skip = ((header >> 1) & 3) === RLE_BLOCK ? 1 : header >> 3;
    if (!isLast) return;
    this.#inFrame = false;
    this.#skip += this.#checksumBytes;
  }

  #readFrameHeader(): void {
    const header = this.#header;
    if (this.#held < MIN_HEADER_BYTES) return;
    const view = new DataView(header.buffer);
    const magic = view.getUint32(0, true);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      if (this.#held < 8) return;
      this.#held = 0;
      this.#skip = view.getUint32(4, true);
      return;
    }
    if (magic !== FRAME_MAGIC) {
      this.#lost = true;
      return;
    }
    const descriptor = header[4]!;
    const isSingle = (descriptor & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
    const sizeFlag = descriptor >> 6;
    const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
    const length = 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
    if (this.#held < length) return;
    let window = 0;
    if (isSingle) {
      for (let i = length - 1; i >= length - sizeBytes; i--) window = window * 256 + header[i]!;
    } else {
      const power = 2 ** (10 + (header[5]! >> 3));
      window = power + (power / 8) * (header[5]! & 7);
    }
    if (window > MAX_WINDOW_BYTES) {
      throw new Error(`it asks for ${Math.round(window / 2 ** 20)} MiB of memory; at most 128 are given`);
    }
    this.#held = 0;
    this.#inFrame = true;
    this.#checksumBytes = descriptor & 4 ? 4 : 0;
  }
}
