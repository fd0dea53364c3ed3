/**
 * Measurements as they may be given away: places are numbered anew within their network, times are cut to the minute, and
 * networks seen from fewer than three places are left out, unless nobody lives there because it was simulated. What an
 * incident needs stays: detection on these gives the incident that the report tells of.
 */
import { z } from "zod";
import { groupBy } from "../../base/group-by.ts";
import { ACCESS_KINDS, ORIGINS } from "../../observation/vocabulary.ts";
import { type Attempt, FAILURE_KINDS, networkOf } from "../attempt.ts";

const LEAST_PLACES = 3;
const MINUTE_MS = 60_000;
const amount = z.number().nonnegative();
const text = z.string().min(1).max(2_000);

export const evidenceSchema = z.strictObject({
  type: z.literal("attempt"),
  origin: z.enum(ORIGINS),
  time: z.iso.datetime(),
  measurement: z.int().nonnegative(),
  role: z.enum(["target", "control", "lookalike"]),
  target: text,
  address: text.exactOptional(),
  hostingAsn: z.int().positive().exactOptional(),
  asn: z.int().positive().exactOptional(),
  networkName: text.exactOptional(),
  country: z.string().length(2).exactOptional(),
  accessKind: z.enum(ACCESS_KINDS).exactOptional(),
  /** Of its network, numbered for this report alone. */
  place: z.int().nonnegative(),
  outcome: z.enum(["reached", "failed", "unclear"]),
  failure: z.enum(FAILURE_KINDS).exactOptional(),
  goodputBps: amount.exactOptional(),
  bytes: amount.exactOptional(),
  rttUs: amount.exactOptional(),
  answerUs: amount.exactOptional(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export interface PublicAttempts {
  readonly evidence: readonly Evidence[];
  /** Networks and attempts left out so that nobody is told. */
  readonly withheldNetworks: number;
  readonly withheldAttempts: number;
}

/** `attempts` in order of time. */
export function publicAttempts(attempts: readonly Attempt[]): PublicAttempts {
  const places = new Map<string, Map<string, number>>();
  for (const [network, own] of groupBy(attempts, ({ network: name }) => name ?? "")) {
    const known = new Map<string, number>();
    for (const { place } of own) if (!known.has(place)) known.set(place, known.size);
    places.set(network, known);
  }
  const measurements = new Map<string, number>();
  const withheld = new Set<string>();
  const evidence: Evidence[] = [];
  let withheldAttempts = 0;
  for (const attempt of attempts) {
    const known = places.get(attempt.network ?? "")!;
    if (attempt.origin !== "simulated" && known.size < LEAST_PLACES) {
      withheld.add(attempt.network ?? "");
      withheldAttempts++;
      continue;
    }
    const measurement = measurements.get(attempt.measurementId) ?? measurements.size;
    measurements.set(attempt.measurementId, measurement);
    evidence.push(evidenceOf(attempt, measurement, known.get(attempt.place)!));
  }
  return { evidence, withheldNetworks: withheld.size, withheldAttempts };
}

function evidenceOf(attempt: Attempt, measurement: number, place: number): Evidence {
  const { timeMs, origin, role, target, outcome } = attempt;
  const {
    address,
    hostingAsn,
    asn,
    networkName,
    country,
    accessKind,
    failure,
    goodputBps,
    bytes,
    rttUs,
    answerUs,
  } = attempt;
  return {
    ...{ type: "attempt", origin, time: new Date(Math.floor(timeMs / MINUTE_MS) * MINUTE_MS).toISOString() },
    ...{ measurement, role, target, place, outcome },
    ...(address !== undefined && { address }),
    ...(hostingAsn !== undefined && { hostingAsn }),
    ...(asn !== undefined && { asn }),
    ...(networkName !== undefined && { networkName }),
    ...(country !== undefined && { country }),
    ...(accessKind !== undefined && { accessKind }),
    ...(failure !== undefined && { failure }),
    ...(goodputBps !== undefined && { goodputBps }),
    ...(bytes !== undefined && { bytes }),
    ...(rttUs !== undefined && { rttUs }),
    ...(answerUs !== undefined && { answerUs }),
  };
}

/** Back to what detection takes. */
export function attemptOfEvidence(evidence: Evidence): Attempt {
  const { type: _, time, measurement, place, asn, accessKind, ...rest } = evidence;
  const network = asn === undefined ? undefined : networkOf(asn, accessKind);
  return {
    ...rest,
    measurementId: String(measurement),
    timeMs: Date.parse(time),
    place: `${network ?? "?"} ${place}`,
    ...(asn !== undefined && { asn }),
    ...(network !== undefined && { network }),
    ...(accessKind !== undefined && { accessKind }),
  };
}
