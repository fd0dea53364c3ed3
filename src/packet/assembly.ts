/**
 * The beginning of one stream, put together from pieces that come in any order and overlap.
 * Of a byte that comes twice the first copy counts. Offsets are in bytes from the stream's base, which discard() moves.
 * Bounds: MAX_ASSEMBLY_BYTES of buffer, MAX_RUNS separate runs. Never throws.
 */

export const MAX_ASSEMBLY_BYTES = 65_536;
const MAX_RUNS = 1024;
const FIRST_BUFFER_BYTES = 512;
const NOTHING = new Uint8Array(0);

export class Assembly {
  #bytes: Uint8Array = NOTHING;
  /** Start and end of each run of bytes that are there: ascending, never touching. */
  #runs: number[] = [];

  /** The buffer; bytes[0, prefix) are valid. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Bytes that are there without a gap from the base. */
  get prefix(): number {
    return this.#runs.length > 0 && this.#runs[0] === 0 ? this.#runs[1]! : 0;
  }

  /** Whether nothing is held. */
  get empty(): boolean {
    return this.#runs.length === 0;
  }

  /** Bytes of memory that are held. */
  get memory(): number {
    return this.#bytes.length;
  }

  /** Takes source[start, end) as the bytes from `offset`. False when a bound keeps some of them out. */
  add(offset: number, source: Uint8Array, start: number, end: number): boolean {
    const from = Math.max(offset, 0);
    const wanted = offset + end - start;
    const to = Math.min(wanted, MAX_ASSEMBLY_BYTES);
    if (from >= to) return wanted <= MAX_ASSEMBLY_BYTES;
    this.#grow(to);
    const shift = start - offset;
    const runs = this.#runs;
    let first = 0;
    while (first < runs.length && runs[first + 1]! < from) first += 2;
    let next = first;
    let gap = from;
    let runStart = from;
    let runEnd = to;
    while (next < runs.length && runs[next]! <= to) {
      if (runs[next]! > gap) this.#bytes.set(source.subarray(gap + shift, runs[next]! + shift), gap);
      gap = Math.max(gap, runs[next + 1]!);
      runStart = Math.min(runStart, runs[next]!);
      runEnd = Math.max(runEnd, runs[next + 1]!);
      next += 2;
    }
    if (next === first && runs.length >= 2 * MAX_RUNS) return false;
    if (gap < to) this.#bytes.set(source.subarray(gap + shift, to + shift), gap);
    if (next === first + 2) {
      runs[first] = runStart;
      runs[first + 1] = runEnd;
    } else runs.splice(first, next - first, runStart, runEnd);
    return wanted <= MAX_ASSEMBLY_BYTES;
  }

  /** Moves the base `count` bytes on, past bytes that are there or have yet to come. */
  discard(count: number): void {
    const runs: number[] = [];
    for (let i = 0; i < this.#runs.length; i += 2) {
      const end = this.#runs[i + 1]! - count;
      if (end > 0) runs.push(Math.max(0, this.#runs[i]! - count), end);
    }
    this.#runs = runs;
    if (runs.length === 0) this.#bytes = NOTHING;
    else this.#bytes.copyWithin(0, count);
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return;
    const size = Math.max(length, Math.min(MAX_ASSEMBLY_BYTES, this.#bytes.length * 2 || FIRST_BUFFER_BYTES));
    const larger = new Uint8Array(size);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
