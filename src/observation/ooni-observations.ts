/**
 * The flat records of one OONI measurement: an Observation for each request that it made, or, where none was, for each step
 * that failed. Bytes over time come from `bytes_received_cumulative` of the request's connection, else from its reads
 * (df-008). At least one record, so that the measurement is counted.
 */
import type { Observation } from "./observation.ts";
import type { OoniEvent, OoniPlace, OoniReading, OoniRequest } from "./ooni-reading.ts";

const MOST_RECORDS = 20;
const MOST_SAMPLES = 1_000;
const TEXT_LIMIT = 2_000;
const US = 1e6;

export function ooniObservations(reading: OoniReading): readonly Observation[] {
  const who = whoOf(reading);
  const requests = reading.requests.slice(0, MOST_RECORDS).map((request) => requested(reading, request, who));
  const records = requests.length > 0 ? requests : failedSteps(reading, who).slice(0, MOST_RECORDS);
  return records.length > 0 ? records : [{ ...who, ...nameOf(reading.input) }];
}

type Who = Pick<Observation, "measurementId" | "origin" | "role">;

function whoOf({ id, time, asn, networkName, country }: OoniReading): Who & Partial<Observation> {
  return {
    ...{ measurementId: id, origin: "imported", role: "target" },
    ...(time !== undefined && { time }),
    ...(asn !== undefined && { asn }),
    ...(networkName !== undefined && { networkName: networkName.slice(0, TEXT_LIMIT) }),
    ...(country !== undefined && { country }),
  };
}

function requested(reading: OoniReading, request: OoniRequest, who: Who): Observation {
  const { url, ip, status, failure, startSeconds, endSeconds, bodyBytes } = request;
  const hostingAsn = ip === undefined ? undefined : reading.control?.addresses.get(ip)?.asn;
  const flow = bytesOverTime(reading, request);
  const seconds =
    endSeconds === undefined || startSeconds === undefined ? undefined : endSeconds - startSeconds;
  return {
    ...who,
    ...nameOf(url),
    ...(ip !== undefined && { address: ip }),
    ...(hostingAsn !== undefined && { hostingAsn }),
    protocol: url.startsWith("http:") ? "http" : "https",
    ...(status !== undefined &&
      Number.isInteger(status) &&
      status > 0 &&
      status <= 999 && { statusCode: status }),
    ...(flow ?? {
      ...(bodyBytes !== undefined && { bytes: bodyBytes }),
      ...(seconds !== undefined && seconds >= 0 && { durationUs: seconds * US }),
    }),
    ...(failure !== undefined && { operation: "http_round_trip", failure: failure.slice(0, TEXT_LIMIT) }),
  };
}

type Flow = Pick<Observation, "bytes" | "durationUs" | "goodputBps" | "samples">;

/** Of the connection, from the first event of it that is known. */
function bytesOverTime({ events }: OoniReading, { transactionId, ip, url }: OoniRequest): Flow | undefined {
  const port = url.startsWith("http:") ? 80 : 443;
  const isOwn = (event: OoniEvent): boolean =>
    transactionId !== undefined && event.transactionId !== undefined
      ? event.transactionId === transactionId
      : ip !== undefined && event.ip === ip && event.port === port;
  const own = events.filter(isOwn);
  const cumulative = own.filter(({ operation }) => operation === "bytes_received_cumulative");
  const arrivals = (cumulative.length > 0 ? cumulative : own.filter(({ operation }) => operation === "read"))
    .filter(({ bytes, endSeconds }) => bytes !== undefined && bytes >= 0 && endSeconds !== undefined)
    .sort((a, b) => a.endSeconds! - b.endSeconds!);
  const startSeconds = Math.min(...own.map(momentOf));
  if (arrivals.length === 0 || !Number.isFinite(startSeconds)) return undefined;
  const samples: { elapsedUs: number; bytes: number }[] = [];
  let total = 0;
  for (const { bytes, endSeconds } of arrivals) {
    total = cumulative.length > 0 ? Math.max(total, bytes!) : total + bytes!;
    samples.push({ elapsedUs: Math.max(0, Math.round((endSeconds! - startSeconds) * US)), bytes: total });
  }
  const { elapsedUs, bytes } = samples.at(-1)!;
  return {
    ...{ bytes, durationUs: elapsedUs },
    ...(elapsedUs > 0 && bytes > 0 && { goodputBps: (bytes * 8 * US) / elapsedUs }),
    samples: thinned(samples),
  };
}

function momentOf({ startSeconds, endSeconds }: OoniPlace): number {
  return startSeconds ?? endSeconds ?? Number.POSITIVE_INFINITY;
}

/** At most MOST_SAMPLES of them, the last one always. */
function thinned<T>(samples: readonly T[]): T[] {
  const step = Math.ceil(samples.length / MOST_SAMPLES);
  return samples.filter((_, at) => at % step === 0 || at === samples.length - 1);
}

function failedSteps(reading: OoniReading, who: Who): Observation[] {
  const name = nameOf(reading.input);
  const handshakes = reading.handshakes.flatMap(({ failure, ip, protocol }): Observation[] =>
    failure === undefined
      ? []
      : [
          {
            ...{ ...who, ...name, protocol, failure: failure.slice(0, TEXT_LIMIT) },
            operation: protocol === "quic" ? "quic_handshake" : "tls_handshake",
            ...(ip !== undefined && { address: ip }),
          },
        ],
  );
  const connects = reading.connects.flatMap(({ failure, ip }): Observation[] =>
    failure === undefined
      ? []
      : [
          {
            ...who,
            ...name,
            protocol: "tcp",
            address: ip,
            operation: "connect",
            failure: failure.slice(0, TEXT_LIMIT),
          },
        ],
  );
  const queries = reading.queries.flatMap(({ failure, hostname }): Observation[] =>
    failure === undefined
      ? []
      : [
          {
            ...who,
            ...nameOf(hostname),
            protocol: "dns",
            operation: "resolve",
            failure: failure.slice(0, TEXT_LIMIT),
          },
        ],
  );
  return [...handshakes, ...connects, ...queries];
}

/** The host of an address of the web; a bare name as it is. */
function nameOf(input: string | undefined): { target?: string } {
  if (input === undefined || input === "") return {};
  const host = URL.canParse(input) ? new URL(input).hostname : input;
  const name = (host === "" ? input : host).replace(/^\[|\]$/g, "").slice(0, TEXT_LIMIT);
  return { target: name };
}
