/** System errors under their names in OONI df-007. */
const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection_refused",
  ECONNRESET: "connection_reset",
  EPIPE: "connection_reset",
  ECONNABORTED: "connection_aborted",
  EHOSTUNREACH: "host_unreachable",
  ENETUNREACH: "network_unreachable",
  ENETDOWN: "network_down",
  ETIMEDOUT: "generic_timeout_error",
};
const BY_NUMBER: Readonly<Record<number, string>> = {
  100: "network_down",
  101: "network_unreachable",
  103: "connection_aborted",
  104: "connection_reset",
  110: "generic_timeout_error",
  111: "connection_refused",
  113: "host_unreachable",
};

export function failureName(error: unknown): string {
  if (error instanceof Error) {
    if ("errno" in error && typeof error.errno === "number") {
      const name = BY_NUMBER[Math.abs(error.errno)];
      if (name) return name;
    }
    if ("code" in error && typeof error.code === "string") {
      const name = BY_CODE[error.code];
      if (name) return name;
      if (error.code.startsWith("ERR_TLS_CERT") || error.code === "CERT_HAS_EXPIRED")
        return "ssl_invalid_hostname";
      if (/UNABLE_TO|SELF_SIGNED/.test(error.code)) return "ssl_unknown_authority";
      if (error.code.startsWith("ERR_SSL") || error.code === "EPROTO") return "ssl_failed_handshake";
    }
    return `unknown_failure: ${error.message}`;
  }
  return `unknown_failure: ${String(error)}`;
}
