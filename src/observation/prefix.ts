/**
 * Which prefixes may be kept (DESIGN.md, Safety): IPv4 of 24 bits at most, IPv6 of 32 at most, with nothing of the host in
 * them. Everything finer says who measured.
 */
import ipaddr from "ipaddr.js";

const IPV4 = String.raw`\d{1,3}\.\d{1,3}\.\d{1,3}\.0/(\d|1\d|2[0-4])`;
const IPV6 = String.raw`[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4})?::/(\d|[12]\d|3[0-2])`;

/** As a regular expression that RE2 understands too. */
export const COARSE_PREFIX = `^(${IPV4}|${IPV6})$`;
const PATTERN = new RegExp(COARSE_PREFIX);

/** "198.51.100.0/24", "2001:db8::/32"; not "198.51.100.7/24". */
export function isCoarsePrefix(text: string): boolean {
  return PATTERN.test(text);
}

const IPV4_BYTES = 3;
const IPV6_BYTES = 4;

/** What may be kept of a client's address: "198.51.100.7" -> "198.51.100.0/24", "2001:db8:7::5" -> "2001:db8::/32". */
export function coarsePrefixOf(address: string): string | undefined {
  // Otherwise "198.51" is taken for 198.0.0.51.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  const kept = parsed.kind() === "ipv4" ? IPV4_BYTES : IPV6_BYTES;
  const bytes = parsed.toByteArray().map((byte, index) => (index < kept ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${kept * 8}`;
}
