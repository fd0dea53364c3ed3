/**
 * The records of `analyze --json` as a schema: for readers of our output, and for the tests that hold docs/format.md
 * and the output against each other. Unknown keys are refused.
 */
import { z } from "zod";
import { SLOWNESS } from "../observation/vocabulary.ts";
import { ruledOutSchema, verdictSchema } from "../verdict/verdict.ts";

const count = z.int().nonnegative();
const microseconds = z.number().nonnegative();
const rateBps = z.number().nonnegative();
const rate = { rateBps, rateLowBps: rateBps, rateHighBps: rateBps };
const text = z.string().min(1);

const judgement = {
  slowness: z.enum(SLOWNESS),
  confidence: z.number().min(0).max(1),
  policer: z
    .strictObject({ ...rate, burstBytes: count.nullable(), scope: z.enum(["path", "connection", "unknown"]) })
    .exactOptional(),
  shaper: z.strictObject({ ...rate, queueUs: microseconds }).exactOptional(),
  evidence: z.array(text),
  ruledOut: z.array(ruledOutSchema),
};

const sums = {
  startUs: z.number(),
  durationUs: microseconds,
  payloadBytes: count,
  dataPackets: count,
  lostPackets: count,
  rttMinUs: microseconds.nullable(),
  goodputBps: rateBps,
};

const transfer = {
  file: text,
  connection: text,
  from: text,
  part: count,
  capturedAt: z.enum(["sender", "receiver", "between", "unknown"]),
  serverName: text.nullable(),
  ...sums,
  ...judgement,
};

export const analyzeRecordSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("transfer"), segment: count, ...transfer }),
  z.strictObject({ type: z.literal("connection"), segment: z.null(), ...transfer }),
  z.strictObject({
    type: z.literal("path"),
    file: text,
    between: z.tuple([text, text]),
    from: text,
    part: count,
    connections: count,
    ...sums,
    ...judgement,
  }),
  z.strictObject({
    type: z.literal("name"),
    file: text,
    packet: count,
    protocol: z.enum(["tls", "quic", "http", "dns"]),
    name: z.string(),
    target: z.string().exactOptional(),
  }),
  z.strictObject({ type: z.literal("verdict"), file: text, line: count, ...verdictSchema.shape }),
  z.strictObject({
    type: z.literal("problem"),
    file: text,
    offset: count.exactOptional(),
    line: count.exactOptional(),
    reason: text,
  }),
  z.strictObject({
    type: z.literal("summary"),
    files: count,
    packets: count,
    bytes: count,
    seconds: z.number(),
  }),
]);
