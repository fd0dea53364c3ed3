/**
 * A name as text: the bytes as sent (case kept), one character a byte, pure ASCII.
 * Control bytes, bytes from 0x7f up and the backslash become \xNN (two lower-case hex digits), so that no name can
 * move a cursor, break a line or be mistaken for another; the writing is reversible.
 */

const BACKSLASH = 0x5c;
const DOT = 0x2e;

function needsEscape(byte: number): boolean {
  return byte < 0x20 || byte >= 0x7f || byte === BACKSLASH;
}

function escaped(byte: number): string {
  return `\\x${byte < 16 ? "0" : ""}${byte.toString(16)}`;
}

/** The bytes [start, end) as text. */
export function nameText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    text += needsEscape(byte) ? escaped(byte) : String.fromCharCode(byte);
  }
  return text;
}

/** One DNS label as text: a dot inside it is escaped too, for it separates nothing (RFC 4343, section 2.1). */
export function labelText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    text += needsEscape(byte) || byte === DOT ? escaped(byte) : String.fromCharCode(byte);
  }
  return text;
}
