/**
 * NFQUEUE from Node: packets that a firewall rule queues come here, and go on when a verdict is given
 * (linux/netfilter/nfnetlink_queue.h). Packets are read 64 at a call and verdicts written in one send; nothing is
 * allocated a packet. Bounds: SLOT_BYTES of a packet are read, `maxPackets` wait for a verdict, and of those not yet read
 * as many as the socket's buffer holds.
 */
import { addressOf, checked, ERRNO, lastError, libc, SystemCallError } from "./libc.ts";
import {
  ATTRIBUTE_HEADER_BYTES,
  attribute,
  NETFILTER_HEADER_BYTES,
  NETLINK_HEADER_BYTES,
  NLM_F_ACK,
  NLM_F_REQUEST,
  netfilterMessage,
  openNetfilterSocket,
  requestAcknowledged,
} from "./netlink.ts";

const MESSAGE_PACKET = 0x300;
const MESSAGE_VERDICT = 0x301;
const MESSAGE_CONFIG = 0x302;
const CONFIG_COMMAND = 1;
const CONFIG_PARAMETERS = 2;
const CONFIG_MAX_LENGTH = 3;
const CONFIG_MASK = 4;
const CONFIG_FLAGS = 5;
const COMMAND_BIND = 1;
const COPY_PACKET = 2;
const FLAG_FAIL_OPEN = 1;
const PACKET_HEADER = 1;
const PACKET_MARK = 3;
const PACKET_INPUT_DEVICE = 5;
const PACKET_PAYLOAD = 10;
const PACKET_WHOLE_LENGTH = 13;
const VERDICT_HEADER = 2;
const VERDICT_MARK = 3;
const VERDICT_PAYLOAD = 10;

export const NF_DROP = 0;
export const NF_ACCEPT = 1;

const BATCH = 64;
/** A packet of an Ethernet with some room, and what netfilter says about it. */
const SLOT_BYTES = 4096;
/** Some 100,000 packets, a third of a second of 100,000 new flows a second; only root of the machine gets so much. */
const RECEIVE_BUFFER_BYTES = 64 << 20;
const MESSAGE_HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const VERDICT_BUFFER_BYTES = 1 << 16;
const FLUSH_AT_BYTES = VERDICT_BUFFER_BYTES - 2 * SLOT_BYTES;

export interface QueueOptions {
  /** As in the firewall rule's --queue-num. */
  readonly number: number;
  /** How much of a packet is copied here, in bytes of IP packet. */
  readonly copyBytes: number;
  /** How many packets may wait for a verdict. */
  readonly maxPackets: number;
  /** What exceeds maxPackets passes; else it is dropped. */
  readonly failOpen: boolean;
}

/** One object, filled anew for each packet. */
export class QueuedPacket {
  id = 0;
  mark = 0;
  /** Interface number by which it came in, 0 when it was made here. */
  inputDevice = 0;
  /** IP packet, as far as copied: bytes[start, end). */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Bytes of the IP packet, copied or not. */
  length = 0;
}

