/**
 * Sends whole IP packets out of one Ethernet device as they are: no routing, no firewall, no change (packet(7)).
 */

import { AF_PACKET, ETHERTYPES, linkAddress } from "./arrival-tap.ts";
import { checked, libc } from "./libc.ts";

const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

export class LinkSender {
  readonly #fd: number;
  readonly #to: Readonly<Record<4 | 6, Uint8Array>>;
  /** What the kernel did not take: no IP packet, too long for the device, or no room. */
  refused = 0;

  /** `device`: its number in the network namespace that the thread is in; `hardware`: who gets the packets (6 bytes). */
  constructor(device: number, hardware: Uint8Array) {
    const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.#fd = checked("socket AF_PACKET", libc().socket(AF_PACKET, type, 0));
    this.#to = {
      4: linkAddress(ETHERTYPES[4], device, hardware),
      6: linkAddress(ETHERTYPES[6], device, hardware),
    };
  }

  send(packet: Uint8Array): void {
    const version = (packet[0] ?? 0) >> 4;
    let sent = -1;
    if (version === 4 || version === 6) {
      const to = this.#to[version];
      sent = Number(libc().sendto(this.#fd, packet, packet.length, 0, to, to.length));
    }
    if (sent < 0) this.refused++;
  }

  close(): void {
    libc().close(this.#fd);
  }
}
