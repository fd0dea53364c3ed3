/**
 * Sorts failure strings of OONI probes (df-007, and older ones) and of its test helpers into kinds.
 * What is not known is "unknown"; the probe's own troubles are "local" and say nothing of the network.
 */
export type FailureKind =
  | "timeout"
  | "reset"
  | "refused"
  | "eof"
  | "unreachable"
  | "dns-nxdomain"
  | "dns-no-answer"
  | "dns-refused"
  | "dns-servfail"
  | "dns-bogon"
  | "dns-unclear"
  | "certificate"
  | "certificate-unclear"
  | "handshake"
  | "http"
  | "local"
  | "unknown";

const KINDS: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries({
    timeout: ["generic_timeout_error", "timed_out", "tcp_timed_out_error", "socks_timeout_error"],
    reset: ["connection_reset", "connection_aborted", "network_reset"],
    refused: ["connection_refused", "connection_refused_error"],
    // response_never_received: probes in Python, the connection was closed without an answer.
    eof: ["eof_error", "response_never_received"],
    unreachable: ["host_unreachable", "network_unreachable"],
    // dns_name_error: test helper.
    "dns-nxdomain": ["dns_nxdomain_error", "dns_name_error"],
    "dns-no-answer": ["dns_no_answer"],
    "dns-refused": ["dns_refused_error"],
    "dns-servfail": ["dns_servfail_error"],
    "dns-bogon": ["dns_bogon_error"],
    "dns-unclear": [
      // Android's getaddrinfo says so of any failure.
      "android_dns_cache_no_data",
      "dns_lookup_error",
      "dns_non_recoverable_failure",
      "dns_reply_with_wrong_query_id",
      "dns_server_failure",
      "dns_server_misbehaving",
      "dns_temporary_failure",
    ],
    certificate: ["ssl_invalid_hostname", "ssl_unknown_authority"],
    // Also said of a certificate that has expired, or seems so to a probe whose clock is wrong.
    "certificate-unclear": ["ssl_invalid_certificate"],
    handshake: ["ssl_failed_handshake", "ssl_error", "quic_incompatible_version"],
    http: [
      "http_invalid_redirect_location_host",
      "http_request_failed",
      "http_unexpected_redirect_url",
      "http_unexpected_status_code",
      "json_parse_error",
    ],
    local: [
      "address_family_not_supported",
      "address_in_use",
      "address_not_available",
      "already_connected",
      "bad_address",
      "bad_file_descriptor",
      "connection_already_closed",
      "connection_already_in_progress",
      "cross_device_link",
      "destination_address_required",
      "interrupted",
      "invalid_argument",
      "message_size",
      "network_down",
      "no_buffer_space",
      "no_protocol_option",
      "not_a_socket",
      "not_connected",
      "operation_canceled",
      "operation_would_block",
      "permission_denied",
      "protocol_not_supported",
      "wrong_protocol_type",
    ],
  } satisfies Partial<Record<FailureKind, string[]>>).flatMap(([kind, strings]) =>
    strings.map((text): [string, FailureKind] => [text, kind as FailureKind]),
  ),
);

/** What the text behind `unknown_failure:` gives away (error texts of Go and of system calls). */
const HINTS: readonly (readonly [RegExp, FailureKind])[] = [
  [/no such host|name or service not known|nodename nor servname/i, "dns-nxdomain"],
  [/connection reset/i, "reset"],
  [/connection refused/i, "refused"],
  [/timed? ?out|deadline exceeded/i, "timeout"],
  [/no route to host|network is unreachable/i, "unreachable"],
  [/x509|certificate/i, "certificate-unclear"],
  [/\bEOF\b/, "eof"],
];

/** A download that the server ended, in good order, before as much had come as it was asked for. */
export const SHORT_ANSWER = "unknown_failure: the answer was shorter than what was asked for";

export function failureKind(failure: string): FailureKind {
  const known = KINDS.get(failure);
  if (known) return known;
  return HINTS.find(([pattern]) => pattern.test(failure))?.[1] ?? "unknown";
}

/** What a name server says on purpose; other failures of a look-up may be its own trouble. */
export function isDnsDenial(kind: FailureKind): boolean {
  return kind === "dns-nxdomain" || kind === "dns-no-answer" || kind === "dns-refused";
}

export function isDnsFailure(kind: FailureKind): boolean {
  return kind.startsWith("dns-");
}
