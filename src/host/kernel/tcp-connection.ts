/**
 * A TCP connection out of any network namespace of this machine, as a Node socket, with what the kernel knows of it.
 */
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { checked, ERRNO, intBytes, lastError, libc, SystemCallError } from "./libc.ts";
import { withinNetwork } from "./network-namespace.ts";
import { AF_INET, AF_INET6, socketAddress } from "./socket-address.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_TCP = 6;
const IPPROTO_IP = 0;
const IP_TTL = 2;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const TCP_INFO = 11;
const TCP_ESTABLISHED = 1;
const TCP_SYN_SENT = 2;
const POLL_EVERY_MS = 2;

export interface ConnectOptions {
  /** Path of the network namespace; absent: this process's own. */
  readonly network?: string;
  readonly address: string;
  readonly port: number;
  readonly hopLimit?: number;
  readonly timeoutMs: number;
}

export interface TcpConnection {
  readonly socket: Socket;
  /** Undefined when the socket is gone. */
  info(): TcpInfo | undefined;
  setHopLimit(hopLimit: number): void;
}

/** tcp_info of linux/tcp.h, as far as this kernel fills it. */
export interface TcpInfo {
  /** The shortest so far: of the way, not of its queues. */
  readonly minRttUs: number;
  readonly retransmits: number;
  readonly bytesAcked: number;
  readonly bytesReceived: number;
}

/** Rejects with a SystemCallError (errno) when it is refused, unreachable or (ETIMEDOUT) too late. */
export async function connectTcp(options: ConnectOptions): Promise<TcpConnection> {
  const fd = options.network
    ? withinNetwork(options.network, () => startConnecting(options))
    : startConnecting(options);
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const state = tcpState(fd);
    if (state === TCP_ESTABLISHED) return connectionOf(fd);
    if (state !== TCP_SYN_SENT) {
      const errno = pendingError(fd);
      libc().close(fd);
      throw new SystemCallError("connect", errno);
    }
    if (performance.now() > deadline) {
      libc().close(fd);
      throw new SystemCallError("connect", ETIMEDOUT);
    }
    await sleep(POLL_EVERY_MS);
  }
}

function connectionOf(fd: number): TcpConnection {
  const socket = new Socket({ fd, readable: true, writable: true });
  const v6 = socket.remoteFamily === "IPv6";
  return {
    socket,
    info: () => (socket.destroyed ? undefined : tcpInfo(fd)),
    setHopLimit: (hopLimit) => setHopLimit(fd, hopLimit, v6),
  };
}

const ETIMEDOUT = 110;
const ECONNRESET = 104;

function startConnecting({ address, port, hopLimit }: ConnectOptions): number {
  const c = libc();
  const v6 = address.includes(":");
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = checked("socket", c.socket(v6 ? AF_INET6 : AF_INET, type, 0));
  if (hopLimit !== undefined) setHopLimit(fd, hopLimit, v6);
  const to = socketAddress(address, port);
  if (c.connect(fd, to, to.length) < 0 && lastError() !== ERRNO.EINPROGRESS) {
    const errno = lastError();
    c.close(fd);
    throw new SystemCallError("connect", errno);
  }
  return fd;
}

/** TTL or hop limit of what the socket sends from now on. */
function setHopLimit(fd: number, hopLimit: number, v6: boolean): void {
  const [level, option] = v6 ? [IPPROTO_IPV6, IPV6_UNICAST_HOPS] : [IPPROTO_IP, IP_TTL];
  checked("setsockopt hop limit", libc().setsockopt(fd, level, option, intBytes(hopLimit), 4));
}

function pendingError(fd: number): number {
  const value = new Uint8Array(4);
  libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, value, intBytes(4));
  return new DataView(value.buffer).getInt32(0, true) || ECONNRESET;
}

const INFO_BYTES = 240;
const infoBytes = new Uint8Array(INFO_BYTES);
const infoView = new DataView(infoBytes.buffer);

function readInfo(fd: number): boolean {
  infoBytes.fill(0);
  return libc().getsockopt(fd, IPPROTO_TCP, TCP_INFO, infoBytes, intBytes(INFO_BYTES)) === 0;
}

function tcpState(fd: number): number {
  return readInfo(fd) ? infoBytes[0]! : 0;
}

function tcpInfo(fd: number): TcpInfo | undefined {
  if (!readInfo(fd)) return undefined;
  return {
    minRttUs: infoView.getUint32(148, true),
    retransmits: infoView.getUint32(100, true),
    bytesAcked: Number(infoView.getBigUint64(120, true)),
    bytesReceived: Number(infoView.getBigUint64(128, true)),
  };
}
