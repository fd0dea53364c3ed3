/**
 * What slowed a stretch of traffic, with what proves it and what ruled the other explanations out.
 */
import type { Slowness } from "../../observation/vocabulary.ts";
import type { RuledOut } from "../verdict.ts";

/** Rates count what the box counts on the wire; docs/method.md says what the intervals are. */
export interface RateInterval {
  readonly rateBps: number;
  readonly rateLowBps: number;
  readonly rateHighBps: number;
}

export interface Policer extends RateInterval {
  /** Depth of the bucket; absent when the traffic does not tell it. */
  readonly burstBytes?: number;
  /** One bucket for all transfers of the path, one for each connection, or unknown. */
  readonly scope: "path" | "connection" | "unknown";
}

export interface Shaper extends RateInterval {
  /** Median wait in the queue, µs. */
  readonly queueUs: number;
}

export interface SlownessFinding {
  readonly slowness: Slowness;
  /** In [0, 1]: how sure the word is. */
  readonly confidence: number;
  readonly policer?: Policer;
  readonly shaper?: Shaper;
  /** Of `congested`: how far delay rose, µs; absent where it was not delay that told. */
  readonly riseUs?: number;
  /** Sentences with their numbers. */
  readonly evidence: readonly string[];
  readonly ruledOut: readonly RuledOut[];
}
