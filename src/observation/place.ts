/**
 * The place that an address stands for when votes are counted: IPv4 its /24, IPv6 its /48, one site's share of the
 * address space (RFC 6177). Used while judging; what is stored keeps the coarser prefix of the Observation.
 */
import ipaddr from "ipaddr.js";

const IPV4_BYTES = 3;
const IPV6_BYTES = 6;

/** "198.51.100.7" -> "198.51.100.0/24", "2001:db8:7:1::5" -> "2001:db8:7::/48"; undefined for what is no address. */
export function placeOfAddress(address: string): string | undefined {
  // Otherwise "198.51" is taken for 198.0.0.51.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  const kept = parsed.kind() === "ipv4" ? IPV4_BYTES : IPV6_BYTES;
  const bytes = parsed.toByteArray().map((byte, index) => (index < kept ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${kept * 8}`;
}
