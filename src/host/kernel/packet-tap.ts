/**
 * Copies of every IP packet that one network device sends or receives, with the kernel's time of it (packet(7)).
 * 64 at a call; nothing is allocated a packet. What the reader is too slow for is lost, and counted by the kernel.
 */
import { addressOf, checked, ERRNO, intBytes, lastError, libc, SystemCallError } from "./libc.ts";

const AF_PACKET = 17;
/** Without the link header: what is stored names no hardware. */
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
/** ETH_P_ALL in network order. */
const ALL_PROTOCOLS = 0x0300;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SO_TIMESTAMPNS = 35;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;

const BATCH = 64;
const CONTROL_BYTES = 64;
const MESSAGE_HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const BUFFER_BYTES = 8 << 20;
/** cmsghdr: length, level, type; then a timespec. */
const TIMESPEC_AT = 16;

/** bytes[start, end) are the first bytes of an IP packet of `length` bytes, seen at `timeNs` since the epoch. */
export type HandlePacket = (
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
  seconds: number,
  nanoseconds: number,
) => void;

export class PacketTap {
  readonly fd: number;
  readonly #slotBytes: number;
  readonly #slots: Buffer;
  readonly #control = Buffer.alloc(BATCH * CONTROL_BYTES);
  readonly #vectors = Buffer.alloc(BATCH * VECTOR_BYTES);
  readonly #headers = Buffer.alloc(BATCH * MESSAGE_HEADER_BYTES);

  /** Of the device with this name in the network namespace that the thread is in; of all devices for "". */
  constructor(device: string, snapBytes: number) {
    this.#slotBytes = snapBytes;
    this.#slots = Buffer.alloc(BATCH * snapBytes);
    const c = libc();
    this.fd = checked(
      "socket AF_PACKET",
      c.socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, ALL_PROTOCOLS),
    );
    const size = intBytes(BUFFER_BYTES);
    if (c.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) < 0) {
      c.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, size, 4);
    }
    c.setsockopt(this.fd, SOL_SOCKET, SO_TIMESTAMPNS, intBytes(1), 4);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16LE(ALL_PROTOCOLS, 2);
    address.writeInt32LE(c.if_nametoindex(device), 4);
    checked(`bind to ${device}`, c.bind(this.fd, address, address.length));
    for (let slot = 0; slot < BATCH; slot++) {
      const vector = slot * VECTOR_BYTES;
      this.#vectors.writeBigUInt64LE(addressOf(this.#slots) + BigInt(slot * snapBytes), vector);
      this.#vectors.writeBigUInt64LE(BigInt(snapBytes), vector + 8);
      const header = slot * MESSAGE_HEADER_BYTES;
      this.#headers.writeBigUInt64LE(addressOf(this.#vectors) + BigInt(vector), header + 16);
      this.#headers.writeBigUInt64LE(1n, header + 24);
      this.#headers.writeBigUInt64LE(addressOf(this.#control) + BigInt(slot * CONTROL_BYTES), header + 32);
    }
  }

  /** Hands over what waits, up to one batch; returns how many there were. */
  receive(handle: HandlePacket): number {
    for (let slot = 0; slot < BATCH; slot++) {
      this.#headers.writeBigUInt64LE(BigInt(CONTROL_BYTES), slot * MESSAGE_HEADER_BYTES + 40);
    }
    const received = libc().recvmmsg(this.fd, this.#headers, BATCH, MSG_TRUNC, null);
    if (received < 0) {
      const error = lastError();
      if (error === ERRNO.EAGAIN || error === ERRNO.EINTR) return 0;
      throw new SystemCallError("recvmmsg", error);
    }
    for (let slot = 0; slot < received; slot++) {
      const length = this.#headers.readUInt32LE(slot * MESSAGE_HEADER_BYTES + 56);
      const start = slot * this.#slotBytes;
      const version = this.#slots[start]! >> 4;
      if (version !== 4 && version !== 6) continue;
      const time = slot * CONTROL_BYTES + TIMESPEC_AT;
      const seconds = Number(this.#control.readBigInt64LE(time));
      const nanoseconds = Number(this.#control.readBigInt64LE(time + 8));
      handle(this.#slots, start, start + Math.min(length, this.#slotBytes), length, seconds, nanoseconds);
    }
    return received;
  }

  close(): void {
    checked("close", libc().close(this.fd));
  }

  /** Packets that the kernel could not keep for us since the last call. */
  lost(): number {
    const statistics = Buffer.alloc(8);
    libc().getsockopt(this.fd, SOL_PACKET, PACKET_STATISTICS, statistics, intBytes(8));
    return statistics.readUInt32LE(4);
  }
}

const MSG_TRUNC = 0x20;
