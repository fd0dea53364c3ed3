/**
 * What reaching a target taught, step by step, in the order of their beginnings. Never a conclusion.
 * A field that was not learned is absent. Times are µs since the reach began. Text from the network is cut to
 * MAX_TEXT_CHARACTERS; lists to the bounds of the step that fills them.
 */
export const MAX_TEXT_CHARACTERS = 300;

export interface ReachTarget {
  /** Looked up; sent as SNI and Host. An address is not looked up and goes without SNI (RFC 6066). */
  readonly name: string;
  readonly port: number;
  readonly path: string;
  /** Absent: http on port 80, https on any other. */
  readonly scheme?: "http" | "https";
}

export interface ReachOptions {
  /** Go there instead of where the look-ups point: the system's resolver is not asked then. */
  readonly connect?: { readonly address: string; readonly port?: number };
  /** Name server to ask besides the system's: "192.0.2.53", "192.0.2.53:5353", "[2001:db8::53]:53". */
  readonly secondResolver?: string;
  /** Trusted instead of Node's own list of authorities, PEM. */
  readonly ca?: string;
  /** A certificate that does not verify is noted and does not end the attempt. */
  readonly insecure: boolean;
  /** Of everything together. */
  readonly timeoutMs: number;
  readonly quic: boolean;
}

interface StepTimes {
  readonly startedUs: number;
  readonly durationUs: number;
  /** OONI df-007; absent where nothing failed. */
  readonly failure?: string;
}

export interface ResolveStep extends StepTimes {
  readonly operation: "resolve";
  readonly resolver: "system" | "second";
  /** Address and port of the second resolver. */
  readonly server?: string;
  /** As answered, also where `failure` is dns_bogon_error. */
  readonly addresses: readonly string[];
  /** Of the addresses, those that no public name can have. */
  readonly bogons?: readonly string[];
  /** The answer was cut off over UDP and asked for again over TCP. */
  readonly viaTcp?: boolean;
  /**
   * Addresses or failures of further answers to the same query, which contradict the first: one of them all may not be
   * the server's (DNS injection).
   */
  readonly laterAnswers?: readonly string[];
}

export interface ConnectStep extends StepTimes {
  readonly operation: "connect";
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  /** Who named the address. */
  readonly source: "given" | "system" | "second";
}

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** Lower-case hexadecimal, no colons. */
  readonly sha256: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** The first MAX_CERTIFICATE_NAMES. */
  readonly names: readonly string[];
}

export interface CertificateProblem {
  /** ssl_invalid_hostname, ssl_unknown_authority or ssl_invalid_certificate. */
  readonly failure: string;
  /** OpenSSL's or Node's word for it: "CERT_HAS_EXPIRED". */
  readonly code: string;
}

export interface TlsStep extends StepTimes {
  readonly operation: "tls_handshake";
  readonly address: string;
  readonly port: number;
  /** Absent: none was sent. */
  readonly serverName?: string;
  /** "TLSv1.3" */
  readonly version?: string;
  readonly cipher?: string;
  /** False: the server chose none. */
  readonly alpn?: string | false;
  readonly certificate?: Certificate;
  /** Absent without a certificate. */
  readonly isVerified?: boolean;
  readonly certificateProblem?: CertificateProblem;
}

export interface HttpStep extends StepTimes {
  /** Where it ended: "read" once the head of the answer was there. */
  readonly operation: "http_round_trip" | "read";
  readonly address: string;
  readonly port: number;
  /** Until the head of the answer. */
  readonly headUs?: number;
  readonly status?: number;
  readonly location?: string;
  readonly server?: string;
  readonly contentType?: string;
  /** The Date header, and the local clock when it arrived, ms since 1970. */
  readonly date?: string;
  readonly dateAtMs?: number;
  /** Bytes of the body that arrived, of the first MAX_BODY_BYTES. */
  readonly bodyBytes?: number;
  /** There was more, and it was not read. */
  readonly isCut?: boolean;
  /** SHA-256 of those bytes, hexadecimal. */
  readonly bodySha256?: string;
  readonly title?: string;
}

export const QUIC_ANSWERS = ["version-negotiation", "retry", "initial", "other", "silence"] as const;
export type QuicAnswer = (typeof QUIC_ANSWERS)[number];

export interface QuicStep extends StepTimes {
  readonly operation: "quic_handshake";
  readonly address: string;
  readonly port: number;
  /** What came back to our connection id; "silence" where nothing did. */
  readonly answer: QuicAnswer;
  /** Initials that were sent until then. */
  readonly sent: number;
  /** Datagrams that were not for our connection id. */
  readonly strays: number;
  /** Of a Version Negotiation. */
  readonly versions?: readonly number[];
  /** The server's Initial closes the connection, with this error code (RFC 9000, section 20). */
  readonly closeCode?: number;
}

export type ReachStep = ResolveStep | ConnectStep | TlsStep | HttpStep | QuicStep;

export interface Reach {
  readonly target: ReachTarget;
  /** Local clock, ms since 1970. */
  readonly startedAtMs: number;
  readonly durationUs: number;
  readonly steps: readonly ReachStep[];
}

/** The step's record with `failure` where there is one. */
export function withFailure<T extends object>(
  step: T,
  failure: string | undefined,
): T & { failure?: string } {
  return failure === undefined ? step : { ...step, failure };
}

/** Text of the network as records keep it: one line, no control characters, bounded. */
export function boundedText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  const plain = text.slice(0, 4 * MAX_TEXT_CHARACTERS).replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ");
  return plain.trim().slice(0, MAX_TEXT_CHARACTERS);
}
