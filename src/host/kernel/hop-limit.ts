/** TTL or hop limit of what a socket sends from now on. */
import { checked, intBytes, libc } from "./libc.ts";

const IPPROTO_IP = 0;
const IP_TTL = 2;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
/** What Linux sends with. */
export const USUAL_HOP_LIMIT = 64;

export function setHopLimit(fd: number, hopLimit: number, isV6: boolean): void {
  const [level, option] = isV6 ? [IPPROTO_IPV6, IPV6_UNICAST_HOPS] : [IPPROTO_IP, IP_TTL];
  checked("setsockopt hop limit", libc().setsockopt(fd, level, option, intBytes(hopLimit), 4));
}
