/** Records for the tests of stores: some by hand, some drawn within an Observation's bounds. */
import fc from "fast-check";
import { COMPARISONS, DIRECTIONS, type Observation, ROLES } from "../../src/observation/observation.ts";
import { ACCESS_KINDS, OPERATIONS, STATES, TRIGGER_KINDS } from "../../src/observation/vocabulary.ts";
import type { StoredObservation } from "../../src/store/store.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";

export const START_MS = Date.UTC(2021, 2, 10, 7);
export const HOUR_MS = 3_600_000;

export function stored(id: string, part: number, fields: Partial<Observation> = {}): StoredObservation {
  return {
    part,
    observation: { measurementId: id, origin: "imported", role: "target", ...timeAt(0), ...fields },
  };
}

export function timeAt(hours: number): { time: string } {
  return { time: new Date(START_MS + hours * HOUR_MS).toISOString() };
}

export function verdict(id: string, state: Verdict["state"], confidence?: number): Verdict {
  return {
    ...{ measurementId: id, ...timeAt(0), state, mechanisms: [], evidence: ["by hand"], ruledOut: [] },
    ...(confidence !== undefined && { confidence }),
    ...{ methodVersion: "1", origin: "imported" },
  };
}

/** Texts as people and attackers write them; no lone surrogates, which UTF-8 does not have. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    "'; DROP TABLE observations; --",
    '"; DELETE FROM observations; --',
    "$1",
    "$path",
    "NULL",
    "\\'",
    "%s",
    "-- x",
    "a\u0000b",
    "line\nend\r",
    "=1+1",
  ),
);
const amount = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e15, noNaN: true }).map(Math.abs));
const share = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs);
const asn = fc.integer({ min: 1, max: 4_294_967_295 });
const time = fc
  .tuple(fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), fc.boolean())
  .map(([date, withMs]) => (withMs ? date.toISOString() : `${date.toISOString().slice(0, 19)}Z`));

const maybe = <T>(key: string, value: fc.Arbitrary<T>): Record<string, fc.Arbitrary<T>> => ({ [key]: value });

const observation: fc.Arbitrary<Observation> = fc
  .tuple(
    fc.record({ measurementId: text, role: fc.constantFrom(...ROLES) }),
    fc.record(
      {
        time,
        ...{ asn, hostingAsn: asn, networkName: text, target: text, address: text, failure: text },
        prefix: fc.constantFrom("198.51.100.0/24", "2001:db8::/32", "10.0.0.0/8"),
        country: fc.stringMatching(/^[A-Z]{2}$/),
        accessKind: fc.constantFrom(...ACCESS_KINDS),
        protocol: fc.constantFrom("dns", "tcp", "tls", "quic", "http", "https"),
        trigger: fc.oneof(
          fc.record({ kind: fc.constantFrom(...TRIGGER_KINDS) }),
          fc.record({ kind: fc.constantFrom(...TRIGGER_KINDS), value: text }),
        ),
        comparison: fc.constantFrom(...COMPARISONS),
        direction: fc.constantFrom(...DIRECTIONS),
        ...{ pair: fc.nat(), statusCode: fc.integer({ min: 0, max: 999 }), lossShare: share },
        ...maybe("bytes", amount),
        ...maybe("durationUs", amount),
        ...maybe("goodputBps", amount),
        ...maybe("rttUs", amount),
        ...maybe("connectUs", amount),
        ...maybe("handshakeUs", amount),
        ...maybe("requestUs", amount),
        ...maybe("retransmits", amount),
        ...maybe("outOfOrder", amount),
        ...maybe("rttMaxUs", amount),
        samples: fc.array(fc.record({ elapsedUs: amount, bytes: amount }), { maxLength: 5 }),
        operation: fc.constantFrom(...OPERATIONS),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([required, optional]) => ({ origin: "imported", ...required, ...optional }) as Observation);

export const drawnRecords: fc.Arbitrary<StoredObservation[]> = fc.array(
  fc.tuple(observation, fc.nat({ max: 3 }), fc.option(fc.nat({ max: 9 }))).map(([drawn, part, place]) => ({
    ...{ observation: drawn, part },
    ...(place !== null && { place }),
  })),
  { maxLength: 30 },
);

export const drawnState = fc.constantFrom(...STATES);
