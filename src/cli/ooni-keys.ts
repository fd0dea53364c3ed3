/**
 * The lists of OONI's format that others' tools read (github.com/ooni/spec): queries (df-002), tcp_connect (df-005), tls_handshakes
 * (df-006), requests (df-001) and network_events (df-008), of the steps of the visits and of the pairs' flows. Times are seconds since the
 * measurement began. What a flow had received is given four times a second, as OONI's own probes give it.
 */
import { isIPv6 } from "node:net";
import type { Observation } from "../observation/observation.ts";
import type { HttpStep, Reach, ReachStep, ResolveStep, TlsStep } from "../probe/reach/reach-record.ts";

const EVENT_EVERY_US = 250_000;

type Entry = Record<string, unknown>;

export interface OoniKeys {
  readonly queries: readonly Entry[];
  readonly tcp_connect: readonly Entry[];
  readonly tls_handshakes: readonly Entry[];
  readonly requests: readonly Entry[];
  readonly network_events: readonly Entry[];
}

/** `startMs`: of the measurement, Unix time. Each visit and each flow is a transaction of its own. */
export function ooniKeys(
  reaches: readonly Reach[],
  observations: readonly Observation[],
  startMs: number,
): OoniKeys {
  const visits = reaches.map((reach, index) => ofVisit(reach, index + 1, startMs));
  const flows = observations.map((flow, index) => ofFlow(flow, reaches.length + index + 1, startMs));
  const all = [...visits, ...flows];
  return {
    queries: all.flatMap(({ queries = [] }) => queries),
    tcp_connect: all.flatMap(({ tcp_connect = [] }) => tcp_connect),
    tls_handshakes: all.flatMap(({ tls_handshakes = [] }) => tls_handshakes),
    requests: all.flatMap(({ requests = [] }) => requests),
    network_events: all.flatMap(({ network_events = [] }) => network_events),
  };
}

function ofVisit(
  { target, startedAtMs, steps }: Reach,
  transaction: number,
  startMs: number,
): Partial<OoniKeys> {
  const offset = (startedAtMs - startMs) / 1000;
  const common = ({ startedUs, durationUs, failure }: ReachStep): Entry => ({
    t0: seconds(offset * 1e6 + startedUs),
    t: seconds(offset * 1e6 + startedUs + durationUs),
    failure: failure ?? null,
    transaction_id: transaction,
  });
  const of = <Operation extends ReachStep["operation"]>(
    operation: Operation,
  ): Extract<ReachStep, { operation: Operation }>[] =>
    steps.filter(
      (step): step is Extract<ReachStep, { operation: Operation }> => step.operation === operation,
    );
  return {
    queries: of("resolve").map((step) => ({ ...queryOf(step, target.name), ...common(step) })),
    tcp_connect: of("connect").map((step) => connectOf(step.address, step.port, common(step))),
    tls_handshakes: of("tls_handshake").map((step) => ({ ...handshakeOf(step), ...common(step) })),
    requests: [...of("http_round_trip"), ...of("read")].map((step) => ({
      ...requestOf(step, target),
      ...common(step),
    })),
  };
}

function queryOf({ resolver, server, addresses }: ResolveStep, hostname: string): Entry {
  return {
    engine: resolver === "system" ? "getaddrinfo" : "udp",
    resolver_address: server ?? "",
    hostname,
    query_type: "ANY",
    answers: addresses.map((address) =>
      isIPv6(address) ? { answer_type: "AAAA", ipv6: address } : { answer_type: "A", ipv4: address },
    ),
  };
}

function connectOf(ip: string, port: number, common: Entry): Entry {
  const failure = common["failure"];
  return { ip, port, status: { failure, success: failure === null }, ...common };
}

function handshakeOf({ address, port, serverName, version, cipher, alpn, isVerified }: TlsStep): Entry {
  return {
    network: "tcp",
    address: endpoint(address, port),
    server_name: serverName ?? "",
    tls_version: version ?? "",
    cipher_suite: cipher ?? "",
    negotiated_protocol: typeof alpn === "string" ? alpn : "",
    no_tls_verify: isVerified === false,
    peer_certificates: [],
  };
}

function requestOf(
  { address, port, status, location, server }: HttpStep,
  { name, path, scheme }: Reach["target"],
): Entry {
  const headers = { ...(location ? { Location: location } : {}), ...(server ? { Server: server } : {}) };
  return {
    network: "tcp",
    address: endpoint(address, port),
    request: {
      method: "GET",
      url: `${scheme ?? "https"}://${name}${path}`,
      headers: { Host: name },
      body: "",
    },
    // Of the body only its hash is kept, in `reaches`.
    response: status === undefined ? null : { code: status, headers, body: "", body_is_truncated: true },
  };
}

/** Its events, tagged with what it was; where it went is in `observations`, as far as a report tells. */
function ofFlow(flow: Observation, transaction: number, startMs: number): Partial<OoniKeys> {
  const { time, role, comparison, pair, direction = "down", samples = [] } = flow;
  if (time === undefined) return {};
  const tags = [role, comparison, direction, ...(pair === undefined ? ["look"] : [`pair-${pair}`])];
  const offsetUs = (Date.parse(time) - startMs) * 1000;
  const event = (operation: string, fromUs: number, toUs: number, failure?: string): Entry => ({
    ...{ operation, proto: "tcp", address: "", tags: tags.filter((tag) => tag !== undefined) },
    ...{ t0: seconds(offsetUs + fromUs), t: seconds(offsetUs + toUs) },
    ...{ failure: failure ?? null, transaction_id: transaction },
  });
  const received = direction === "up" ? [] : everyQuarter(samples);
  return {
    network_events: [
      ...stepsOf(flow, event),
      ...received.map(({ elapsedUs, bytes }) => ({
        ...event("bytes_received_cumulative", elapsedUs, elapsedUs),
        num_bytes: bytes,
      })),
    ],
  };
}

/** Connecting, the handshake, and how it ended, where it failed later. */
function stepsOf(
  { connectUs, handshakeUs, durationUs = 0, operation = "read", failure }: Observation,
  event: (operation: string, fromUs: number, toUs: number, failure?: string) => Entry,
): Entry[] {
  if (connectUs === undefined) return [event("connect", 0, durationUs, failure)];
  const connect = event("connect", 0, connectUs);
  if (handshakeUs === undefined)
    return [connect, ...(failure ? [event(operation, connectUs, durationUs, failure)] : [])];
  const doneUs = connectUs + handshakeUs;
  const shake = event("tls_handshake_done", connectUs, doneUs);
  return [connect, shake, ...(failure ? [event(operation, doneUs, durationUs, failure)] : [])];
}

/** At most one in a quarter of a second, and the last. */
function everyQuarter<Sample extends { readonly elapsedUs: number }>(samples: readonly Sample[]): Sample[] {
  let nextUs = 0;
  return samples.filter((sample, index) => {
    if (sample.elapsedUs < nextUs && index < samples.length - 1) return false;
    nextUs = sample.elapsedUs + EVENT_EVERY_US;
    return true;
  });
}

function endpoint(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** To the microsecond. */
function seconds(us: number): number {
  return Math.round(us) / 1e6;
}
