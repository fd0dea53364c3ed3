/**
 * Rules as they stand in a bundle: plain JSON that says everything a rule does, prefixes as text. What is read back
 * equals what was written.
 */
import { z } from "zod";
import { BUCKET_SCOPES, DIRECTIONS } from "../../rules/action.ts";
import { formatPrefix, parsePrefix } from "../../rules/address-prefix.ts";
import { NAME_PROTOCOLS, PATTERN_KINDS, type Rule, type RuleList } from "../../rules/rule.ts";

const amount = z.number().nonnegative();
const range = z.tuple([amount, amount]).readonly();
const bucket = {
  rateBps: z.number().positive(),
  burstBytes: amount,
  scope: z.enum(BUCKET_SCOPES),
  directions: z.enum(DIRECTIONS),
};

const actionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("police"), ...bucket }),
  z.strictObject({ kind: z.literal("shape"), ...bucket, queueBytes: amount }),
  z.strictObject({ kind: z.literal("drop") }),
  z.strictObject({ kind: z.literal("drop-after"), packets: range }),
  z.strictObject({ kind: z.literal("reset") }),
  z.strictObject({ kind: z.literal("cut-response") }),
  z.strictObject({
    kind: z.literal("page"),
    status: z.int(),
    body: z.string(),
    location: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal("freeze"), bytes: range }),
  z.strictObject({ kind: z.literal("delay-handshake"), delayMs: range }),
  z.strictObject({ kind: z.literal("pass") }),
]);

const port = z.int().min(0).max(65_535);

const ruleSchema = z.strictObject({
  id: z.string(),
  names: z.array(z.strictObject({ kind: z.enum(PATTERN_KINDS), text: z.string() })),
  addresses: z.array(z.string().refine((text) => parsePrefix(text).ok, "is no address prefix")),
  ports: z.array(z.strictObject({ low: port, high: port })),
  protocols: z.array(z.enum(NAME_PROTOCOLS)),
  any: z.boolean(),
  fromMs: z.number().exactOptional(),
  untilMs: z.number().exactOptional(),
  intent: z.array(z.string()),
  action: actionSchema,
  taintMs: amount.exactOptional(),
  line: z.int().positive().exactOptional(),
});

export const ruleListSchema = z.strictObject({ name: z.string(), rules: z.array(ruleSchema) });
export type RuleListJson = z.infer<typeof ruleListSchema>;

export function ruleListToJson({ name, rules }: RuleList): RuleListJson {
  return {
    name,
    rules: rules.map((rule) => ({
      ...rule,
      names: rule.names.map(({ kind, text }) => ({ kind, text })),
      addresses: rule.addresses.map(formatPrefix),
      ports: rule.ports.map(({ low, high }) => ({ low, high })),
      protocols: [...rule.protocols],
      intent: [...rule.intent],
    })),
  };
}

/** Of what `ruleListSchema` has accepted. */
export function ruleListFromJson({ name, rules }: RuleListJson): RuleList {
  return {
    name,
    rules: rules.map(
      (rule): Rule => ({
        ...rule,
        addresses: rule.addresses.map((text) => {
          const prefix = parsePrefix(text);
          if (!prefix.ok) throw new Error(prefix.problem.reason);
          return prefix.value;
        }),
      }),
    ),
  };
}
