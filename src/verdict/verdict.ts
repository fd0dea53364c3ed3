/**
 * The one Verdict of the product: what was concluded from one measurement (or one target's measurements).
 * A field that is not known is absent, never null or zero. Evidence is in words a person can check.
 * Specified in docs/format.md; validated at every boundary.
 */
import { z } from "zod";
import {
  ACCESS_KINDS,
  MECHANISMS,
  ORIGINS,
  SLOWNESS,
  STATES,
  TRIGGER_KINDS,
} from "../observation/vocabulary.ts";

export { METHOD_VERSION } from "./method-version.ts";

const TEXT_LIMIT = 2_000;
const LIST_LIMIT = 200;
const text = z.string().min(1).max(TEXT_LIMIT);
const rateBps = z.number().nonnegative();

export const ruledOutSchema = z.strictObject({ explanation: text, because: text });
export type RuledOut = z.infer<typeof ruledOutSchema>;

const count = z.int().nonnegative();
/** Connections whose trigger reached so many hops: how many were acted on, passed, or could not be told. */
export const rungSchema = z.strictObject({
  hopLimit: z.int().min(1).max(255),
  ...{ acted: count, passed: count, unsure: count },
  /** The network of the router that answered there, or "private". */
  router: text.exactOptional(),
});
export type Rung = z.infer<typeof rungSchema>;
/** By shape of the first bytes: whether full speed came back. docs/format.md names the shapes. */
export const bypassSchema = z.record(z.string().min(1).max(100), z.boolean());

export const verdictSchema = z.strictObject({
  measurementId: text,
  /** Start of the measurement, RFC 3339 in UTC: "2021-03-13T00:00:00Z". */
  time: z.iso.datetime().exactOptional(),
  asn: z.int().min(1).max(4_294_967_295).exactOptional(),
  networkName: text.exactOptional(),
  /** IPv4 /24 at most, IPv6 the announced prefix and at most /32: "198.51.100.0/24". */
  prefix: text.exactOptional(),
  accessKind: z.enum(ACCESS_KINDS).exactOptional(),
  /** ISO 3166 alpha-2; ZZ is unknown and therefore absent. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .exactOptional(),
  /** What was to be reached: a URL, a host name or an address. */
  target: text.exactOptional(),
  state: z.enum(STATES),
  slowness: z.enum(SLOWNESS).exactOptional(),
  mechanisms: z.array(z.enum(MECHANISMS)).max(LIST_LIMIT),
  /** The rate the target was held to, with its 95 % interval where one was computed. */
  rate: z
    .strictObject({
      rateBps,
      interval: z.strictObject({ lowBps: rateBps, highBps: rateBps }).exactOptional(),
    })
    .exactOptional(),
  trigger: z.strictObject({ kind: z.enum(TRIGGER_KINDS), value: text.exactOptional() }).exactOptional(),
  /** The box lies after hop `afterHop` and at or before hop `atOrBeforeHop`, counted from the probe. */
  place: z
    .strictObject({ afterHop: z.int().nonnegative(), atOrBeforeHop: z.int().positive() })
    .exactOptional(),
  /** What the place rests on, by TTL. */
  ladder: z.array(rungSchema).max(LIST_LIMIT).exactOptional(),
  bypass: bypassSchema.exactOptional(),
  /** How far the state is to be trusted, in [0, 1]; absent for insufficient and invalid. */
  confidence: z.number().min(0).max(1).exactOptional(),
  evidence: z.array(text).max(LIST_LIMIT),
  ruledOut: z.array(ruledOutSchema).max(LIST_LIMIT),
  methodVersion: text,
  origin: z.enum(ORIGINS),
});
export type Verdict = z.infer<typeof verdictSchema>;
