/**
 * The Internet checksum (RFC 1071), and TCP's and UDP's over their pseudo header (RFC 9293 section 3.1, RFC 768,
 * RFC 8200 section 8.1).
 */

/** One's complement sum of big-endian 16-bit words, not yet folded; an odd last byte counts as the upper half. */
function sum(bytes: Uint8Array, start: number, end: number, total: number): number {
  let at = start;
  for (; at + 1 < end; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!;
  return at < end ? total + (bytes[at]! << 8) : total;
}

function fold(total: number): number {
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return ~total & 0xffff;
}

/** Checksum of bytes[start, end), whose checksum field must be zero. */
export function internetChecksum(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return fold(sum(bytes, start, end, 0));
}

/** Checksum of a TCP or UDP segment, whose checksum field must be zero; addresses of 4 or 16 bytes. */
export function transportChecksum(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  segment: Uint8Array,
): number {
  let total = sum(source, 0, source.length, 0);
  total = sum(destination, 0, destination.length, total);
  return fold(sum(segment, 0, segment.length, total + protocol + segment.length));
}
