/**
 * Netlink messages (RFC 3549; linux/netlink.h): header, attributes, and a socket of the netfilter family.
 * Numbers are in the machine's order (little-endian on every machine that Node supports), netfilter's own in network order.
 */
import { checked, intBytes, libc } from "./libc.ts";

export const NETLINK_HEADER_BYTES = 16;
/** nfgenmsg: family, version, resource. */
export const NETFILTER_HEADER_BYTES = 4;
export const ATTRIBUTE_HEADER_BYTES = 4;

export const NLM_F_REQUEST = 1;
export const NLM_F_ACK = 4;
export const NLMSG_ERROR = 2;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_NETFILTER = 12;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SO_SNDBUF = 7;
const SO_RCVTIMEO = 20;
const SOL_NETLINK = 270;
const NETLINK_NO_ENOBUFS = 5;
const SEND_BUFFER_BYTES = 1 << 20;

/** A socket that asks netfilter of the network namespace that the thread is in. */
export function openNetfilterSocket(receiveBufferBytes: number): number {
  const c = libc();
  const fd = checked(
    "socket AF_NETLINK",
    c.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_NETFILTER),
  );
  const address = new Uint8Array(12);
  new DataView(address.buffer).setUint16(0, AF_NETLINK, true);
  checked("bind AF_NETLINK", c.bind(fd, address, address.length));
  const size = intBytes(receiveBufferBytes);
  // Only root of the machine may pass the limit; others get what the limit allows.
  if (c.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) < 0) {
    c.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, 4);
  }
  c.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, intBytes(SEND_BUFFER_BYTES), 4);
  c.setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, intBytes(1), 4);
  return fd;
}

/** An attribute with its padding. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ATTRIBUTE_HEADER_BYTES + Math.ceil(value.length / 4) * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, ATTRIBUTE_HEADER_BYTES + value.length, true);
  view.setUint16(2, type, true);
  bytes.set(value, ATTRIBUTE_HEADER_BYTES);
  return bytes;
}

/** One netfilter message. `resource` is the queue's number where there is one. */
export function netfilterMessage(
  type: number,
  flags: number,
  family: number,
  resource: number,
  attributes: readonly Uint8Array[],
): Uint8Array {
  const length = attributes.reduce(
    (sum, { length }) => sum + length,
    NETLINK_HEADER_BYTES + NETFILTER_HEADER_BYTES,
  );
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  bytes[NETLINK_HEADER_BYTES] = family;
  view.setUint16(NETLINK_HEADER_BYTES + 2, resource, false);
  let at = NETLINK_HEADER_BYTES + NETFILTER_HEADER_BYTES;
  for (const piece of attributes) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

const ACK_TIMEOUT_S = 2;

/** Sends a request that asks for an acknowledgement, and waits for it. Throws with netfilter's error number. */
export function requestAcknowledged(fd: number, what: string, message: Uint8Array): void {
  const c = libc();
  const timeout = new Uint8Array(BigInt64Array.of(BigInt(ACK_TIMEOUT_S), 0n).buffer);
  c.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, 16);
  checked(what, c.send(fd, message, message.length, 0));
  const answer = new Uint8Array(8192);
  const view = new DataView(answer.buffer);
  const deadline = Date.now() + ACK_TIMEOUT_S * 1000;
  while (Date.now() < deadline) {
    const length = Number(c.recv(fd, answer, answer.length, 0));
    if (length < NETLINK_HEADER_BYTES + 4) continue;
    if (view.getUint16(4, true) !== NLMSG_ERROR) continue;
    const error = view.getInt32(NETLINK_HEADER_BYTES, true);
    if (error !== 0) throw new Error(`${what}: netfilter says error ${-error}`);
    return;
  }
  throw new Error(`${what}: netfilter does not answer`);
}
