/**
 * Copies of IP packets as they come in to a network namespace, before its firewall sees them (packet(7), SOCK_DGRAM:
 * without link header). Read 64 at a call; nothing is allocated a packet. Bounds: SLOT_BYTES of a packet are read, and
 * what the socket's buffer does not hold is lost.
 */
import { addressOf, checked, ERRNO, intBytes, lastError, libc, SystemCallError } from "./libc.ts";

export const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_ATTACH_FILTER = 26;
const SO_RCVBUFFORCE = 33;
const RECEIVE_BUFFER_BYTES = 8 << 20;
/** linux/if_ether.h */
export const ETHERTYPES = { 4: 0x0800, 6: 0x86dd } as const;
export const LINK_ADDRESS_BYTES = 20;

const BATCH = 64;
/** A packet of an Ethernet, with room. */
const SLOT_BYTES = 4096;
const VECTOR_BYTES = 16;
const MESSAGE_HEADER_BYTES = 64;

export interface TapOptions {
  readonly ipVersion: 4 | 6;
  /** In IPv6 only those whose fragment header comes first. */
  readonly onlyFragments?: boolean;
  /** Number of a device whose packets are left out. */
  readonly exceptDevice?: number;
}

/** One object, filled anew for each packet: bytes[start, end) without link header. */
export class ArrivedPacket {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Number of the device by which it came in. */
  inputDevice = 0;
}

export class ArrivalTap {
  readonly fd: number;
  readonly #slots = Buffer.alloc(BATCH * SLOT_BYTES);
  readonly #names = Buffer.alloc(BATCH * LINK_ADDRESS_BYTES);
  readonly #vectors = Buffer.alloc(BATCH * VECTOR_BYTES);
  readonly #headers = Buffer.alloc(BATCH * MESSAGE_HEADER_BYTES);
  readonly #packet = new ArrivedPacket();

  /** On the network namespace that the thread is in. Throws without the right to do so. */
  constructor(options: TapOptions) {
    const c = libc();
    // Protocol 0 receives nothing until bind: the filter is there before the first packet.
    const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = checked("socket AF_PACKET", c.socket(AF_PACKET, type, 0));
    const program = filterProgram(options);
    const description = Buffer.alloc(16);
    description.writeUInt16LE(program.length / 8, 0);
    description.writeBigUInt64LE(addressOf(program), 8);
    try {
      checked(
        "setsockopt SO_ATTACH_FILTER",
        c.setsockopt(this.fd, SOL_SOCKET, SO_ATTACH_FILTER, description, 16),
      );
      const address = linkAddress(ETHERTYPES[options.ipVersion], 0);
      checked("bind AF_PACKET", c.bind(this.fd, address, address.length));
    } catch (error) {
      c.close(this.fd);
      throw error;
    }
    const size = intBytes(RECEIVE_BUFFER_BYTES);
    // Only root of the machine may pass the limit; others get what the limit allows.
    if (c.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) < 0) {
      c.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, size, 4);
    }
    for (let slot = 0; slot < BATCH; slot++) {
      this.#vectors.writeBigUInt64LE(addressOf(this.#slots) + BigInt(slot * SLOT_BYTES), slot * VECTOR_BYTES);
      this.#vectors.writeBigUInt64LE(BigInt(SLOT_BYTES), slot * VECTOR_BYTES + 8);
      const header = slot * MESSAGE_HEADER_BYTES;
      this.#headers.writeBigUInt64LE(addressOf(this.#names) + BigInt(slot * LINK_ADDRESS_BYTES), header);
      this.#headers.writeBigUInt64LE(addressOf(this.#vectors) + BigInt(slot * VECTOR_BYTES), header + 16);
      this.#headers.writeBigUInt64LE(1n, header + 24);
    }
    this.#packet.bytes = this.#slots;
  }

  /** Hands over what waits, up to one batch. Returns how many packets there were: BATCH means there may be more. */
  receive(handle: (packet: ArrivedPacket) => void): number {
    for (let slot = 0; slot < BATCH; slot++) {
      this.#headers.writeUInt32LE(LINK_ADDRESS_BYTES, slot * MESSAGE_HEADER_BYTES + 8);
    }
    const received = libc().recvmmsg(this.fd, this.#headers, BATCH, 0, null);
    if (received < 0) {
      const error = lastError();
      if (error === ERRNO.EAGAIN || error === ERRNO.EINTR || error === ERRNO.ENOBUFS || error === ENETDOWN) {
        return 0;
      }
      throw new SystemCallError("recvmmsg", error);
    }
    const packet = this.#packet;
    for (let slot = 0; slot < received; slot++) {
      packet.start = slot * SLOT_BYTES;
      packet.end = packet.start + this.#headers.readUInt32LE(slot * MESSAGE_HEADER_BYTES + 56);
      packet.inputDevice = this.#names.readInt32LE(slot * LINK_ADDRESS_BYTES + 4);
      handle(packet);
    }
    return received;
  }

  close(): void {
    libc().close(this.fd);
  }
}

/** A device went down: nothing waits. */
const ENETDOWN = 100;

/** sockaddr_ll of linux/if_packet.h; `device` 0 means all of them. */
export function linkAddress(
  ethertype: number,
  device: number,
  hardware: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const bytes = new Uint8Array(LINK_ADDRESS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ethertype, false);
  view.setInt32(4, device, true);
  bytes[11] = hardware.length;
  bytes.set(hardware, 12);
  return bytes;
}

/** Classic BPF (linux/filter.h): offsets count from the IP header. */
const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_ANY = 0x45;
const RETURN = 0x06;
/** SKF_AD_OFF with SKF_AD_PKTTYPE and SKF_AD_IFINDEX. */
const PACKET_TYPE = 0xfffff004;
const DEVICE = 0xfffff008;
const PACKET_HOST = 0;
const IPV4_FRAGMENT_AT = 6;
/** "More fragments" and the offset. */
export const IPV4_FRAGMENT_BITS = 0x3fff;
const IPV6_NEXT_HEADER_AT = 6;
export const IPV6_FRAGMENT_HEADER = 44;
/** No device has it. */
const NO_DEVICE = 0xffffffff;

function filterProgram({ ipVersion, onlyFragments, exceptDevice }: TapOptions): Uint8Array {
  const fragment =
    ipVersion === 4
      ? [
          [LOAD_HALF, 0, 0, IPV4_FRAGMENT_AT],
          [JUMP_IF_ANY, 0, 1, IPV4_FRAGMENT_BITS],
        ]
      : [
          [LOAD_BYTE, 0, 0, IPV6_NEXT_HEADER_AT],
          [JUMP_IF_EQUAL, 0, 1, IPV6_FRAGMENT_HEADER],
        ];
  const rest = onlyFragments ? fragment : [];
  // Jumps count instructions: "take it" stands behind `rest`, "leave it" behind that.
  const program = [
    [LOAD_WORD, 0, 0, PACKET_TYPE],
    [JUMP_IF_EQUAL, 0, 3 + rest.length, PACKET_HOST],
    [LOAD_WORD, 0, 0, DEVICE],
    [JUMP_IF_EQUAL, 1 + rest.length, 0, exceptDevice ?? NO_DEVICE],
    ...rest,
    [RETURN, 0, 0, SLOT_BYTES],
    [RETURN, 0, 0, 0],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, onTrue, onFalse, value], index) => {
    bytes.writeUInt16LE(code!, index * 8);
    bytes[index * 8 + 2] = onTrue!;
    bytes[index * 8 + 3] = onFalse!;
    bytes.writeUInt32LE(value!, index * 8 + 4);
  });
  return bytes;
}
