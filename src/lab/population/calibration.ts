/**
 * The parameters of the transfer models in one table. `fitCalibration` (fit-calibration.ts) finds those that are marked
 * fitted; test/lab/population-calibration.test.ts makes the transfers anew and holds the models against them.
 * Fitted on this laboratory's own network (test/lab/population-calibration.yaml, real kernel, CUBIC), 24 to 96 transfers
 * of each kind: 383 kB at 10, 46 and 146 ms over 20 Mbit/s, plain, with 1.5 % of packets lost, and policed at 146 kbit/s
 * with 16 kB; 200 kB up, shaped to 130 kbit/s. What browsers add no kernel knows: it is the crowd's.
 */
export interface Calibration {
  /** TCP payload of a full packet, with timestamps. */
  readonly segmentBytes: number;
  /** Its IP bytes: what scenario rates count. */
  readonly packetBytes: number;
  /** RFC 6928. */
  readonly initialWindowSegments: number;
  /** HTTP head and TLS records, as the kernel counts bytes. */
  readonly overheadBytes: number;
  /** TLS messages of the server in a handshake: they use up the bucket first. */
  readonly handshakeBytes: number;
  /** Fitted: from the request's arrival to the answer, beyond the network. */
  readonly serverUs: number;
  /** Fitted: share of a link's rate that a transfer gets once it is as fast as the link. */
  readonly linkShare: number;
  /** Fitted: deviation of the logarithm of an unimpeded duration, beyond what plans and round trips explain. */
  readonly openSpread: number;
  /** Fitted: share of a policer's rate that passes, IP bytes; below 1 by the tokens that waiting for time-outs wastes. */
  readonly policedShare: number;
  readonly policedSpread: number;
  readonly shapedShare: number;
  readonly shapedSpread: number;
  /** What a loss leaves of the window: CUBIC's (RFC 9438, section 4.6), as the laboratory's hosts use it. */
  readonly windowKept: number;
  /** Of the queue before the slowest link, at its rate: the scenario's default. */
  readonly queueUs: number;
  /** Fitted: wait for a lost retransmission beyond a round trip. None: RACK (RFC 8985) notices it by what follows. */
  readonly timeoutUs: number;
  /** Share of the goodput of a plain program that a browser shows under a policer: crowd-methods gives 20-25 % less. */
  readonly browserPolicedShare: number;
  readonly browserPolicedSpread: number;
  /** Of transfers that nothing holds back: what browsers, machines and wireless links add from one to the next. */
  readonly browserOpenSpread: number;
}

export const CALIBRATION: Calibration = {
  segmentBytes: 1448,
  packetBytes: 1500,
  initialWindowSegments: 10,
  overheadBytes: 1370,
  handshakeBytes: 1800,
  serverUs: 28_000,
  linkShare: 1,
  openSpread: 0.08,
  policedShare: 0.992,
  policedSpread: 0.005,
  shapedShare: 1.004,
  shapedSpread: 0.0016,
  windowKept: 0.7,
  queueUs: 50_000,
  timeoutUs: 0,
  browserPolicedShare: 0.75,
  browserPolicedSpread: 0.09,
  // The crowd: controls of one address have 0.5 between them.
  browserOpenSpread: 0.5,
};
