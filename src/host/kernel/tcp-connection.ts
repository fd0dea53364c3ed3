/**
 * A TCP connection out of any network namespace of this machine, as a Node socket, with what the kernel knows of it.
 */
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setHopLimit } from "./hop-limit.ts";
import { checked, ERRNO, intBytes, lastError, libc, SystemCallError } from "./libc.ts";
import { withinNetwork } from "./network-namespace.ts";
import { AF_INET, AF_INET6, socketAddress } from "./socket-address.ts";
import { type TcpInfo, tcpInfo, tcpState } from "./tcp-info.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
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

function pendingError(fd: number): number {
  const value = new Uint8Array(4);
  libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, value, intBytes(4));
  return new DataView(value.buffer).getInt32(0, true) || ECONNRESET;
}
