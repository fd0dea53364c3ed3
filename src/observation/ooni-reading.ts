/**
 * What is read of one OONI measurement (df-000, version 0.2.0): web_connectivity 0.4 and 0.5, urlgetter.
 * Times in seconds from the measurement's start, as OONI gives them. Absent: not said, null or of the wrong type.
 * Addresses are canonical (address.ts), host names and header names in lower case. Bodies are measured, not kept.
 */
import type { Problem } from "../base/problem.ts";

export const OONI_TESTS = ["web_connectivity", "urlgetter"] as const;
export type OoniTest = (typeof OONI_TESTS)[number];

/** Where a record belongs in the chain of redirects, and to which connection. */
export interface OoniPlace {
  /** Redirects followed before it; only web_connectivity 0.5 says. */
  readonly depth?: number;
  /** False where only the handshake was tried, for the sake of comparison. */
  readonly fetchesBody?: boolean;
  readonly transactionId?: number;
  readonly startSeconds?: number;
  readonly endSeconds?: number;
}

export interface OoniQuery extends OoniPlace {
  readonly hostname: string;
  /** system: the resolver that programs on that machine use; plain: UDP or TCP; encrypted: DoH, DoT. */
  readonly resolver: "system" | "plain" | "encrypted";
  readonly failure?: string;
  readonly answers: readonly { readonly ip: string; readonly asn?: number }[];
}

export interface OoniConnect extends OoniPlace {
  readonly ip: string;
  readonly port: number;
  readonly failure?: string;
}

export interface OoniHandshake extends OoniPlace {
  readonly protocol: "tls" | "quic";
  readonly ip?: string;
  readonly port?: number;
  readonly serverName?: string;
  readonly failure?: string;
  /** False where the certificate was not checked. */
  readonly verified: boolean;
}

export interface OoniResponse {
  readonly status?: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly title?: string;
  /** Of the body in UTF-8, as far as it was received and kept. */
  readonly bodyBytes?: number;
  readonly bodyTruncated?: boolean;
}

export interface OoniRequest extends OoniPlace, OoniResponse {
  readonly url: string;
  readonly ip?: string;
  readonly failure?: string;
}

export interface OoniEvent extends OoniPlace {
  readonly operation: string;
  readonly ip?: string;
  readonly port?: number;
  readonly bytes?: number;
  readonly failure?: string;
}

/** What the test helper saw from elsewhere, at the same time. */
export interface OoniControl {
  readonly dns?: { readonly failure?: string; readonly addresses: readonly string[] };
  /** By "ip port". */
  readonly connects: ReadonlyMap<string, OoniControlOutcome>;
  readonly handshakes: ReadonlyMap<string, OoniControlOutcome>;
  readonly http?: OoniResponse & { readonly failure?: string };
  readonly addresses: ReadonlyMap<string, OoniAddressFacts>;
}

export interface OoniControlOutcome {
  readonly ok: boolean;
  readonly failure?: string;
}

export interface OoniAddressFacts {
  readonly asn?: number;
  /** The helper completed a TLS handshake for the name with that address. */
  readonly validForDomain: boolean;
}

export interface OoniReading {
  /** measurement_uid, or the start of the SHA-256 of the text. */
  readonly id: string;
  readonly line: number;
  readonly test: OoniTest;
  readonly testVersion?: string;
  /** RFC 3339, UTC. */
  readonly time?: string;
  readonly asn?: number;
  readonly networkName?: string;
  readonly country?: string;
  readonly input?: string;
  /** The proxy or tunnel that the measurement went through. */
  readonly tunnel?: string;
  readonly queries: readonly OoniQuery[];
  /** Later answers to a query that was already answered. */
  readonly duplicateAnswers: number;
  readonly connects: readonly OoniConnect[];
  readonly handshakes: readonly OoniHandshake[];
  readonly requests: readonly OoniRequest[];
  readonly events: readonly OoniEvent[];
  readonly control?: OoniControl;
  readonly controlFailure?: string;
  /** How the fetch as a whole ended, where it failed (http_experiment_failure). */
  readonly httpFailure?: string;
  /** The probe knew the networks of all addresses when it compared them; only "consistent" is of use. */
  readonly probeSaysDnsConsistent?: boolean;
  /** What the reader could not make sense of. */
  readonly notes: readonly Problem[];
}

export function endpointKey(ip: string, port: number): string {
  return `${ip} ${port}`;
}
