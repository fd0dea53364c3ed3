/** A name found in a packet: bytes[start, end) as sent. ONE object is filled anew for each name; it owns no bytes. */
import type { NameProtocol } from "../../rules/rule.ts";

/** DNS names and what HTTP puts into Host are shorter (RFC 1035, section 2.3.4); a longer one is cut off here. */
const MAX_TEXT_BYTES = 1024;

export class FoundName {
  protocol: NameProtocol = "tls";
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  readonly #text = new Uint8Array(MAX_TEXT_BYTES);

  set(protocol: NameProtocol, bytes: Uint8Array, start: number, end: number): true {
    this.protocol = protocol;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    return true;
  }

  /** The same for a name that a reader gave as text, one character a byte. */
  setText(protocol: NameProtocol, text: string): true {
    const length = Math.min(text.length, MAX_TEXT_BYTES);
    for (let i = 0; i < length; i++) this.#text[i] = text.charCodeAt(i);
    return this.set(protocol, this.#text, 0, length);
  }
}
