/**
 * What judging one step of a measurement found. The steps are judged in the order in which a browser takes them;
 * the first that was interfered with, or cannot be judged, decides the verdict.
 */
import type { FailureKind } from "../observation/failure.ts";
import type { Mechanism } from "../observation/vocabulary.ts";
import type { RuledOut, Verdict } from "./verdict.ts";

/** Where evidence is counted by kind and not by likelihood, confidence has three grades. */
export const CONFIDENCE_OF_GRADE = { low: 0.6, medium: 0.8, high: 0.95 } as const;
export type ConfidenceGrade = keyof typeof CONFIDENCE_OF_GRADE;

export interface Finding {
  readonly state: Verdict["state"];
  readonly mechanisms: readonly Mechanism[];
  readonly evidence: readonly string[];
  readonly ruledOut: readonly RuledOut[];
  readonly confidence?: ConfidenceGrade;
  readonly slowness?: Verdict["slowness"];
  readonly rateBps?: number;
}

/** A step: passed, decided, or not seen at all. */
export type Step =
  | { readonly kind: "passed"; readonly evidence: readonly string[] }
  | { readonly kind: "decided"; readonly finding: Finding }
  | { readonly kind: "unseen" };

export function insufficient(...evidence: string[]): Finding {
  return { state: "insufficient", mechanisms: [], evidence, ruledOut: [] };
}

export function decided(finding: Finding): Step {
  return { kind: "decided", finding };
}

export function passed(...evidence: string[]): Step {
  return { kind: "passed", evidence };
}

/** Who else tried, and how it went for them; undefined where nobody else is known to have tried. */
export interface ControlView {
  /** The control completed the whole transaction. */
  readonly reachedPage: boolean | undefined;
  readonly httpFailure?: string;
}

type Layer = "tcp" | "tls" | "quic" | "http";

const BY_LAYER: Readonly<
  Record<Layer, Partial<Record<FailureKind, Mechanism>> & { readonly root: Mechanism }>
> = {
  tcp: {
    root: "tcp",
    timeout: "tcp.timeout",
    reset: "tcp.reset",
    refused: "tcp.refused",
    eof: "tcp.eof",
    unreachable: "ip.unreachable",
  },
  tls: {
    root: "tls",
    timeout: "tls.timeout",
    reset: "tls.reset",
    eof: "tls.eof",
    certificate: "tls.certificate",
    "certificate-unclear": "tls.certificate",
    handshake: "tls.handshake",
  },
  quic: { root: "quic", timeout: "quic.timeout", reset: "quic.reset" },
  http: {
    root: "http",
    timeout: "http.timeout",
    reset: "http.reset",
    eof: "http.eof",
    refused: "http.refused",
  },
};

const DNS_MECHANISMS: Partial<Record<FailureKind, Mechanism>> = {
  "dns-nxdomain": "dns.nxdomain",
  "dns-no-answer": "dns.no_answer",
  "dns-refused": "dns.refused",
  "dns-servfail": "dns.servfail",
  "dns-bogon": "dns.bogon",
  timeout: "dns.timeout",
};

/** The deepest node that a failure of that kind at that layer supports. */
export function mechanismOf(layer: Layer, kind: FailureKind): Mechanism {
  return BY_LAYER[layer][kind] ?? BY_LAYER[layer].root;
}

export function dnsMechanismOf(kind: FailureKind): Mechanism {
  return DNS_MECHANISMS[kind] ?? "dns";
}

/** Each once, in the order of first appearance. */
export function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
