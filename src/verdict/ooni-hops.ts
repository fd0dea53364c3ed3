/**
 * The chain of redirects of a measurement as hops: what was to be fetched, and the request that tried.
 * web_connectivity 0.5 tags each record with its depth; 0.4 lists requests with the latest first.
 * The last hop may have no request: it failed before one could be sent, or the redirect was not followed.
 */
import { canonicalAddress } from "../observation/address.ts";
import type { OoniReading, OoniRequest } from "../observation/ooni-reading.ts";

export interface Hop {
  readonly url: URL;
  readonly scheme: "http" | "https";
  /** Lower case, IDN as xn--, an IP address in its canonical form. */
  readonly host: string;
  readonly port: number;
  readonly isAddress: boolean;
  readonly depth?: number;
  readonly request?: OoniRequest;
}

export function hopOf(url: URL, depth?: number, request?: OoniRequest): Hop {
  const scheme = url.protocol === "https:" ? "https" : "http";
  const bare = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const address = canonicalAddress(bare);
  return {
    url,
    scheme,
    host: address ?? bare,
    port: url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port),
    isAddress: address !== undefined,
    ...(depth !== undefined && { depth }),
    ...(request && { request }),
  };
}

/** Only http and https; an input without a scheme is taken for http, as old probes took it. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  for (const candidate of base ? [text] : [text, `http://${text}`]) {
    try {
      const url = new URL(candidate, base);
      if ((url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "") return url;
    } catch {
      // The next candidate, or none.
    }
  }
  return undefined;
}

/** Empty where neither the input nor a request names a URL. */
export function hopsOf(reading: OoniReading): Hop[] {
  const hops: Hop[] = [];
  const input = reading.input === undefined ? undefined : parseUrl(reading.input);
  const groups = groupsOf(reading.requests);
  const firstDepth = groups[0]?.[0]?.depth;
  if (input && (groups.length === 0 || (firstDepth ?? 0) > 0)) {
    hops.push(hopOf(input, firstDepth === undefined ? undefined : 0, unlistedRequest(reading)));
  }
  for (const group of groups) {
    const request = chosen(group);
    const url = parseUrl(request.url);
    if (url) hops.push(hopOf(url, request.depth, request));
  }
  const last = hops.at(-1);
  const next = last && redirectOf(last);
  if (next) hops.push(hopOf(next, last.depth === undefined ? undefined : last.depth + 1));
  return hops;
}

/** Old probes may tell only how the fetch as a whole ended. */
function unlistedRequest({ requests, httpFailure, input }: OoniReading): OoniRequest | undefined {
  if (requests.length > 0 || httpFailure === undefined || input === undefined) return undefined;
  return { url: input, failure: httpFailure, headers: new Map() };
}

/** Where the hop's response sends the client; undefined where it does not, or nowhere usable. */
function redirectOf({ request, url }: Hop): URL | undefined {
  if (!request || !isRedirect(request)) return undefined;
  const location = request.headers.get("location");
  return location ? parseUrl(location, url) : undefined;
}

/** Wherever it leads, if anywhere. */
export function isRedirect({ status = 0, failure }: OoniRequest): boolean {
  return failure === undefined && status >= 300 && status < 400;
}

/** Requests of the same hop together, in the order in which they were made. */
function groupsOf(requests: readonly OoniRequest[]): OoniRequest[][] {
  if (requests.length === 0) return [];
  if (requests.every(({ depth }) => depth !== undefined)) {
    const depths = [...new Set(requests.map(({ depth }) => depth!))].sort((a, b) => a - b);
    return depths.map((wanted) => requests.filter(({ depth }) => depth === wanted));
  }
  return [...requests].reverse().map((request) => [request]);
}

/** A response rather than a failure, and a failure that had begun to respond rather than another. */
function chosen(group: readonly OoniRequest[]): OoniRequest {
  const fetched = group.filter(({ fetchesBody }) => fetchesBody !== false);
  const candidates = fetched.length > 0 ? fetched : group;
  return (
    candidates.find(({ failure }) => failure === undefined) ??
    candidates.find(({ status }) => status !== undefined) ??
    candidates[0]!
  );
}
