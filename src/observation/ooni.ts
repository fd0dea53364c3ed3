/**
 * One line of OONI's JSONL becomes a typed reading, or a Problem: no JSON, nested too deep, no measurement,
 * a test that is not read here. Wrong types inside are absent and noted; nothing throws.
 * Format: OONI df-000, data_format_version 0.2.0.
 */
import { createHash } from "node:crypto";
import { failure, type Problem, type Result, success } from "../base/problem.ts";
import { canonicalAddress, splitEndpoint } from "./address.ts";
import { LooseObject, nestingExceeds } from "./loose-json.ts";
import {
  endpointKey,
  OONI_TESTS,
  type OoniAddressFacts,
  type OoniControl,
  type OoniControlOutcome,
  type OoniReading,
} from "./ooni-reading.ts";
import {
  readConnects,
  readEvents,
  readHandshakes,
  readHeaders,
  readQueries,
  readRequests,
} from "./ooni-test-keys.ts";

const FORMAT_VERSION = "0.2.0";
/** Measurements nest about ten levels deep. */
const DEEPEST_NESTING = 64;
const MOST_CONTROL_ADDRESSES = 500;
const LARGEST_ASN = 4_294_967_295;
/** ip_info flag: the helper completed a TLS handshake for the domain with the address. */
const FLAG_VALID_FOR_DOMAIN = 8;
const ID_CHARACTERS = 32;

/** Of our own probe: not judged again, but taken into the store (store/probe-report-entries.ts). */
const PROBE_TEST = "brakelight_pairs";

export function readOoniLine(text: string, line: number): Result<OoniReading> {
  if (nestingExceeds(text, DEEPEST_NESTING)) {
    return failure(`nested deeper than ${DEEPEST_NESTING} levels`, { line });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failure("not JSON", { line });
  }
  const notes: Problem[] = [];
  const top = LooseObject.from(json, notes);
  const testName = top?.text("test_name");
  if (!top || testName === undefined) return failure("no OONI measurement: test_name is missing", { line });
  const test = OONI_TESTS.find((name) => name === testName);
  if (testName === PROBE_TEST) return failure("a report of 'probe': 'brakelight import' reads it", { line });
  if (!test) return failure(`OONI test '${testName.slice(0, 40)}' is not read`, { line });
  const keys = top.object("test_keys");
  if (!keys) return failure("OONI measurement without test_keys", { line });
  const version = top.text("data_format_version");
  if (version !== undefined && version !== FORMAT_VERSION) top.note(`data_format_version is ${version}`);

  const uid = top.text("measurement_uid");
  const testVersion = top.text("test_version");
  const time = utc(top.text("measurement_start_time")) ?? utc(top.text("test_start_time"));
  const asn = autonomousSystem(top.raw("probe_asn"));
  const networkName = top.text("probe_network_name");
  const country = top.text("probe_cc");
  const input = top.text("input");
  const tunnel = keys.text("tunnel") ?? keys.text("socksproxy");
  const control = readControl(keys);
  const controlFailure = keys.text("control_failure");
  const httpFailure = keys.text("http_experiment_failure");
  const consistency = keys.text("dns_consistency");
  return success({
    id: uid ?? createHash("sha256").update(text).digest("hex").slice(0, ID_CHARACTERS),
    line,
    test,
    ...(testVersion !== undefined && { testVersion }),
    ...(time !== undefined && { time }),
    ...(asn !== undefined && { asn }),
    ...(networkName !== undefined && { networkName }),
    ...(country !== undefined && /^[A-Z]{2}$/.test(country) && country !== "ZZ" && { country }),
    ...(input !== undefined && { input }),
    ...(tunnel !== undefined && { tunnel }),
    queries: readQueries(keys),
    duplicateAnswers: keys.objects("x_dns_duplicate_responses", MOST_CONTROL_ADDRESSES).length,
    connects: readConnects(keys),
    handshakes: readHandshakes(keys),
    requests: readRequests(keys),
    events: readEvents(keys),
    ...(control && { control }),
    ...(controlFailure !== undefined && { controlFailure }),
    ...(httpFailure !== undefined && { httpFailure }),
    ...(consistency !== undefined && { probeSaysDnsConsistent: consistency === "consistent" }),
    notes,
  });
}

