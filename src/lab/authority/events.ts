/**
 * What the authority's part of a story tells: a discriminated union with a schema. docs/format.md, "timeline.jsonl",
 * gives every field; a field that is absent is not known or does not apply, never zero.
 */
import { z } from "zod";
import type { RuleList } from "../../rules/rule.ts";
import { NETWORK_KINDS } from "../scenario/scenario.ts";
import { ORDER_KINDS, RUNG_STEPS } from "../scenario/story.ts";
import { PLAINTIFFS } from "./courts.ts";
import { REFUSALS } from "./open-bundle.ts";
import { ISSUERS } from "./order.ts";

const count = z.int().nonnegative();
const version = z.int().positive();
const share = z.number().min(0).max(1);
const timeMs = z.number();
const text = z.string();
const outcomes = { removed: count, refused: count, sued: count, answered: count };
const tally = z.strictObject({ filed: count, ...outcomes });
const device = { version, network: text, device: count };

const kinds = [
  z.strictObject({
    kind: z.literal("demands"),
    platform: text,
    fromMs: timeMs,
    untilMs: timeMs,
    filed: count,
    ...outcomes,
    categories: z.record(text, tally),
    total: tally,
  }),
  z.strictObject({
    kind: z.literal("step"),
    platform: text,
    step: z.enum(RUNG_STEPS),
    rung: z.int().positive(),
    decided: count,
    unfulfilled: count,
    removedShare: share.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("policy"),
    platform: text,
    policy: z.strictObject({ removed: share, refused: share, sued: share, answered: share }),
  }),
  z.strictObject({
    kind: z.literal("lawsuit"),
    suit: text,
    by: z.enum(PLAINTIFFS),
    platforms: z.array(text),
    about: text,
    demands: z.int().positive().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("court-decision"),
    suit: text,
    platforms: z.array(text),
    decision: text.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("order"),
    order: text,
    what: z.enum(ORDER_KINDS).exclude(["lift"]),
    by: z.enum(ISSUERS),
    targets: z.array(text),
    rules: text,
    share: z.partialRecord(z.enum(NETWORK_KINDS), share),
    networks: z.array(text).exactOptional(),
    devices: count,
    endsMs: timeMs.exactOptional(),
    reason: text.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("lift"),
    order: text,
    by: z.enum(ISSUERS),
    targets: z.array(text),
    share: z.partialRecord(z.enum(NETWORK_KINDS), share),
    networks: z.array(text).exactOptional(),
    lifted: z.array(z.strictObject({ order: text, freed: count, left: count })),
    reason: text.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("order-end"), order: text }),
  z.strictObject({
    kind: z.literal("bundle"),
    version,
    orders: z.array(text),
    bytes: count,
    digest: text.regex(/^[0-9a-f]{64}$/),
    undoes: version.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("delivered"), ...device, orders: z.array(text) }),
  z.strictObject({ kind: z.literal("acknowledged"), ...device }),
  z.strictObject({ kind: z.literal("missed"), ...device }),
  z.strictObject({
    kind: z.literal("refused"),
    ...device,
    version: version.exactOptional(),
    refusal: z.enum(REFUSALS),
    detail: text,
  }),
  z.strictObject({ kind: z.literal("statement"), who: text, text, source: text }),
] as const;

/** An event without its time and without what is not written down. */
export const happeningSchema = z.discriminatedUnion("kind", kinds);
export type AuthorityHappening = z.infer<typeof happeningSchema>;

/** A line of timeline.jsonl that tells of the authority. */
export const timelineLineSchema = z
  .looseObject({
    type: z.literal("timeline"),
    time: z.iso.datetime(),
    packetUs: z.number().exactOptional(),
  })
  .transform(({ type: _, time: __, packetUs: ___, ...happening }) => happening)
  .pipe(happeningSchema);

interface Timed {
  readonly atMs: number;
}

/** `rules`: what the device follows from now on, its own rules included. Not written to the timeline. */
export type AuthorityEvent = Timed &
  (
    | Exclude<AuthorityHappening, { kind: "delivered" }>
    | (Extract<AuthorityHappening, { kind: "delivered" }> & { readonly rules: RuleList })
  );

/** What the timeline says of an event, beside its clocks. */
export function happeningOf(event: AuthorityEvent): AuthorityHappening {
  if (event.kind === "delivered") {
    const { atMs: _, rules: __, ...happening } = event;
    return happening;
  }
  const { atMs: _, ...happening } = event;
  return happening;
}
