/**
 * What one client address, and all together, may use. An address is an IPv4 address or the /64 of an IPv6 one: what a
 * household or a small server has. The values are for a small rented server; every one can be set.
 */
export interface Bounds {
  /** In and out together, by an hour that begins with its first byte. */
  readonly bytesPerHour: number;
  /** Open at once. As many again are answered with 429, so that the reason is known; more are closed at once. */
  readonly connections: number;
  readonly connectionsPerMinute: number;
  readonly requestsPerMinute: number;
  /** Echoed; those without a token are silently dropped and use up nothing. */
  readonly datagramsPerSecond: number;
  /**
   * From the head of a request to the last byte of its answer, and how long a connection may be still otherwise. In
   * between nothing is given up for being slow: at a few hundred bytes a second the kernel takes minutes to ask for more.
   */
  readonly requestMs: number;
  readonly handshakeMs: number;
  /** From opening (or TLS handshake) to the end of the first request's head. */
  readonly headersMs: number;
  /** Of one GET /bytes/N. */
  readonly downloadBytes: number;
  /** Of one upload. */
  readonly uploadBytes: number;
  /** Of one GET /wait/SECONDS; of one client's at once; and of all clients'. */
  readonly waitSeconds: number;
  readonly waits: number;
  readonly allWaits: number;
  readonly ndt7DownloadMs: number;
  readonly ndt7UploadMs: number;
  /** Of all clients together. */
  readonly allConnections: number;
  /** The last so large a share of all is for networks (IPv4 addresses, IPv6 /48s) that have fewer than `networkConnections`. */
  readonly sharedShare: number;
  /** More than one measurement has open at once. */
  readonly networkConnections: number;
  /** Addresses remembered; of more, the one idle for longest is forgotten. */
  readonly clients: number;
}

export const DEFAULT_BOUNDS: Bounds = {
  bytesPerHour: 200e6,
  connections: 40,
  connectionsPerMinute: 600,
  requestsPerMinute: 300,
  datagramsPerSecond: 1000,
  requestMs: 300_000,
  handshakeMs: 60_000,
  headersMs: 30_000,
  downloadBytes: 50e6,
  uploadBytes: 50e6,
  waitSeconds: 960,
  waits: 16,
  allWaits: 200,
  ndt7DownloadMs: 10_000,
  ndt7UploadMs: 13_000,
  allConnections: 1000,
  sharedShare: 0.25,
  networkConnections: 16,
  clients: 20_000,
};
