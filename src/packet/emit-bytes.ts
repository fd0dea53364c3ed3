/** Small steps of writing big-endian bytes. */

/** One array out of several pieces. */
export function joined(...pieces: readonly ArrayLike<number>[]): Uint8Array {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

export function uint16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export function uint24(value: number): number[] {
  return [(value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

export function uint32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** One byte a character; characters above U+00FF lose their upper bits. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Bytes with their length before them, in 1 or 2 bytes. */
export function prefixed(lengthBytes: 1 | 2, bytes: ArrayLike<number>): Uint8Array {
  return joined(lengthBytes === 1 ? [bytes.length & 0xff] : uint16(bytes.length), bytes);
}

/** The bytes in pieces of at most `size`; one empty piece when there are none. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(bytes.subarray(at, at + size));
  return out.length > 0 ? out : [bytes];
}

/** The bytes cut at the given offsets, which must ascend. */
export function cutAt(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const edges = [0, ...offsets.filter((offset) => offset > 0 && offset < bytes.length), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i]!, edge));
}
