/**
 * Whether a plain HTTP answer is the control's own or that of whoever runs the access network (RFC 8910, RFC 6585
 * section 6): status 511, a redirect to another host, or a body that the control would not send.
 * A failure, or an error that the control may have made itself, says nothing.
 */
import type { Finding } from "./finding.ts";

export interface PortalObservation {
  /** Host that was asked, and what it is known to answer; absent: only what no site answers for itself is a sign. */
  readonly host: string;
  readonly expected?: { readonly status: number; readonly bodyBytes: number; readonly bodySha256?: string };
  readonly status?: number;
  readonly location?: string;
  readonly bodyBytes?: number;
  readonly bodySha256?: string;
  readonly title?: string;
  readonly failure?: string;
}

const NETWORK_AUTHENTICATION_REQUIRED = 511;

/** A sentence, or undefined. */
export function captivePortal(observed: PortalObservation): string | undefined {
  const { host, expected, status, location } = observed;
  if (status === NETWORK_AUTHENTICATION_REQUIRED) {
    return `The network asks for a login before it lets ${host} through (HTTP 511)`;
  }
  if (status === undefined) return undefined;
  if (status >= 300 && status < 400) {
    const elsewhere = otherHost(location, host);
    return elsewhere === undefined
      ? undefined
      : `The request to ${host} was redirected to ${elsewhere}, as login and block pages do`;
  }
  if (status < 200 || status >= 300 || observed.failure !== undefined) return undefined;
  return isForeign(observed)
    ? `Another page${observed.title ? ` ("${observed.title}")` : ""} came in place of what ${host} serves (${observed.bodyBytes ?? 0} bytes instead of ${expected?.bodyBytes})`
    : undefined;
}

/** Where a redirect led away from the host that was asked. */
export function redirectedTo({ host, status = 0, location }: PortalObservation): string | undefined {
  return status >= 300 && status < 400 ? otherHost(location, host) : undefined;
}

export function portalFinding(observed: PortalObservation): Finding | undefined {
  const what = captivePortal(observed);
  if (what === undefined) return undefined;
  return { kind: "captive-portal", what, certain: observed.status === NETWORK_AUTHENTICATION_REQUIRED };
}

function isForeign({ expected, status, bodyBytes, bodySha256 }: PortalObservation): boolean {
  if (!expected) return false;
  if (status !== expected.status) return true;
  if (bodyBytes !== undefined && bodyBytes !== expected.bodyBytes) return true;
  return expected.bodySha256 !== undefined && bodySha256 !== undefined && bodySha256 !== expected.bodySha256;
}

/** Host of a redirect that leads away from `host`. */
function otherHost(location: string | undefined, host: string): string | undefined {
  if (location === undefined) return undefined;
  const base = host.includes(":") ? `http://[${host}]/` : `http://${host}/`;
  if (!URL.canParse(location, base)) return undefined;
  const target = new URL(location, base);
  if (target.protocol !== "http:" && target.protocol !== "https:") return undefined;
  return target.hostname === new URL(base).hostname ? undefined : target.hostname;
}
