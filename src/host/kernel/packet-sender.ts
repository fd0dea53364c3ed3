/**
 * Sends whole IP packets, header included, from the network namespace that it was made in (raw(7), IPPROTO_RAW).
 */
import { checked, intBytes, libc } from "./libc.ts";
import { AF_INET, AF_INET6, socketAddressOf } from "./socket-address.ts";

const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_RAW = 255;
const SOL_SOCKET = 1;
const SO_MARK = 36;

export class PacketSender {
  readonly #v4: number;
  readonly #v6: number;
  /** What the kernel did not take: no route, or no room. */
  refused = 0;

  /** `mark`: the firewall's mark of everything sent, 0 for none. */
  constructor(mark = 0) {
    this.#v4 = openRaw(AF_INET, mark);
    this.#v6 = openRaw(AF_INET6, mark);
  }

  /** `packet` begins with its IP header; what is no IP packet is refused. */
  send(packet: Uint8Array): void {
    const version = (packet[0] ?? 0) >> 4;
    const c = libc();
    let sent = -1;
    if (version === 4 && packet.length >= 20) {
      const to = socketAddressOf(packet.subarray(16, 20), 0);
      sent = Number(c.sendto(this.#v4, packet, packet.length, 0, to, to.length));
    } else if (version === 6 && packet.length >= 40) {
      const to = socketAddressOf(packet.subarray(24, 40), 0);
      sent = Number(c.sendto(this.#v6, packet, packet.length, 0, to, to.length));
    }
    if (sent < 0) this.refused++;
  }

  close(): void {
    libc().close(this.#v4);
    libc().close(this.#v6);
  }
}

function openRaw(family: number, mark: number): number {
  const fd = checked(
    "socket SOCK_RAW",
    libc().socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW),
  );
  if (mark) checked("setsockopt SO_MARK", libc().setsockopt(fd, SOL_SOCKET, SO_MARK, intBytes(mark), 4));
  return fd;
}
