/**
 * Errors of a step under their OONI names (df-007), where Node says it otherwise than observation/failure-name.ts
 * expects: Node makes up ECONNRESET for a peer that closed in time; only a system call's is a reset.
 */
import { failureName } from "../../observation/failure-name.ts";

export const TIME_OUT = "generic_timeout_error";
export const CLOSED = "eof_error";

/** What getaddrinfo(3) says, as Node spells it. */
const LOOK_UP_CODES: Readonly<Record<string, string>> = {
  ENOTFOUND: "dns_nxdomain_error",
  ENODATA: "dns_no_answer",
  EAI_NODATA: "dns_no_answer",
  EAI_NONAME: "dns_nxdomain_error",
  EAI_AGAIN: "dns_temporary_failure",
  EAI_FAIL: "dns_non_recoverable_failure",
  ETIMEOUT: TIME_OUT,
  ECONNREFUSED: "connection_refused",
};

/** Local troubles that failure-name.ts leaves to its last resort. */
const LOCAL_CODES: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: "address_not_available",
  EAFNOSUPPORT: "address_family_not_supported",
  EACCES: "permission_denied",
  EPERM: "permission_denied",
  EINVAL: "invalid_argument",
  EMSGSIZE: "message_size",
  ENOBUFS: "no_buffer_space",
};

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

export function stepFailure(error: unknown): string {
  const code = codeOf(error);
  if (code === "ECONNRESET" && !(error instanceof Error && "syscall" in error)) return CLOSED;
  return (code && LOCAL_CODES[code]) ?? failureName(error).slice(0, 300);
}

export function lookUpFailure(error: unknown): string {
  const code = codeOf(error);
  return (code && LOOK_UP_CODES[code]) ?? stepFailure(error);
}
