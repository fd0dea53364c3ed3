/**
 * One flow as rules see it, for those who ask about names one at a time; boxes call the matcher with packet bytes.
 */
import { addressBytes } from "./address-prefix.ts";
import type { Matcher, NameProtocol } from "./rule.ts";

export interface Flow {
  /** Bytes as text, one character a byte; undefined when the packet names nothing. */
  readonly name?: string;
  readonly protocol: NameProtocol;
  /** Of the outside end. */
  readonly address: Uint8Array;
  readonly port: number;
  readonly timeMs: number;
}

/** "This network" (RFC 1122): no outside end has it, so that only a rule for all addresses matches it. */
export const UNKNOWN_ADDRESS: Uint8Array = addressBytes("0.0.0.0")!;

/** A text's bytes as a text of one character each. */
export function bytesAsText(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** As `match` of the matcher. */
export function matchFlow(matcher: Matcher, { name, protocol, address, port, timeMs }: Flow): number {
  const bytes = Uint8Array.from(name ?? "", (letter) => letter.charCodeAt(0));
  const version = address.length === 4 ? 4 : 6;
  const named = name === undefined ? undefined : protocol;
  return matcher.match(named, bytes, 0, bytes.length, address, 0, version, port, timeMs);
}
