/**
 * The verdict that `probe --json` writes, one a target, and its schema (docs/format.md). Rates count IP packets.
 */
import { z } from "zod";
import { DIRECTIONS } from "../observation/observation.ts";
import { MECHANISMS, ORIGINS, SLOWNESS, STATES } from "../observation/vocabulary.ts";
import { bypassSchema, ruledOutSchema, rungSchema } from "../verdict/verdict.ts";

const text = z.string().min(1);
const rateBps = z.number().nonnegative();
const hop = z.int().positive();

export const probeVerdictSchema = z.strictObject({
  type: z.literal("verdict"),
  measurementId: text,
  time: z.iso.datetime(),
  target: text,
  state: z.enum(STATES),
  slowness: z.enum(SLOWNESS).exactOptional(),
  mechanisms: z.array(z.enum(MECHANISMS)),
  /** Of a rate limit: which way it was seen; absent where only one way was looked at. */
  direction: z.enum([...DIRECTIONS, "both"]).exactOptional(),
  rateBps: rateBps.exactOptional(),
  rateLowBps: rateBps.exactOptional(),
  rateHighBps: rateBps.exactOptional(),
  burstBytes: z.number().nonnegative().exactOptional(),
  /** Medians of goodput. */
  targetBps: rateBps.exactOptional(),
  controlBps: rateBps.exactOptional(),
  confidence: z.number().min(0).max(1).exactOptional(),
  /** True: judged without a control server; the name as the trigger is not proven. */
  unpaired: z.literal(true).exactOptional(),
  trigger: z
    .strictObject({
      pattern: text.exactOptional(),
      where: z.enum(["sni", "host"]),
      connections: z.int().nonnegative(),
    })
    .exactOptional(),
  place: z
    .strictObject({ throttlerHop: hop.exactOptional(), blockerHop: hop.exactOptional() })
    .exactOptional(),
  ladder: z.array(rungSchema).exactOptional(),
  /** --patient: seconds of stillness that a box remembered, and forgot; of busy ones, how long it acted. */
  stateLife: z
    .strictObject({
      keptSeconds: z.number().positive().exactOptional(),
      forgottenSeconds: z.number().positive().exactOptional(),
      busySeconds: z.number().positive().exactOptional(),
    })
    .exactOptional(),
  /** By shape of the first bytes: whether full speed came back. */
  bypass: bypassSchema.exactOptional(),
  evidence: z.array(text),
  ruledOut: z.array(ruledOutSchema),
  bytes: z.number().nonnegative(),
  seconds: z.number().nonnegative(),
  methodVersion: text,
  origin: z.enum(ORIGINS),
});
export type ProbeVerdict = z.infer<typeof probeVerdictSchema>;
