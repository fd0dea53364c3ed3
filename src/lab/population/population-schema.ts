/**
 * The section `population:` of a scenario file (docs/format.md), and the configuration that it makes. What is left out
 * has the default of config.ts.
 */
import { z } from "zod";
import { definedFields } from "../scenario/defined-fields.ts";
import {
  bytesField,
  durationMsField,
  shareField,
  type TimeField,
  timeField,
} from "../scenario/quantity-fields.ts";
import { NETWORK_KINDS, type Scenario } from "../scenario/scenario.ts";
import { type PopulationConfig, populationOf } from "./config.ts";

const MOST_USERS = 1_000_000;
const MOST_OBSERVATIONS = 1e9;

const [durationMs, share, time] = [durationMsField, shareField, timeField];
type Time = TimeField;
const weight = z.number().min(0).max(1e9);
const name = z.string().min(1).max(253);

export const populationSchema = z
  .strictObject({
    users: z.int().min(1).max(MOST_USERS).optional(),
    observations: z.int().min(1).max(MOST_OBSERVATIONS).optional(),
    seed: z.int().optional(),
    from: time.optional(),
    until: time.optional(),
    utcOffset: z.number().min(-14).max(14).optional(),
    networks: z.record(name, weight).optional(),
    kinds: z.partialRecord(z.enum([...NETWORK_KINDS, "inside"]), weight).optional(),
    skew: z.number().min(0).max(3).optional(),
    repeat: z.number().min(0).max(0.95).optional(),
    repeatGap: durationMs.optional(),
    paired: share.optional(),
    reach: share.optional(),
    upload: share.optional(),
    sampled: share.optional(),
    bytes: bytesField.optional(),
    timeout: durationMs.optional(),
    interest: z.record(name, weight).optional(),
    controls: z.array(name).max(1000).optional(),
    lookalikes: z.array(name).max(1000).optional(),
    troublePull: z.number().min(1).max(1000).optional(),
    attention: z.number().min(0).max(1000).optional(),
    attentionHalfLife: durationMs.optional(),
    gaps: z
      .array(z.strictObject({ from: time, for: durationMs }))
      .max(1000)
      .optional(),
    gapShare: z.number().min(0).max(0.9).optional(),
    vpn: share.optional(),
    vpnHome: share.optional(),
    wrongClock: share.optional(),
    misregistered: share.optional(),
    browser: share.optional(),
    impatient: share.optional(),
    patience: durationMs.optional(),
    cache: share.optional(),
    noise: share.optional(),
  })
  .refine(({ paired = 0, reach = 0 }) => paired + reach <= 1, {
    error: "paired and reach exceed 1 together",
  });
export type PopulationSection = z.infer<typeof populationSchema>;

export function populationConfig(scenario: Scenario, section: PopulationSection = {}): PopulationConfig {
  const at = (given: Time): number => ("ms" in given ? given.ms : scenario.startMs + given.afterStartMs);
  const base = populationOf(scenario);
  const given: { -readonly [K in keyof PopulationConfig]?: PopulationConfig[K] | undefined } = {
    users: section.users,
    observations: section.observations,
    seed: section.seed,
    fromMs: section.from && at(section.from),
    untilMs: section.until && at(section.until),
    utcOffsetHours: section.utcOffset,
    networkWeights: section.networks,
    kindWeights: section.kinds && { ...base.kindWeights, ...definedFields(section.kinds) },
    userSkew: section.skew,
    repeatShare: section.repeat,
    repeatGapMs: section.repeatGap,
    pairedShare: section.paired,
    reachShare: section.reach,
    uploadShare: section.upload,
    sampleShare: section.sampled,
    transferBytes: section.bytes,
    timeoutMs: section.timeout,
    interest: section.interest,
    controls: section.controls,
    lookalikes: section.lookalikes,
    troublePull: section.troublePull,
    attention: section.attention,
    attentionHalfLifeMs: section.attentionHalfLife,
    gaps: section.gaps?.map((gap) => ({ fromMs: at(gap.from), untilMs: at(gap.from) + gap.for })),
    gapShare: section.gapShare,
    vpnShare: section.vpn,
    vpnHomeShare: section.vpnHome,
    wrongClockShare: section.wrongClock,
    misregisteredShare: section.misregistered,
    browserShare: section.browser,
    impatientShare: section.impatient,
    patienceMs: section.patience,
    cacheShare: section.cache,
    noiseShare: section.noise,
  };
  return { ...base, ...definedFields(given) };
}
