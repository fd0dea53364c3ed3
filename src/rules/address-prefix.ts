/**
 * Address prefixes from and to text: `192.0.2.0/24`, `2001:db8::/32`, single addresses without a length.
 * Bits beyond the length are made zero, as every router does with them. Short spellings of IPv4 (10.1, octal,
 * hexadecimal) are refused: programs disagree on what they mean.
 */
import ipaddr from "ipaddr.js";
import { failure, type Result, success } from "../base/problem.ts";
import { formatAddress } from "../packet/address.ts";
import { quoted } from "./name-pattern.ts";
import type { AddressPrefix } from "./rule.ts";

/** "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128" */
const LONGEST_PREFIX = 49;

export function parsePrefix(text: string): Result<AddressPrefix> {
  const [address, length, more] = text.length <= LONGEST_PREFIX ? text.split("/") : [];
  const bytes = address === undefined || more !== undefined ? undefined : addressBytes(address);
  if (!bytes) return failure(`${quoted(text)} is no address`);
  const most = bytes.length * 8;
  if (length !== undefined && !/^\d{1,3}$/.test(length))
    return failure(`${quoted(text)} has no valid length`);
  const bits = length === undefined ? most : Number(length);
  if (bits > most) return failure(`${quoted(text)} is longer than ${most} bits`);
  for (let at = 0; at < bytes.length; at++) bytes[at]! &= maskByte(bits, at);
  return success({ version: bytes.length === 4 ? 4 : 6, bytes, bits });
}

/** The 4 or 16 bytes of an address; undefined when it is none. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (!text.includes(":")) return ipv4Bytes(text);
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text)
    ? Uint8Array.from(ipaddr.IPv4.parse(text).octets)
    : undefined;
}

/** A single address is written without its length. */
export function formatPrefix({ version, bytes, bits }: AddressPrefix): string {
  const address = formatAddress(bytes, 0, version);
  return bits === bytes.length * 8 ? address : `${address}/${bits}`;
}

/** Whether the address at `at` lies in the prefix. */
export function prefixContains(
  prefix: AddressPrefix,
  addressBytes: Uint8Array,
  at: number,
  version: number,
): boolean {
  if (prefix.version !== version) return false;
  const { bytes, bits } = prefix;
  for (let i = 0; 8 * i < bits; i++) {
    if (((addressBytes[at + i]! ^ bytes[i]!) & maskByte(bits, i)) !== 0) return false;
  }
  return true;
}

/** The bits of byte `at` that a prefix of `bits` bits covers. */
function maskByte(bits: number, at: number): number {
  const covered = Math.min(8, Math.max(0, bits - 8 * at));
  return (0xff00 >> covered) & 0xff;
}
