/**
 * The form of a scenario file (docs/format.md, "Scenario"): what people write, checked and turned into plain numbers.
 * Quantities carry their units; times are ISO 8601 or "+90m" after the scenario's start, which read-scenario.ts adds.
 */
import { z } from "zod";
import { populationSchema } from "../population/population-schema.ts";
import {
  bytesField,
  durationMsField,
  durationUsField,
  rangeMsField,
  rateField,
  shareField,
  timeField,
} from "./quantity-fields.ts";
import { BOX_VARIANTS, NETWORK_KINDS } from "./scenario.ts";
import { DEMAND_OUTCOMES, FAULT_KINDS, ORDER_KINDS, RUNG_STEPS } from "./story.ts";

const MAX_ITEMS = 5000;
const MAX_CLIENTS = 200;

const [rate, bytes, share, time] = [rateField, bytesField, shareField, timeField];
const [durationUs, durationMs, rangeMs] = [durationUsField, durationMsField, rangeMsField];
/** Names of namespaces, and of hosts in answers. */
const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
    "is no name: lower case letters, digits and hyphens, at most 40",
  );
const siteName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "is no host name in lower case");
const country = z.string().regex(/^[A-Z]{2}$/, "is no country code of two capital letters");
const asn = z.int().min(1).max(4_294_967_295);

const link = z.strictObject({
  rate: rate.optional(),
  queue: bytes.optional(),
  delay: durationUs.default(0),
  jitter: durationUs.default(0),
  loss: share.default(0),
});
const access = z.strictObject({
  down: rate.optional(),
  up: rate.optional(),
  queue: bytes.optional(),
  delay: durationUs.default(10_000),
  jitter: durationUs.default(0),
  loss: share.default(0),
});
const client = z.union([
  name.transform((text) => ({ name: text, device: undefined })),
  z.strictObject({ name, device: z.union([z.int().min(0), z.literal("none")]).optional() }),
]);
const box = z.strictObject({
  hop: z.int().min(1).max(16).default(3),
  devices: z.int().min(1).max(64).default(1),
  variant: z.enum(BOX_VARIANTS).default("2021"),
  reassembles: z.boolean().default(false),
  idle: durationMs.default(600_000),
  rules: name.optional(),
});
const network = z.strictObject({
  name,
  kind: z.enum(NETWORK_KINDS),
  asn,
  country: country.default("RU"),
  hops: z.int().min(1).max(16).optional(),
  access: access.prefault({}),
  trunk: link.prefault({}),
  box: box.optional(),
  blocker: z.strictObject({ hop: z.int().min(1).max(16), rules: name }).optional(),
  clients: z.array(client).min(1).max(MAX_CLIENTS),
});
const hosting = z.strictObject({
  name,
  asn,
  country: country.default("RU"),
  link: link.prefault({ delay: "10 ms" }),
  addresses: z.int().min(1).max(32_000).default(250),
  box: box.omit({ hop: true }).optional(),
  clients: z.array(client).max(MAX_CLIENTS).default([]),
});
const objects = z.record(z.string().regex(/^\/[\x21-\x7e]{0,200}$/, "is no path"), bytes);
const site = z.strictObject({
  name: siteName,
  hosting: name,
  category: name.default("site"),
  address: z.int().min(0).max(31_999).optional(),
  objects: objects.prefault({ "/picture": "383 kB" }),
  media: siteName.exactOptional(),
});
/** Many sites of one kind: `shop-%.example` becomes shop-1.example, shop-2.example ... */
const crowd = z.strictObject({
  name: z.string().regex(/^[a-z0-9.-]*%[a-z0-9.-]*$/, "has no % for the number"),
  count: z.int().min(1).max(20_000),
  hosting: name,
  category: name.default("site"),
  objects: objects.prefault({ "/page": "20 kB" }),
});

const policy = z
  .partialRecord(z.enum(DEMAND_OUTCOMES), share)
  .refine((shares) => Math.abs(Object.values(shares).reduce((sum, one) => sum + one, 0) - 1) < 1e-6, {
    error: "does not sum to 1",
  });