export class NetfilterQueue {
  readonly fd: number;
  readonly #slots = Buffer.alloc(BATCH * SLOT_BYTES);
  readonly #slotView = new DataView(this.#slots.buffer, this.#slots.byteOffset, this.#slots.length);
  readonly #vectors = Buffer.alloc(BATCH * VECTOR_BYTES);
  readonly #headers = Buffer.alloc(BATCH * MESSAGE_HEADER_BYTES);
  readonly #packet = new QueuedPacket();
  readonly #verdicts = Buffer.alloc(VERDICT_BUFFER_BYTES);
  readonly #verdictView = new DataView(
    this.#verdicts.buffer,
    this.#verdicts.byteOffset,
    VERDICT_BUFFER_BYTES,
  );
  readonly #number: number;
  #verdictEnd = 0;
  #lastId = 0;
  /** Packets that were read. */
  received = 0;
  /** Packets that the socket's buffer had no room for: the kernel numbered them, and treated them as `failOpen` says. */
  missed = 0;

  /** Takes the queue of the network namespace that the thread is in. Throws when it has a listener or is forbidden. */
  constructor(options: QueueOptions) {
    this.#number = options.number;
    this.fd = openNetfilterSocket(RECEIVE_BUFFER_BYTES);
    try {
      this.#configure(options);
    } catch (error) {
      libc().close(this.fd);
      throw error;
    }
    for (let slot = 0; slot < BATCH; slot++) {
      this.#vectors.writeBigUInt64LE(addressOf(this.#slots) + BigInt(slot * SLOT_BYTES), slot * VECTOR_BYTES);
      this.#vectors.writeBigUInt64LE(BigInt(SLOT_BYTES), slot * VECTOR_BYTES + 8);
      const header = slot * MESSAGE_HEADER_BYTES;
      this.#headers.writeBigUInt64LE(addressOf(this.#vectors) + BigInt(slot * VECTOR_BYTES), header + 16);
      this.#headers.writeBigUInt64LE(1n, header + 24);
    }
    this.#packet.bytes = this.#slots;
  }

  #configure({ number, copyBytes, maxPackets, failOpen }: QueueOptions): void {
    const set = (what: string, ...attributes: Uint8Array[]): void =>
      requestAcknowledged(
        this.fd,
        `${what} of queue ${number}`,
        netfilterMessage(MESSAGE_CONFIG, NLM_F_REQUEST | NLM_F_ACK, 0, number, attributes),
      );
    set("binding", attribute(CONFIG_COMMAND, Uint8Array.of(COMMAND_BIND, 0, 0, 0)));
    const parameters = new Uint8Array(5);
    new DataView(parameters.buffer).setUint32(0, copyBytes, false);
    parameters[4] = COPY_PACKET;
    set("copy range", attribute(CONFIG_PARAMETERS, parameters));
    set("length", attribute(CONFIG_MAX_LENGTH, bigEndian(maxPackets)));
    const flags = failOpen ? FLAG_FAIL_OPEN : 0;
    set(
      "flags",
      attribute(CONFIG_FLAGS, bigEndian(flags)),
      attribute(CONFIG_MASK, bigEndian(FLAG_FAIL_OPEN)),
    );
  }

  /** Hands over what waits, up to one batch. Returns how many packets there were: BATCH means there may be more. */
  receive(handle: (packet: QueuedPacket) => void): number {
    const received = libc().recvmmsg(this.fd, this.#headers, BATCH, 0, null);
    if (received < 0) {
      const error = lastError();
      if (error === ERRNO.EAGAIN || error === ERRNO.EINTR || error === ERRNO.ENOBUFS) return 0;
      throw new SystemCallError("recvmmsg", error);
    }
    for (let slot = 0; slot < received; slot++) {
      const length = this.#headers.readUInt32LE(slot * MESSAGE_HEADER_BYTES + 56);
      if (this.#read(slot * SLOT_BYTES, length)) handle(this.#packet);
    }
    return received;
  }

  #read(start: number, length: number): boolean {
    const view = this.#slotView;
    if (view.getUint16(start + 4, true) !== MESSAGE_PACKET) return false;
    const packet = this.#packet;
    packet.mark = 0;
    packet.inputDevice = 0;
    packet.length = 0;
    packet.start = 0;
    packet.end = 0;
    const end = start + Math.min(length, view.getUint32(start, true));
    let at = start + NETLINK_HEADER_BYTES + NETFILTER_HEADER_BYTES;
    while (at + ATTRIBUTE_HEADER_BYTES <= end) {
      const size = view.getUint16(at, true);
      if (size < ATTRIBUTE_HEADER_BYTES) break;
      const value = at + ATTRIBUTE_HEADER_BYTES;
      switch (view.getUint16(at + 2, true) & 0x3fff) {
        case PACKET_HEADER:
          packet.id = view.getUint32(value, false);
          break;
        case PACKET_MARK:
          packet.mark = view.getUint32(value, false);
          break;
        case PACKET_INPUT_DEVICE:
          packet.inputDevice = view.getUint32(value, false);
          break;
        case PACKET_WHOLE_LENGTH:
          packet.length = view.getUint32(value, false);
          break;
        case PACKET_PAYLOAD:
          packet.start = value;
          packet.end = Math.min(at + size, end);
          break;
      }
      at += (size + 3) & ~3;
    }
    if (packet.length === 0) packet.length = packet.end - packet.start;
    this.received++;
    // Ids are given in order, from 1; after 2^32 - 1 comes 0.
    this.missed += (packet.id - this.#lastId - 1) >>> 0;
    this.#lastId = packet.id;
    return true;
  }

  /** Writes down a verdict; it takes effect with flush(). With a payload the packet is replaced by it. */
  verdict(id: number, verdict: number, mark = 0, payload?: Uint8Array): void {
    const payloadBytes = payload ? ATTRIBUTE_HEADER_BYTES + ((payload.length + 3) & ~3) : 0;
    if (this.#verdictEnd + payloadBytes > FLUSH_AT_BYTES) this.flush();
    const view = this.#verdictView;
    const start = this.#verdictEnd;
    const length = NETLINK_HEADER_BYTES + NETFILTER_HEADER_BYTES + 12 + (mark ? 8 : 0) + payloadBytes;
    view.setUint32(start, length, true);
    view.setUint16(start + 4, MESSAGE_VERDICT, true);
    view.setUint16(start + 6, NLM_F_REQUEST, true);
    view.setUint32(start + 8, 0, true);
    view.setUint32(start + 12, 0, true);
    view.setUint16(start + 16, 0, true);
    view.setUint16(start + 18, this.#number, false);
    let at = start + NETLINK_HEADER_BYTES + NETFILTER_HEADER_BYTES;
    view.setUint16(at, 12, true);
    view.setUint16(at + 2, VERDICT_HEADER, true);
    view.setUint32(at + 4, verdict, false);
    view.setUint32(at + 8, id, false);
    at += 12;
    if (mark) {
      view.setUint16(at, 8, true);
      view.setUint16(at + 2, VERDICT_MARK, true);
      view.setUint32(at + 4, mark, false);
      at += 8;
    }
    if (payload) {
      view.setUint16(at, ATTRIBUTE_HEADER_BYTES + payload.length, true);
      view.setUint16(at + 2, VERDICT_PAYLOAD, true);
      this.#verdicts.set(payload, at + ATTRIBUTE_HEADER_BYTES);
    }
    this.#verdictEnd = start + length;
  }

  flush(): void {
    if (this.#verdictEnd === 0) return;
    const sent = libc().send(this.fd, this.#verdicts, this.#verdictEnd, 0);
    this.#verdictEnd = 0;
    // A packet may have gone meanwhile (a device that went away): the kernel says so, and that is no error here.
    if (Number(sent) < 0 && lastError() === ERRNO.EAGAIN)
      throw new SystemCallError("send verdicts", ERRNO.EAGAIN);
  }

  close(): void {
    checked("close", libc().close(this.fd));
  }
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, false);
  return bytes;
}
