/**
 * Arithmetic on 32-bit sequence numbers that wrap around (RFC 9293, section 3.4).
 */

/** Signed distance from `from` to `to` in bytes, in [-2^31, 2^31). */
export function sequenceDistance(from: number, to: number): number {
  return (to - from) | 0;
}

/** Whether `a` comes before `b`. */
export function sequenceBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** `sequence + bytes`, as an unsigned 32-bit number. */
export function sequenceAdd(sequence: number, bytes: number): number {
  return (sequence + bytes) >>> 0;
}

/**
 * Extends a wrapped number to the full (unwrapped) one that is nearest to `near`.
 * `near` is an unwrapped number below 2^53.
 */
export function unwrapSequence(wrapped: number, near: number): number {
  return near + ((wrapped - (near % 4294967296)) | 0);
}
