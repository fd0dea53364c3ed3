/** What one client, and all of them together, may use of a collector. */
export interface Limits {
  /** A submission as it comes, and after decompression. */
  readonly bodyBytes: number;
  readonly plainBytes: number;
  /** Bodies of all clients that are being read or judged at a time. */
  readonly bytesInFlight: number;
  /** Of JSON inside JSON, each. OONI's measurements nest some ten levels deep. */
  readonly nesting: number;
  readonly submissionsPerMinute: number;
  readonly questionsPerMinute: number;
  /** Clients whose rate is remembered; beyond it those seen longest ago begin anew. */
  readonly clients: number;
  readonly openReportsPerClient: number;
  readonly openReports: number;
  readonly reportMs: number;
  readonly connections: number;
  readonly connectionsPerClient: number;
  /** For a whole request to come in. */
  readonly requestMs: number;
  readonly journalBytes: number;
  readonly deadLetterBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 8 << 20,
  plainBytes: 16 << 20,
  bytesInFlight: 128 << 20,
  nesting: 64,
  submissionsPerMinute: 600,
  questionsPerMinute: 300,
  clients: 20_000,
  openReportsPerClient: 32,
  openReports: 10_000,
  reportMs: 3_600_000,
  connections: 2_000,
  connectionsPerClient: 100,
  requestMs: 30_000,
  journalBytes: 1 << 30,
  deadLetterBytes: 16 << 20,
};
