/**
 * What browsers report to a service of its own failures and speeds: W3C Network Error Logging (NEL) and entries of
 * Resource Timing. One Observation each, `origin` imported. Of the client's address only the prefix is kept, of the page's
 * address only the host. Nothing throws: what is no such report is a reason.
 * Sources: W3C "Network Error Logging" section 6 and 7, "Resource Timing" section 4, "Reporting API" section 3.
 */
import { failure, type Result, success } from "../base/problem.ts";
import { canonicalAddress } from "./address.ts";
import { LooseObject } from "./loose-json.ts";
import type { Observation } from "./observation.ts";
import { coarsePrefixOf } from "./prefix.ts";
import type { RecordIds } from "./record-id.ts";
import type { Operation } from "./vocabulary.ts";

/** Below it a speed says more of round trips than of the line. */
const LEAST_BYTES_FOR_SPEED = 50_000;
const LARGEST_ASN = 4_294_967_295;
/** A report later than so has lost its time. */
const LONGEST_AGE_MS = 7 * 86_400_000;

/** NEL's predefined types under their names in OONI's df-007; null: nothing failed. */
const FAILURES: Readonly<Record<string, string | null>> = {
  ok: null,
  abandoned: "operation_canceled",
  "dns.unreachable": "dns_temporary_failure",
  "dns.name_not_resolved": "dns_nxdomain_error",
  "dns.failed": "dns_server_misbehaving",
  "tcp.timed_out": "generic_timeout_error",
  "tcp.closed": "eof_error",
  "tcp.reset": "connection_reset",
  "tcp.refused": "connection_refused",
  "tcp.aborted": "connection_aborted",
  "tcp.address_invalid": "address_not_available",
  "tcp.address_unreachable": "host_unreachable",
  "tls.version_or_cipher_mismatch": "ssl_failed_handshake",
  "tls.bad_client_auth_cert": "ssl_failed_handshake",
  "tls.protocol.error": "ssl_failed_handshake",
  "tls.failed": "ssl_failed_handshake",
  "tls.cert.name_invalid": "ssl_invalid_hostname",
  "tls.cert.authority_invalid": "ssl_unknown_authority",
  "tls.cert.date_invalid": "ssl_invalid_certificate",
  "tls.cert.invalid": "ssl_invalid_certificate",
  "tls.cert.revoked": "ssl_invalid_certificate",
  "tls.cert.pinned_key_not_in_cert_chain": "ssl_invalid_certificate",
  "http.error": "http_unexpected_status_code",
  "http.protocol.error": "http_request_failed",
  "http.response.invalid": "http_request_failed",
  "http.response.redirect_loop": "http_unexpected_redirect_url",
  "http.failed": "http_request_failed",
};

export type WebReportKind = "network-error-logging" | "resource-timing";

export function webReportKind(value: object): WebReportKind | undefined {
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields["type"] === "network-error") return "network-error-logging";
  return fields["entryType"] === "resource" || Array.isArray(fields["entries"])
    ? "resource-timing"
    : undefined;
}

/** The observations of one report, or of one beacon with its entries. */
export function readWebReport(value: object, ids: RecordIds): readonly Result<Observation>[] {
  const report = new LooseObject(value as Readonly<Record<string, unknown>>, []);
  if (webReportKind(value) === "network-error-logging") return [readNetworkError(report, ids)];
  const entries = report.raw("entries") === undefined ? [report] : report.objects("entries", 10_000);
  return entries.map((entry) => readTimingEntry(report, entry, ids));
}

function readNetworkError(report: LooseObject, ids: RecordIds): Result<Observation> {
  const body = report.object("body");
  const type = body?.text("type");
  const target = hostOf(report.text("url"));
  if (!body || type === undefined || target === undefined) return failure("report without url or type");
  const known = FAILURES[type];
  const said = known === undefined ? `unknown_failure: ${type}` : known;
  const elapsedMs = body.number("elapsed_time");
  const status = body.number("status_code");
  const address = canonicalAddress(body.text("server_ip") ?? "");
  return observed(ids, {
    ...whoOf(report, report.number("age")),
    target,
    ...(address !== undefined && { address }),
    protocol: report.text("url")!.startsWith("http:") ? "http" : "https",
    ...(elapsedMs !== undefined && elapsedMs >= 0 && { durationUs: elapsedMs * 1000 }),
    ...statusOf(status),
    ...(said !== null && { failure: said, ...operationOf(body.text("phase"), type) }),
  });
}

