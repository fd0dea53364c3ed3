/**
 * Growing columns: typed arrays that double when they are full; and copies of bytes.
 */
type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** A copy of `column` with room for `size` values; the new ones are zero. */
export function grown<T extends Column>(column: T, size: number): T {
  const larger = new (column.constructor as new (length: number) => T)(size);
  larger.set(column);
  return larger;
}

/** bytes[start, end) in memory of its own. (A Buffer's own `slice` shares its memory.) */
export function copiedBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(start, end));
}
