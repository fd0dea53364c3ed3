/**
 * One TCP segment on its way. Sequence numbers are relative to the sender's initial one and never wrap: the SYN is 0,
 * the first byte of data 1; the capture adds the initial numbers and wraps.
 */
export interface Segment {
  /** Index of its flow in the configuration. */
  readonly flow: number;
  /** Whether it travels from the server (which sends the data) to the client. */
  readonly fromServer: boolean;
  readonly sequence: number;
  readonly payloadBytes: number;
  /** TCP_ flags of src/packet/packet.ts. */
  readonly flags: number;
  readonly acknowledgement: number;
  /** As in the header, not scaled. */
  readonly window: number;
  readonly timestampValue: number;
  readonly timestampEcho: number;
  /** Left and right edges in turn; the first pair may be a duplicate report (RFC 2883). */
  readonly sack: readonly number[];
  /** IP header and payload. */
  readonly ipBytes: number;
  /** When it joined the queue that it waits in. */
  queuedUs: number;
}

export interface Stage {
  accept(segment: Segment): void;
}

const IPV4_HEADER_BYTES = 20;
const TCP_HEADER_BYTES = 20;
/** Ten bytes and two NOPs (RFC 7323, appendix A). */
export const TIMESTAMP_OPTION_BYTES = 12;
/** Two NOPs, kind and length (RFC 2018, section 3). */
const SACK_OPTION_BYTES = 4;
/** Maximum segment size, SACK permitted and window scale, filled up to words. */
const MSS_OPTION_BYTES = 4;
const SACK_PERMITTED_BYTES = 4;
const WINDOW_SCALE_BYTES = 4;

export function ipBytesOf(
  payloadBytes: number,
  timestamps: boolean,
  sackEdges: number,
  synOptions: { readonly sack: boolean } | undefined,
): number {
  let options = timestamps ? TIMESTAMP_OPTION_BYTES : 0;
  if (sackEdges > 0) options += SACK_OPTION_BYTES + 4 * sackEdges;
  if (synOptions) {
    options += MSS_OPTION_BYTES + WINDOW_SCALE_BYTES;
    // With timestamps the two bytes of "SACK permitted" take the place of two NOPs.
    if (synOptions.sack && !timestamps) options += SACK_PERMITTED_BYTES;
  }
  return IPV4_HEADER_BYTES + TCP_HEADER_BYTES + options + payloadBytes;
}
