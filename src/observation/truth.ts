/**
 * Truth: what really held for one client and one site of a laboratory from a moment on. Written by the laboratory, read
 * by whoever checks a judgement against it. Specified in docs/format.md (truth.jsonl).
 */
import { z } from "zod";
import { SLOWNESS } from "./vocabulary.ts";

const name = z.string().min(1).max(253);

export const truthSchema = z.strictObject({
  type: z.literal("truth"),
  /** Scenario clock, RFC 3339 in UTC. */
  time: z.iso.datetime(),
  /** Packet clock, µs since the machine's start; the captures' clock runs beside it. */
  packetUs: z.number().nonnegative(),
  client: name,
  network: name,
  site: name,
  state: z.enum(["ok", "throttled", "blocked", "down"]),
  /** How transfers are slowed, where the laboratory does it. */
  slowness: z.enum(SLOWNESS).exactOptional(),
  /** Of the policer or shaper, bit/s of IP packets: see `counts`. */
  rateBps: z.number().positive().exactOptional(),
  burstBytes: z.number().nonnegative().exactOptional(),
  /** Which bytes the rate counts. */
  counts: z.literal("ip").exactOptional(),
  directions: z.enum(["both", "up", "down"]).exactOptional(),
  /** Whose packets share the bucket. */
  scope: z.enum(["flow", "client", "box"]).exactOptional(),
  /** What the box does. */
  action: z.string().exactOptional(),
  /** Rule and order that it acts under. */
  rule: z.string().exactOptional(),
  order: z.string().exactOptional(),
  /** Smallest TTL of the client's packets that reach what acts. */
  hop: z.int().positive().exactOptional(),
  /** Of what is down: who or what failed. */
  fault: z.string().exactOptional(),
  /** True: the client reaches it only by luck (a share of flows or packets fails). */
  partial: z.boolean().exactOptional(),
});
export type Truth = z.infer<typeof truthSchema>;