/** Whether a file or stream that begins so holds OONI measurements: an object that names a test or a format. */
export function looksLikeOoni(firstBytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(firstBytes).trimStart();
  if (!text.startsWith("{")) return false;
  return /"(data_format_version|test_name|test_keys|probe_cc|probe_asn|measurement_start_time|report_id|extensions|annotations)"\s*:/.test(
    text,
  );
}

function readControl(keys: LooseObject): OoniControl | undefined {
  const control = keys.object("control");
  if (!control) return undefined;
  const dns = control.object("dns");
  const http = control.object("http_request");
  const connects = outcomes(control.object("tcp_connect"));
  // A helper that failed leaves an object with nothing in it.
  if (!dns && !http && connects.size === 0) return undefined;
  const dnsFailure = dns?.text("failure");
  return {
    ...(dns && {
      dns: {
        ...(dnsFailure !== undefined && { failure: dnsFailure }),
        addresses: dns.texts("addrs", MOST_CONTROL_ADDRESSES).flatMap((text) => canonicalAddress(text) ?? []),
      },
    }),
    connects,
    handshakes: outcomes(control.object("tls_handshake")),
    ...(http && { http: readControlHttp(http) }),
    addresses: readAddressFacts(control.object("ip_info")),
  };
}

function readControlHttp(http: LooseObject): NonNullable<OoniControl["http"]> {
  const httpFailure = http.text("failure");
  const status = http.number("status_code");
  const bodyBytes = http.number("body_length");
  const title = http.text("title");
  return {
    ...(httpFailure !== undefined && { failure: httpFailure }),
    ...(status !== undefined && status > 0 && { status }),
    ...(bodyBytes !== undefined && bodyBytes >= 0 && { bodyBytes }),
    ...(title !== undefined && { title }),
    headers: readHeaders(http),
  };
}

function outcomes(map: LooseObject | undefined): Map<string, OoniControlOutcome> {
  const out = new Map<string, OoniControlOutcome>();
  for (const key of map?.keys().slice(0, MOST_CONTROL_ADDRESSES) ?? []) {
    const endpoint = splitEndpoint(key);
    const entry = map?.object(key);
    if (!endpoint || !entry) continue;
    const said = entry.text("failure");
    const ok = entry.boolean("status") ?? said === undefined;
    out.set(endpointKey(endpoint.ip, endpoint.port), { ok, ...(said !== undefined && { failure: said }) });
  }
  return out;
}

function readAddressFacts(map: LooseObject | undefined): Map<string, OoniAddressFacts> {
  const out = new Map<string, OoniAddressFacts>();
  for (const key of map?.keys().slice(0, MOST_CONTROL_ADDRESSES) ?? []) {
    const ip = canonicalAddress(key);
    const entry = map?.object(key);
    if (ip === undefined || !entry) continue;
    const asn = entry.number("asn");
    out.set(ip, {
      ...(asn !== undefined && asn > 0 && { asn }),
      validForDomain: ((entry.number("flags") ?? 0) & FLAG_VALID_FOR_DOMAIN) !== 0,
    });
  }
  return out;
}

/** "AS123", "123" or 123; AS0 is unknown. */
function autonomousSystem(value: unknown): number | undefined {
  const asn = Number(/^(?:AS)?(\d{1,10})$/i.exec(String(value))?.[1] ?? 0);
  return asn > 0 && asn <= LARGEST_ASN ? asn : undefined;
}

/** "2024-02-12 20:33:47" -> "2024-02-12T20:33:47Z" */
function utc(text: string | undefined): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?$/.exec(text ?? "");
  const time = match && `${match[1]}T${match[2]}Z`;
  const moment = time ? Date.parse(time) : Number.NaN;
  return time && !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(time.slice(0, 19))
    ? time
    : undefined;
}
