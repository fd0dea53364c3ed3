/**
 * Growing columns: typed arrays that double when they are full.
 */
type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** A copy of `column` with room for `size` values; the new ones are zero. */
export function grown<T extends Column>(column: T, size: number): T {
  const larger = new (column.constructor as new (length: number) => T)(size);
  larger.set(column);
  return larger;
}
