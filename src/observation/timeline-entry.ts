/**
 * What is publicly known to have been demanded, ordered or said, and when: the other half of an incident's timeline.
 * Nothing here was measured. A claim may carry a predicate that can be held against measurements (incident/claim.ts).
 * Specified in docs/format.md, "Timeline of statements".
 */
import { z } from "zod";
import { ORIGINS } from "./vocabulary.ts";

export const TIMELINE_KINDS = [
  "demands",
  "lawsuit",
  "court-decision",
  "step",
  "order",
  "lift",
  "order-end",
  "statement",
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

const TEXT_LIMIT = 2_000;
const text = z.string().min(1).max(TEXT_LIMIT);

export const timelineEntrySchema = z.strictObject({
  /** RFC 3339 in UTC; where the source gives a day alone, its first moment. */
  time: z.iso.datetime(),
  kind: z.enum(TIMELINE_KINDS),
  who: text.exactOptional(),
  text,
  /** Where it was published. */
  source: text,
  /** Names that it is about. */
  targets: z.array(text).max(1_000).exactOptional(),
  /** What would have to hold, as incident/claim.ts writes predicates. */
  predicate: text.exactOptional(),
  origin: z.enum(ORIGINS),
});
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;
