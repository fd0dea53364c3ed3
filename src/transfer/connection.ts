/**
 * One TCP connection as the capture shows it. "Low" and "high" are its two endpoints in the order of their bytes:
 * a direction can be named before it is known who opened the connection.
 */
import type { LogChain } from "./packet-log.ts";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What is known of one end; index 0 low, 1 high in Connection.ends. */
export interface ConnectionEnd {
  readonly endpoint: Endpoint;
  /** MSS option of its SYN, or 0. */
  maximumSegment: number;
  /** Window scale shift of its SYN, -1 when it sent none, undefined when its SYN was not seen. */
  windowScale: number | undefined;
  synSeen: boolean;
  synSequence: number;
  closed: boolean;
}

export interface Connection {
  /** Its number inside its path, from 0 in order of appearance. */
  readonly number: number;
  readonly path: OpenPath;
  readonly ends: readonly [ConnectionEnd, ConnectionEnd];
  /** Which end opened it: 0 low, 1 high; undefined when no SYN was seen. */
  opener: 0 | 1 | undefined;
  firstUs: number;
  lastUs: number;
  reset: boolean;
  /** From TLS, HTTP or QUIC, when one was seen. */
  serverName: string | undefined;
}

/** All connections between two hosts that belong together in time. */
export interface OpenPath {
  readonly addresses: readonly [string, string];
  readonly connections: Connection[];
  readonly chain: LogChain;
  /** Of the packet that came last. */
  lastUs: number;
  /** Packets that the network carried, about: segmentation offload shows several as one. */
  carried: number;
  /** How often this host pair was judged before in this capture. */
  readonly part: number;
}

export function isFinished(connection: Connection): boolean {
  return connection.reset || (connection.ends[0].closed && connection.ends[1].closed);
}
