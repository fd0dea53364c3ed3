/**
 * Builds Ethernet frames around IP packets, with any number of VLAN tags (IEEE 802.1Q, 802.1ad).
 * The EtherType follows from the packet's version. Hardware addresses are locally administered ones.
 */
import { joined, uint16 } from "./emit-bytes.ts";

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_PROVIDER_VLAN = 0x88a8;
const CLIENT_HARDWARE = [2, 0, 0, 0, 0, 1];
const SERVER_HARDWARE = [2, 0, 0, 0, 0, 2];

export interface EthernetHeader {
  /** Six bytes each. */
  readonly source?: ArrayLike<number>;
  readonly destination?: ArrayLike<number>;
  /** VLAN ids, outermost first; of several the first is a provider's tag. */
  readonly vlans?: readonly number[];
}

export function emitEthernet(packet: Uint8Array, header: EthernetHeader = {}): Uint8Array {
  const vlans = header.vlans ?? [];
  const tags = vlans.flatMap((vlan, i) => [
    ...uint16(i < vlans.length - 1 ? ETHERTYPE_PROVIDER_VLAN : ETHERTYPE_VLAN),
    ...uint16(vlan),
  ]);
  return joined(
    header.destination ?? SERVER_HARDWARE,
    header.source ?? CLIENT_HARDWARE,
    tags,
    uint16(packet[0]! >> 4 === 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4),
    packet,
  );
}
