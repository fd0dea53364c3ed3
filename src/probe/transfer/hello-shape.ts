/**
 * How the first bytes of a connection are sent, where not as the system sends them: what a box reads is changed, what the
 * server understands is not. Each shape is a way past a box that was published (Xue et al., IMC 2021, section 7).
 */
export type HelloShape =
  /** The hello in two TCP segments, cut after so many bytes. */
  | { readonly kind: "tcp-split"; readonly at: number }
  /** The hello in two TLS records, in one segment (RFC 8446, section 5.1). */
  | { readonly kind: "record-split"; readonly at: number }
  /** A TLS record that means nothing (ChangeCipherSpec, RFC 8446 section 5) before the hello, in the same segment. */
  | { readonly kind: "record-before" }
  /** A padding extension (RFC 7685) that makes the hello longer than a packet. */
  | { readonly kind: "padding" }
  /** Bytes that only reach so many hops, before the hello. */
  | { readonly kind: "low-ttl"; readonly hopLimit: number };