function operationOf(phase: string | undefined, type: string): { operation?: Operation } {
  if (phase === "dns" || type.startsWith("dns.")) return { operation: "resolve" };
  if (type.startsWith("tls.")) return { operation: "tls_handshake" };
  if (phase === "connection" || type.startsWith("tcp.")) return { operation: "connect" };
  return phase === "application" || type.startsWith("http.") ? { operation: "http_round_trip" } : {};
}

function readTimingEntry(report: LooseObject, entry: LooseObject, ids: RecordIds): Result<Observation> {
  const target = hostOf(entry.text("name"));
  if (target === undefined) return failure("entry without a name that is an address of the web");
  const ms = (from: string, to: string): number | undefined => {
    const [start, end] = [entry.number(from), entry.number(to)];
    // Zero: not told, as for other origins that do not allow it.
    return start !== undefined && end !== undefined && start > 0 && end >= start ? end - start : undefined;
  };
  const bytes = entry.number("encodedBodySize");
  if (entry.number("transferSize") === 0 && bytes !== undefined && bytes > 0)
    return failure("entry from a cache: nothing was transferred");
  const transferMs = ms("responseStart", "responseEnd");
  const handshakeMs = ms("secureConnectionStart", "connectEnd");
  const connectMs = ms("connectStart", handshakeMs === undefined ? "connectEnd" : "secureConnectionStart");
  const isSpeed = bytes !== undefined && bytes >= LEAST_BYTES_FOR_SPEED && (transferMs ?? 0) > 0;
  const startMs = entry.number("startTime");
  return observed(ids, {
    ...whoOf(report, undefined, startMs),
    target,
    protocol: entry.text("name")!.startsWith("http:") ? "http" : "https",
    ...(bytes !== undefined && bytes > 0 && { bytes }),
    ...(transferMs !== undefined && { durationUs: transferMs * 1000 }),
    ...(isSpeed && { goodputBps: (bytes * 8000) / transferMs! }),
    ...(connectMs !== undefined && { connectUs: connectMs * 1000 }),
    ...(handshakeMs !== undefined && { handshakeUs: handshakeMs * 1000 }),
    ...statusOf(entry.number("responseStatus")),
  });
}

function statusOf(status: number | undefined): { statusCode?: number } {
  return status !== undefined && Number.isInteger(status) && status > 0 && status <= 999
    ? { statusCode: status }
    : {};
}

/** When and where, as whoever received the report noted beside it. `ageMs`: the report waited so long. */
function whoOf(report: LooseObject, ageMs = 0, sinceMs = 0): Partial<Observation> {
  const said = ["time", "received_at", "timestamp", "timeOrigin"].map((key) => momentOf(report.raw(key)));
  const received = said.find((moment) => moment !== undefined);
  const moment = received === undefined ? undefined : received - ageMs + sinceMs;
  const address = ["client_ip", "clientAddress", "remote_addr"].flatMap((key) => textOf(report.raw(key)))[0];
  const prefix = address === undefined ? undefined : coarsePrefixOf(address);
  const asn = Number(/^(?:AS)?(\d{1,10})$/i.exec(String(report.raw("asn")))?.[1] ?? 0);
  const country = String(report.raw("country"));
  const isTimely = ageMs >= 0 && ageMs <= LONGEST_AGE_MS;
  return {
    ...(moment !== undefined &&
      isTimely &&
      Math.abs(moment) < 8e15 && { time: new Date(moment).toISOString() }),
    ...(asn > 0 && asn <= LARGEST_ASN && { asn }),
    ...(prefix !== undefined && { prefix }),
    ...(/^[A-Z]{2}$/.test(country) && country !== "ZZ" && { country }),
  };
}

function textOf(value: unknown): string[] {
  return typeof value === "string" ? [value] : [];
}

/** RFC 3339, or ms since 1970 (seconds where it is too small for them). */
function momentOf(value: unknown): number | undefined {
  const moment =
    typeof value === "string" ? Date.parse(value) : typeof value === "number" ? value : Number.NaN;
  if (!Number.isFinite(moment) || moment <= 0) return undefined;
  return typeof value === "number" && moment < 1e11 ? moment * 1000 : moment;
}

function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && hostname !== "" ? hostname : undefined;
}

function observed(ids: RecordIds, fields: Partial<Observation>): Result<Observation> {
  return success({ measurementId: ids.of(fields), origin: "imported", role: "target", ...fields });
}
