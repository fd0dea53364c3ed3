/**
 * What a control server has done since it started. Numbers only: no address, no name, nothing about a person.
 */
import { counted, formatBytes } from "../../base/units.ts";

export interface Counters {
  connections: number;
  /** Closed at once: too many of one client or of all. */
  connectionsRefused: number;
  /** Connections on which no TLS, no HTTP request, or nothing in time came. */
  notUnderstood: number;
  requests: number;
  /** Answered with 429. */
  requestsRefused: number;
  downloads: number;
  uploads: number;
  ndt7Tests: number;
  /** Answers that were waited for on purpose. */
  waits: number;
  tokens: number;
  bytesOut: number;
  bytesIn: number;
  datagramsEchoed: number;
  /** Without a token that fits, or above a bound: not answered. */
  datagramsIgnored: number;
  /** Of those ignored, what looks like the first packet of a QUIC connection (RFC 9000, version 1). */
  quicInitials: number;
}

export function newCounters(): Counters {
  return {
    connections: 0,
    connectionsRefused: 0,
    notUnderstood: 0,
    requests: 0,
    requestsRefused: 0,
    downloads: 0,
    uploads: 0,
    ndt7Tests: 0,
    waits: 0,
    tokens: 0,
    bytesOut: 0,
    bytesIn: 0,
    datagramsEchoed: 0,
    datagramsIgnored: 0,
    quicInitials: 0,
  };
}

/** One line for people. */
export function statusSentence(counters: Counters, clients: number, openConnections: number): string {
  const { connections, connectionsRefused, requests, requestsRefused, notUnderstood } = counters;
  return (
    `${counted(clients, "client")}, ${counted(connections, "connection")} (${openConnections} open, ` +
    `${connectionsRefused} refused), ${counted(requests, "request")} (${requestsRefused} refused): ` +
    `${counted(counters.downloads, "download")}, ${counted(counters.uploads, "upload")}, ` +
    `${counted(counters.ndt7Tests, "ndt7 test")}; ${formatBytes(counters.bytesOut)} out, ` +
    `${formatBytes(counters.bytesIn)} in; ${counted(counters.datagramsEchoed, "datagram")} echoed, ` +
    `${counters.datagramsIgnored} ignored (${counters.quicInitials} QUIC); ${notUnderstood} not understood`
  );
}
