/**
 * Rule lists as JSON: the record field for field, patterns, prefixes and ports as text (docs/format.md). This is the
 * form that is signed, so it is strict: unknown fields, and anything that would not be written again as it was, are
 * refused.
 */
import { z } from "zod";
import { HIGHEST_RATE_BPS, LONGEST_DURATION_US, MOST_BYTES } from "../base/quantity.ts";
import type { Action } from "./action.ts";
import { BUCKET_SCOPES, DIRECTIONS } from "./action.ts";
import { LONGEST_PAGE } from "./action-fields.ts";
import { NAME_PROTOCOLS } from "./rule.ts";

export const RULES_FORMAT = "brakelight-rules";
export const RULES_VERSION = 1;

const bytes = z.int().min(0).max(MOST_BYTES);
const milliseconds = z
  .number()
  .min(0)
  .max(LONGEST_DURATION_US / 1000);

function range(value: z.ZodType<number>) {
  return z.tuple([value, value]).refine(([low, high]) => low <= high, "it ends before it begins");
}

const bucket = {
  rateBps: z.number().positive().max(HIGHEST_RATE_BPS),
  burstBytes: bytes,
  scope: z.enum(BUCKET_SCOPES),
  directions: z.enum(DIRECTIONS),
};

export const actionSchema: z.ZodType<Action> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("police"), ...bucket }),
  z.strictObject({ kind: z.literal("shape"), ...bucket, queueBytes: bytes }),
  z.strictObject({ kind: z.literal("drop") }),
  z.strictObject({ kind: z.literal("drop-after"), packets: range(z.int().min(0).max(1e6)) }),
  z.strictObject({ kind: z.literal("reset") }),
  z.strictObject({ kind: z.literal("cut-response") }),
  z.strictObject({
    kind: z.literal("page"),
    status: z.int().min(100).max(599),
    body: z.string().max(LONGEST_PAGE),
    location: z
      .string()
      .regex(/^[!-~]{1,2000}$/)
      .exactOptional(),
  }),
  z.strictObject({ kind: z.literal("freeze"), bytes: range(bytes) }),
  z.strictObject({ kind: z.literal("delay-handshake"), delayMs: range(milliseconds) }),
  z.strictObject({ kind: z.literal("pass") }),
]);

const text = z.string().min(1).max(400);
/** ms since the epoch, as far as a Date reaches. */
const timeMs = z.int().min(-8.64e15).max(8.64e15);

export const ruleSchema = z.strictObject({
  id: text,
  names: z.array(text),
  addresses: z.array(text),
  ports: z.array(text),
  protocols: z.array(z.enum(NAME_PROTOCOLS)),
  any: z.boolean(),
  fromMs: timeMs.exactOptional(),
  untilMs: timeMs.exactOptional(),
  intent: z.array(text),
  action: actionSchema,
  taintMs: milliseconds.exactOptional(),
});

export const ruleListSchema = z.strictObject({
  format: z.literal(RULES_FORMAT),
  version: z.literal(RULES_VERSION),
  name: z.string().max(400),
  rules: z.array(z.unknown()).max(5_000_000),
});