const courtCase = z.strictObject({
  about: z.string().min(1).max(400),
  decided: z.strictObject({ after: durationMs, decision: z.string().min(1).max(200) }).optional(),
});
const platform = z.strictObject({
  name,
  sites: z.array(siteName).min(1),
  policy: policy.default({ removed: 1 }),
  delay: rangeMs.prefault("1 d - 7 d"),
  /** What becomes of the demands that it contests. */
  suit: courtCase.optional(),
});
const demands = z.strictObject({
  platform: name,
  category: z.string().min(1).max(80),
  count: z.int().min(1).max(1_000_000),
  from: time,
  until: time,
});
const lawsuit = z.strictObject({
  id: name,
  platforms: z.array(name).min(1),
  at: time,
  ...courtCase.shape,
});
const shares = z.partialRecord(z.enum(NETWORK_KINDS), share);
const template = {
  kind: z.enum(ORDER_KINDS),
  targets: z.array(z.string().min(1).max(253)).min(1),
  rules: name.optional(),
  share: shares.prefault({ mobile: 1, landline: 1 }),
  networks: z.array(name).optional(),
  lifts: z.array(name).optional(),
  for: durationMs.optional(),
};
const rung = z.strictObject({
  step: z.enum(RUNG_STEPS),
  when: z.strictObject({
    from: time.optional(),
    after: durationMs.optional(),
    unfulfilled: z.int().min(0).optional(),
    unfulfilledShare: share.optional(),
    removedShare: share.optional(),
  }),
  order: z.strictObject(template).optional(),
  policy: policy.optional(),
  /** Of the step "lawsuit". */
  lawsuit: courtCase.optional(),
});
const order = z.strictObject({
  ...template,
  id: name,
  at: time,
  reason: z.string().max(400).optional(),
  cause: name.optional(),
});
const fault = z.strictObject({
  id: name,
  kind: z.enum(FAULT_KINDS),
  at: time,
  for: durationMs,
  hosting: name.optional(),
  scope: z.enum(["all", "outside"]).optional(),
  networks: z.array(name).optional(),
  sites: z.array(siteName).optional(),
  rules: name.optional(),
  share: share.optional(),
  how: z.string().max(40).optional(),
  rate: rate.optional(),
  recovery: durationMs.optional(),
  cause: name.optional(),
});
const statement = z.strictObject({
  at: time,
  who: z.string().min(1).max(200),
  text: z.string().min(1).max(1000),
  source: z.string().min(1).max(200),
});
const visit = z.strictObject({
  site: siteName,
  path: z.string().startsWith("/").default("/picture"),
  direction: z.enum(["down", "up"]).default("down"),
  bytes: bytes.optional(),
  timeout: durationMs.default(45_000),
  at: siteName.optional(),
});
const visits = z.array(z.union([siteName.transform((text) => visit.parse({ site: text })), visit])).min(1);
const round = z.strictObject({ at: time, from: z.array(name).optional(), visits });

export const scenarioFileSchema = z.strictObject({
  name,
  title: z.string().min(1).max(200),
  seed: z.int().default(1),
  start: time,
  end: time,
  ipv6: z.boolean().default(false),
  /** File beside the scenario's, or the rules themselves. */
  rules: z.record(name, z.unknown()).default({}),
  hosting: z.array(hosting).min(1).max(60),
  sites: z.array(site).min(1).max(MAX_ITEMS),
  crowds: z.array(crowd).max(20).default([]),
  networks: z.array(network).min(1).max(100),
  platforms: z.array(platform).max(50).default([]),
  demands: z.array(demands).max(200).default([]),
  lawsuits: z.array(lawsuit).max(200).default([]),
  ladders: z
    .array(z.strictObject({ platform: name, rungs: z.array(rung).min(1).max(20) }))
    .max(50)
    .default([]),
  orders: z.array(order).max(500).default([]),
  rollOut: z
    .strictObject({ delay: rangeMs.prefault("2 m - 20 m"), missShare: share.default(0) })
    .prefault({}),
  faults: z.array(fault).max(200).default([]),
  causes: z.array(name).max(20).default([]),
  statements: z.array(statement).max(500).default([]),
  rounds: z.array(round).max(500).default([]),
  afterSteps: z.strictObject({ wait: durationMs, visits }).optional(),
  population: populationSchema.optional(),
});
export type ScenarioFile = z.infer<typeof scenarioFileSchema>;
