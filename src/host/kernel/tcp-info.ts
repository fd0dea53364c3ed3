/**
 * What the kernel knows of a TCP connection: tcp_info of linux/tcp.h, as far as this kernel fills it. No privileges needed.
 */
import { intBytes, libc } from "./libc.ts";

const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const INFO_BYTES = 240;
/** What the kernel says before the first sample (~0U). */
const NEVER_MEASURED = 0xffffffff;
const infoBytes = new Uint8Array(INFO_BYTES);
const infoView = new DataView(infoBytes.buffer);

export interface TcpInfo {
  /** Segments that were sent and not acknowledged yet. */
  readonly unacknowledged: number;
  /** Smoothed. */
  readonly rttUs: number;
  /** The shortest so far: of the way, not of its queues. Undefined before the first sample. */
  readonly minRttUs: number | undefined;
  readonly retransmits: number;
  readonly bytesAcked: number;
  readonly bytesReceived: number;
  /** Segments that came out of order. */
  readonly outOfOrder: number;
}

function readInfo(fd: number): boolean {
  infoBytes.fill(0);
  return libc().getsockopt(fd, IPPROTO_TCP, TCP_INFO, infoBytes, intBytes(INFO_BYTES)) === 0;
}

/** TCP_ESTABLISHED and its like; 0 when the descriptor is no TCP socket. */
export function tcpState(fd: number): number {
  return readInfo(fd) ? infoBytes[0]! : 0;
}

export function tcpInfo(fd: number): TcpInfo | undefined {
  if (!readInfo(fd)) return undefined;
  const minRttUs = infoView.getUint32(148, true);
  return {
    unacknowledged: infoView.getUint32(24, true),
    rttUs: infoView.getUint32(68, true),
    minRttUs: minRttUs === NEVER_MEASURED || minRttUs === 0 ? undefined : minRttUs,
    retransmits: infoView.getUint32(100, true),
    bytesAcked: Number(infoView.getBigUint64(120, true)),
    bytesReceived: Number(infoView.getBigUint64(128, true)),
    outOfOrder: infoView.getUint32(224, true),
  };
}
