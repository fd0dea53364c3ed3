/**
 * The closed lists of words that records are made of. A word that is not here is not in a record.
 * States and slowness: docs/method.md. Mechanism paths follow OONI's ontology `<layer>.<action>.<qualifier>`;
 * a path goes no deeper than its evidence. Failure strings: OONI df-007.
 */
export const STATES = ["ok", "throttled", "blocked", "down", "insufficient", "invalid"] as const;
export type State = (typeof STATES)[number];

/** How a transfer was slowed. */
export const SLOWNESS = [
  "policed", // a token bucket drops what exceeds its rate
  "shaped", // a queue delays what exceeds its rate
  "lossy", // packets are lost at random
  "congested", // a shared queue is full
  "frozen", // nothing more arrives after N bytes
  "delayed", // the handshake is slow, the transfer is not
  "receiver-limited",
  "sender-limited",
  "unimpeded",
  "undecided",
] as const;
export type Slowness = (typeof SLOWNESS)[number];

/** Of an outage: seen from all networks, from some, or from one vantage point only. */
export const REACHES = ["everywhere", "some-networks", "one-vantage"] as const;
export type Reach = (typeof REACHES)[number];

export const ORIGINS = ["measured", "imported", "simulated"] as const;
export type Origin = (typeof ORIGINS)[number];

export const ACCESS_KINDS = ["mobile", "landline", "hosting"] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

/** What of a connection sets a box off. */
export const TRIGGER_KINDS = [
  "sni",
  "host",
  "url",
  "keyword",
  "quic",
  "dns-name",
  "address",
  "protocol",
  "any",
] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** The step at which an attempt ended. */
export const OPERATIONS = [
  "resolve",
  "connect",
  "tls_handshake",
  "quic_handshake",
  "http_round_trip",
  "read",
  "write",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export const MECHANISMS = [
  "dns",
  "dns.bogon",
  "dns.inconsistent",
  "dns.injection",
  "dns.injection.bogon",
  "dns.injection.duplicate",
  "dns.injection.nxdomain",
  "dns.no_answer",
  "dns.nxdomain",
  "dns.refused",
  "dns.servfail",
  "dns.timeout",
  "ip",
  "ip.unreachable",
  "tcp",
  "tcp.eof",
  "tcp.freeze",
  "tcp.refused",
  "tcp.reset",
  "tcp.throttle",
  "tcp.throttle.address",
  "tcp.timeout",
  "tls",
  "tls.certificate",
  "tls.delay",
  "tls.delay.sni",
  "tls.eof",
  "tls.eof.sni",
  "tls.freeze",
  "tls.freeze.sni",
  "tls.handshake",
  "tls.reset",
  "tls.reset.sni",
  "tls.throttle",
  "tls.throttle.sni",
  "tls.timeout",
  "tls.timeout.sni",
  "quic",
  "quic.reset",
  "quic.throttle",
  "quic.throttle.sni",
  "quic.timeout",
  "quic.timeout.sni",
  "http",
  "http.blockpage",
  "http.diff",
  "http.eof",
  "http.freeze",
  "http.redirect",
  "http.refused",
  "http.reset",
  "http.reset.host",
  "http.throttle",
  "http.throttle.host",
  "http.timeout",
  "http.timeout.host",
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** OONI df-007. `unknown_failure: ...` is the one open-ended string and is not listed. */
export const OONI_FAILURES = [
  "address_family_not_supported",
  "address_in_use",
  "address_not_available",
  "already_connected",
  "android_dns_cache_no_data",
  "bad_address",
  "bad_file_descriptor",
  "connection_aborted",
  "connection_already_closed",
  "connection_already_in_progress",
  "connection_refused",
  "connection_reset",
  "cross_device_link",
  "destination_address_required",
  "dns_bogon_error",
  "dns_no_answer",
  "dns_non_recoverable_failure",
  "dns_nxdomain_error",
  "dns_refused_error",
  "dns_reply_with_wrong_query_id",
  "dns_server_misbehaving",
  "dns_servfail_error",
  "dns_temporary_failure",
  "eof_error",
  "generic_timeout_error",
  "host_unreachable",
  "http_invalid_redirect_location_host",
  "http_request_failed",
  "http_unexpected_redirect_url",
  "http_unexpected_status_code",
  "interrupted",
  "invalid_argument",
  "json_parse_error",
  "message_size",
  "network_down",
  "network_reset",
  "network_unreachable",
  "no_buffer_space",
  "no_protocol_option",
  "not_a_socket",
  "not_connected",
  "operation_canceled",
  "operation_would_block",
  "permission_denied",
  "protocol_not_supported",
  "quic_incompatible_version",
  "ssl_failed_handshake",
  "ssl_invalid_certificate",
  "ssl_invalid_hostname",
  "ssl_unknown_authority",
  "timed_out",
  "wrong_protocol_type",
] as const;
export type OoniFailure = (typeof OONI_FAILURES)[number];
