/**
 * sockaddr_in and sockaddr_in6 (netinet/in.h).
 */
import { addressBytes } from "../../packet/emit-ip.ts";

export const AF_INET = 2;
export const AF_INET6 = 10;

/** Throws RangeError when `address` is not an IP literal. */
export function socketAddress(address: string, port: number): Uint8Array {
  return socketAddressOf(addressBytes(address), port);
}

/** The same of the 4 or 16 bytes of an address. */
export function socketAddressOf(address: Uint8Array, port: number): Uint8Array {
  const v6 = address.length === 16;
  const bytes = new Uint8Array(v6 ? 28 : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, v6 ? AF_INET6 : AF_INET, true);
  view.setUint16(2, port, false);
  bytes.set(address, v6 ? 8 : 4);
  return bytes;
}
