/**
 * The records of `rules check --json` and `rules collateral --json` (docs/format.md). Unknown keys are refused.
 */
import { z } from "zod";
import { ACTION_KINDS } from "../rules/action-fields.ts";
import { NAME_PROTOCOLS } from "../rules/rule.ts";

const text = z.string().min(1);
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const time = z.iso.datetime();

const criterion = { rule: text, pattern: text.nullable(), prefix: text.nullable() };
const sums = z.strictObject({ names: count, share });

export const rulesRecordSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("rule-match"),
    name: z.string(),
    protocol: z.enum(NAME_PROTOCOLS),
    port: z.int().min(0).max(65_535),
    address: text.nullable(),
    time,
    ...criterion,
    rule: text.nullable(),
    action: z.enum(ACTION_KINDS).nullable(),
    because: text,
    others: z.array(z.strictObject(criterion)),
    otherCount: count,
  }),
  z.strictObject({
    type: z.literal("collateral"),
    name: text,
    rank: z.int().positive().nullable(),
    share,
    ...criterion,
    addresses: z.strictObject({ hit: count, known: count }).exactOptional(),
    hosting: text.exactOptional(),
    change: z.enum(["freed", "added", "kept"]).exactOptional(),
  }),
  z.strictObject({
    type: z.literal("collateral-rule"),
    rule: text,
    intent: z.array(text),
    names: count,
    share,
  }),
  z.strictObject({
    type: z.literal("collateral-summary"),
    time,
    rules: count,
    names: count,
    hit: count,
    intended: count,
    collateral: count,
    share,
    freed: sums.exactOptional(),
    added: sums.exactOptional(),
    broken: count,
    seconds: z.number().nonnegative(),
  }),
]);

export type RulesRecord = z.infer<typeof rulesRecordSchema>;
