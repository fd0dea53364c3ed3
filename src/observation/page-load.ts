/**
 * One load of a page in a real browser: when text, pictures and video came. Times in µs since the navigation began. What did
 * not come while it was watched is absent; `watchedUs` says how long that was. Specified in docs/format.md.
 */
import { z } from "zod";
import { ROLES, TEXT_LIMIT } from "./observation.ts";
import { ORIGINS } from "./vocabulary.ts";

/** cold: nothing of the page is kept from before. */
export const CACHES = ["cold", "warm"] as const;
export type Cache = (typeof CACHES)[number];

const text = z.string().min(1).max(TEXT_LIMIT);
const amount = z.number().nonnegative();
const count = z.int().nonnegative();

export const pageLoadSchema = z.strictObject({
  type: z.literal("page-load"),
  origin: z.enum(ORIGINS),
  role: z.enum(ROLES),
  /** Start, RFC 3339 in UTC. */
  time: z.iso.datetime(),
  url: text,
  cache: z.enum(CACHES),
  watchedUs: amount,
  /** First frame with text in it. */
  firstTextUs: amount.exactOptional(),
  /** Pictures in sight of 32 x 32 pixels and more that are whole. */
  firstPictureUs: amount.exactOptional(),
  largestPictureUs: amount.exactOptional(),
  largestPicture: z
    .strictObject({ url: text, widthPx: count, heightPx: count, bytes: amount.exactOptional() })
    .exactOptional(),
  /** From asking for the largest picture to its last byte. */
  largestPictureTransferUs: amount.exactOptional(),
  /**
   * Pictures in sight of 32 x 32 pixels and more that did not end with an error, and those of them that came; those that ended
   * with one; those that did not come and of which neither the page nor the picture said how large they are.
   */
  pictures: z.strictObject({
    ...{ all: count, came: count, broken: count, unsized: count },
    /** Of the one that takes most of the page; absent: there is none. */
    largest: z.enum(["came", "late", "unknown"]).exactOptional(),
  }),
  /** Videos that start by themselves. */
  videos: count,
  videoStartUs: amount.exactOptional(),
  /** After the start: how often it stood still for want of bytes, and for how long in all. */
  stalls: count.exactOptional(),
  stalledUs: amount.exactOptional(),
  /** The document itself could not be loaded: what the browser said. */
  failure: text.exactOptional(),
});
export type PageLoad = z.infer<typeof pageLoadSchema>;
