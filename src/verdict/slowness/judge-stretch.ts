/**
 * One word for what slowed a stretch of traffic, asked in the order in which one answer hides another:
 * frozen, policed, shaped, congested, lossy, receiver-limited, sender-limited, unimpeded. What cannot be told is undecided.
 */
import { counted, formatBytes, formatDuration, formatRate } from "../../base/units.ts";
import type { RuledOut } from "../verdict.ts";
import type { Policer, RateInterval, SlownessFinding } from "./finding.ts";
import { findPlateau, hasPlateau, type Plateau } from "./plateau.ts";
import { type BucketJudgement, fitBlind, judgeBucket } from "./policer.ts";
import { queueRate } from "./queue-rate.ts";
import { measureStretch, type Stretch } from "./stretch.ts";
import type { Traffic } from "./traffic.ts";

/** Fewer packets than this say nothing about rates. */
const MIN_PACKETS = 10;
/** Fewer packets than this, though nothing happened to them, do not show that nothing would. */
const MIN_UNIMPEDED_PACKETS = 30;
/** Fewer losses than this cannot be told to be random. */
const MIN_DROPS = 15;
/** Below this share, losses hardly slow a transfer down. */
const NEGLIGIBLE_LOSS = 0.0005;
/** DESIGN: no byte for 10 s after N bytes. */
const FROZEN_US = 10e6;
const FROZEN_COPIES = 2;
/** A queue that held packets for seconds before may hold them still: wait for a multiple of the longest delay. */
const FROZEN_DELAYS = 3;
const PLATEAU_SPREAD = 0.1;
const PLATEAU_RAISED_SHARE = 0.3;
/** A plateau and a bucket of the same device agree to within this. */
const SAME_RATE = 0.06;
/** Without a rate to within this, "shaped" says nothing. */
const FIXED_SHAPER_RATE = 2;
const QUEUE_R2 = 0.8;
/** Delay tells a queue's rate when the backlog explains this much of it. */
const QUEUE_RATE_R2 = 0.6;
const QUEUE_SLOPES = [0.4, 1.6] as const;
const QUEUE_RANGE_US = 5000;
/** A shared queue is only called one when it adds at least this much. */
const CONGESTED_US = 30_000;
const CONGESTED_OF_BASE = 0.3;
const LIMITED_SHARE = 0.5;
/** Nothing seen is weaker than something seen, and weaker still where queues cannot be seen. */
const UNIMPEDED_CONFIDENCE = 0.8;
const UNIMPEDED_WITHOUT_DELAYS = 0.5;
/** An application that writes as it goes fills few packets. */
const SHORT_SHARE = 0.3;
/** A sender that nothing holds back speeds up: a steady rate over this many round trips is its own. */
const STEADY_RTTS = 20;
const STEADY_RATIO = [1.3, 0.77] as const;
/** An interval wider than this ratio does not fix the depth. */
/** A policer whose rate is not known to within this factor is believed less. */
const WIDE_INTERVAL = 3;
const WIDE_CONFIDENCE = 0.8;
/** Without delays, a shaper that allows bursts looks much the same. */
const WITHOUT_DELAYS_CONFIDENCE = 0.6;
const DEPTH_INTERVAL = 1.1;
/** In one or two bursts of loss, rate and depth trade off against each other. */
const DEPTH_EPISODES = 3;
/** Losses that a bucket whose other traffic is hidden explains: never surer than this. */
const BLIND_CONFIDENCE = 0.7;

export interface Judged {
  readonly finding: SlownessFinding;
  readonly bucket?: BucketJudgement;
}

export function judgeStretch(traffic: Traffic): Judged {
  const stretch = measureStretch(traffic);
  if (stretch.deliveries === 0 && traffic.count >= MIN_PACKETS) {
    return { finding: undecided("no acknowledgements were captured") };
  }
  const patienceUs = Math.max(FROZEN_US, FROZEN_DELAYS * longestDelay(traffic));
  if (stretch.endStallUs >= patienceUs && stretch.unansweredCopies >= FROZEN_COPIES) {
    return { finding: frozen(stretch) };
  }
  if (stretch.longestPackets < MIN_PACKETS && traffic.drops < MIN_DROPS) {
    return {
      finding: undecided(`no transfer has more than ${counted(stretch.longestPackets, "data packet")}`),
    };
  }
  const bucket = traffic.drops >= 2 ? judgeBucket(traffic, stretch.rttUs) : undefined;
  const plateau = findPlateau(traffic);
  const ruledOut: RuledOut[] = [];
  if (bucket?.bucketLike && bucket.queue.queue === "no" && !isOneQueue(bucket, plateau)) {
    return { finding: policed(bucket, plateau), bucket };
  }
  const shaper = shaperRate(bucket, plateau);
  if (shaper && plateau && shaper.rateHighBps <= FIXED_SHAPER_RATE * shaper.rateLowBps)
    return { finding: shaped(shaper, bucket, plateau), ...(bucket ? { bucket } : {}) };
  // Without losses nothing rules a policer out but that its bucket lasted.
  if (bucket) ruledOut.push({ explanation: "policed", because: notPoliced(bucket) });
  ruledOut.push({ explanation: "shaped", because: notShaped(plateau) });
  const finding = withoutRate(traffic, stretch, bucket, plateau, ruledOut);
  return bucket ? { finding, bucket } : { finding };
}

/** Policed by a bucket that serves hidden traffic too; only where nothing else explains the losses. */
export function judgeBlind(traffic: Traffic, bucket: BucketJudgement): SlownessFinding | undefined {
  if (bucket.queue.queue !== "no") return undefined;
  const best = fitBlind(traffic);
  if (!best) return undefined;
  const rate = best.rate * 8e6;
  return {
    slowness: "policed",
    confidence: Math.min(BLIND_CONFIDENCE, 1 - Math.exp(-best.burstyGain / 10)),
    policer: { rateBps: rate, rateLowBps: rate / 1.5, rateHighBps: rate * 1.5, scope: "unknown" },
    evidence: [
      `${traffic.drops} losses come when a bucket emptied at each loss had not refilled yet (gain ${best.burstyGain.toFixed(0)} nats over bursty loss)`,
    ],
    ruledOut: [{ explanation: "congested", because: bucket.queue.because }],
  };
}

/** Delivery at the very rate of the fitted bucket while packets waited: the box holds them, it does not police. */
function isOneQueue({ fit }: BucketJudgement, plateau: Plateau | undefined): boolean {
  if (!plateau || !fit || !isPlateau(plateau)) return false;
  return Math.abs(plateau.rateBps / (fit.best.rate * 8e6) - 1) <= SAME_RATE;
}

function isPlateau(plateau: Plateau): boolean {
  return (
    hasPlateau(plateau) && plateau.spread <= PLATEAU_SPREAD && plateau.raisedShare >= PLATEAU_RAISED_SHARE
  );
}

function policed(bucket: BucketJudgement, plateau: Plateau | undefined): SlownessFinding {
  const { best, lowRate, highRate } = bucket.fit!;
  const narrow = highRate / lowRate < DEPTH_INTERVAL && bucket.episodes >= DEPTH_EPISODES;
  const policer: Policer = {
    rateBps: best.rate * 8e6,
    rateLowBps: lowRate * 8e6,
    rateHighBps: highRate * 8e6,
    ...(narrow && best.mode === 0 ? { burstBytes: Math.round(best.depthBytes) } : {}),
    scope: "path",
  };
  const explained = Math.round(best.dropsExplained * bucket.traffic.drops);
  return {
    slowness: "policed",
    confidence: policedConfidence(bucket),
    policer,
    evidence: [
      `${explained} of ${bucket.traffic.drops} losses came when a token bucket of that rate was empty; it accounts for ${(100 * best.share).toFixed(0)} % of what is to be explained`,
      bucket.queue.because,
    ],
    ruledOut: [
      { explanation: "congested", because: bucket.queue.because },
      { explanation: "shaped", because: notShaped(plateau) },
      {
        explanation: "lossy",
        because: `losses follow the bucket, not chance: ${best.gain.toFixed(0)} nats better than random loss, ${best.burstyGain.toFixed(0)} better than bursts`,
      },
    ],
  };
}

/** From the evidence beyond bursty loss, and the number of separate episodes. */
function policedConfidence(bucket: BucketJudgement): number {
  const { best, lowRate, highRate } = bucket.fit!;
  const fixed = highRate / lowRate > WIDE_INTERVAL ? WIDE_CONFIDENCE : 1;
  const episodes = Math.min(1, 0.6 + 0.1 * bucket.episodes);
  return Math.min(
    bucket.signs.dropSamples > 0 ? 0.99 : WITHOUT_DELAYS_CONFIDENCE,
    (1 - Math.exp(-best.burstyGain / 12)) * (0.75 + 0.25 * best.share) * episodes * fixed,
  );
}

function shaperRate(
  bucket: BucketJudgement | undefined,
  plateau: Plateau | undefined,
): RateInterval | undefined {
  if (!plateau) return undefined;
  if (isPlateau(plateau)) return plateau;
  if (!bucket?.fit) return undefined;
  const { signs, fit } = bucket;
  const linear =
    signs.r2 >= QUEUE_R2 &&
    signs.slope >= QUEUE_SLOPES[0] &&
    signs.slope <= QUEUE_SLOPES[1] &&
    signs.p90Us - signs.baseUs >= QUEUE_RANGE_US;
  if (!linear && !(bucket.queue.queue === "yes" && bucket.bucketLike)) return undefined;
  const byDelay = queueRate(bucket.traffic, fit.best.rate * 8e6, QUEUE_RATE_R2);
  if (byDelay) return byDelay;
  return { rateBps: fit.best.rate * 8e6, rateLowBps: fit.lowRate * 8e6, rateHighBps: fit.highRate * 8e6 };
}

function shaped(rate: RateInterval, bucket: BucketJudgement | undefined, plateau: Plateau): SlownessFinding {
  const windows = `${plateau.windows} of ${counted(plateau.allWindows, "window")} of 40 packets`;
  const evidence = isPlateau(plateau)
    ? `delivery ran at ${formatRate(plateau.rateBps)} in ${windows} while packets waited (spread ${(100 * plateau.spread).toFixed(1)} %)`
    : `losses and delays follow one queue of ${formatRate(rate.rateBps)}`;
  const ruledOut: RuledOut[] = [
    {
      explanation: "policed",
      because:
        bucket && bucket.queue.queue === "yes"
          ? bucket.queue.because
          : "packets waited instead of being dropped",
    },
  ];
  return {
    slowness: "shaped",
    confidence: isPlateau(plateau) ? Math.min(0.99, 1 - plateau.spread / 2 - 0.3 / plateau.windows) : 0.7,
    shaper: {
      rateBps: rate.rateBps,
      rateLowBps: rate.rateLowBps,
      rateHighBps: rate.rateHighBps,
      queueUs: plateau.queueUs,
    },
    evidence: [`${evidence}; the queue added ${formatDuration(plateau.queueUs)}`],
    ruledOut,
  };
}

function withoutRate(
  traffic: Traffic,
  stretch: Stretch,
  bucket: BucketJudgement | undefined,
  plateau: Plateau | undefined,
  ruledOut: RuledOut[],
): SlownessFinding {
  const { drops, count } = traffic;
  const lossShare = drops / count;
  const queued = plateau !== undefined && isQueued(plateau);
  if (bucket && bucket.queue.queue === "yes" && drops >= 2 && lossShare > NEGLIGIBLE_LOSS) {
    const sure = drops >= MIN_DROPS ? 0.8 : 0.6;
    const { inflationUs } = bucket.signs;
    return {
      ...finding("congested", sure, [bucket.queue.because], ruledOut),
      // Told by the spacing of packets, where no loss has a delay before it.
      ...(Number.isFinite(inflationUs) && { riseUs: Math.max(0, inflationUs) }),
    };
  }
  if (queued) {
    const rise = formatDuration(plateau.longestQueueUs);
    const because = `delay rose by up to ${rise} while the rate varied`;
    return { ...finding("congested", 0.7, [because], ruledOut), riseUs: plateau.longestQueueUs };
  }
  if (drops >= MIN_DROPS && lossShare > NEGLIGIBLE_LOSS) {
    if (bucket?.queue.queue === "unknown") {
      return undecided(`${drops} losses, but ${bucket.queue.because}`, ruledOut);
    }
    const share = (100 * lossShare).toFixed(2);
    ruledOut.push({ explanation: "congested", because: bucket?.queue.because ?? "no delay before losses" });
    return finding(
      "lossy",
      0.8,
      [`${drops} of ${count} packets lost (${share} %) without regard to rate or delay`],
      ruledOut,
    );
  }
  const limited =
    lossShare <= NEGLIGIBLE_LOSS || drops <= 1 ? limitedBy(stretch, plateau, ruledOut) : undefined;
  if (limited) return limited;
  if (drops > 1 && lossShare > NEGLIGIBLE_LOSS) {
    return undecided(`${drops} losses are too few to tell what caused them (${MIN_DROPS} needed)`, ruledOut);
  }
  if (count < MIN_UNIMPEDED_PACKETS) {
    return undecided(
      `nothing held ${count} packets up, and so few show little (${MIN_UNIMPEDED_PACKETS} needed)`,
      ruledOut,
    );
  }
  ruledOut.push({ explanation: "lossy", because: `${drops} of ${count} packets lost` });
  if (plateau) ruledOut.push({ explanation: "congested", because: notQueued(plateau) });
  const size = formatBytes(stretch.payloadBytes);
  const evidence = [
    `${size} in ${formatDuration(stretch.durationUs)}, ${drops} of ${count} packets lost${plateau ? ", no queue" : ""}`,
  ];
  if (drops === 0) evidence.push(`a policer whose bucket holds more than ${size} would not have shown`);
  return finding("unimpeded", plateau ? UNIMPEDED_CONFIDENCE : UNIMPEDED_WITHOUT_DELAYS, evidence, ruledOut);
}

function limitedBy(
  stretch: Stretch,
  plateau: Plateau | undefined,
  ruledOut: RuledOut[],
): SlownessFinding | undefined {
  const active = Math.max(1, stretch.durationUs);
  const window = stretch.windowLimitedUs / active;
  const idle = stretch.idleUs / active;
  if (window >= LIMITED_SHARE) {
    const share = (100 * window).toFixed(0);
    return finding(
      "receiver-limited",
      Math.min(0.95, window),
      [`the receiver's window was full ${share} % of the time`],
      ruledOut,
    );
  }
  if (idle >= LIMITED_SHARE) {
    const share = (100 * idle).toFixed(0);
    return finding(
      "sender-limited",
      Math.min(0.95, idle),
      [`the sender had nothing outstanding ${share} % of the time`],
      ruledOut,
    );
  }
  if (stretch.shortShare >= SHORT_SHARE) {
    const share = (100 * stretch.shortShare).toFixed(0);
    return finding(
      "sender-limited",
      0.7,
      [`the sender had less than a full packet to send in ${share} % of its packets`],
      ruledOut,
    );
  }
  if (isSteady(stretch)) {
    const rounds = stretch.roundTrips.toFixed(0);
    if (!plateau)
      return undecided(
        `the rate stayed the same for ${rounds} round trips, and there are no delays to tell a queue by`,
        ruledOut,
      );
    const steady = `the rate stayed the same for ${rounds} round trips although nothing was lost, queued or out of window`;
    return finding("sender-limited", 0.6, [steady], ruledOut);
  }
  return undefined;
}

function isSteady({ roundTrips, halvesRatio }: Stretch): boolean {
  return roundTrips >= STEADY_RTTS && halvesRatio >= STEADY_RATIO[1] && halvesRatio <= STEADY_RATIO[0];
}

function isQueued(plateau: Plateau): boolean {
  return (
    plateau.raisedShare >= PLATEAU_RAISED_SHARE &&
    plateau.longestQueueUs >= Math.max(CONGESTED_US, CONGESTED_OF_BASE * plateau.baseUs)
  );
}

function longestDelay({ count, delayUs }: Traffic): number {
  let longest = 0;
  for (let i = 0; i < count; i++) if (delayUs[i]! > longest) longest = delayUs[i]!;
  return longest;
}

function frozen(stretch: Stretch): SlownessFinding {
  return finding(
    "frozen",
    Math.min(0.95, 0.6 + 0.1 * stretch.unansweredCopies),
    [
      `nothing arrived for ${formatDuration(stretch.endStallUs)} after ${formatBytes(stretch.payloadBytes)}, in spite of ${stretch.unansweredCopies} repetitions`,
    ],
    [],
  );
}

function notPoliced(bucket: BucketJudgement): string {
  if (bucket.bucketLike) return bucket.queue.because;
  const share = 100 * (bucket.fit?.best.share ?? 0);
  return `no token bucket accounts for the losses (the best for ${share.toFixed(0)} %)`;
}

function notShaped(plateau: Plateau | undefined): string {
  if (!plateau) return "too few delay samples";
  if (!hasPlateau(plateau))
    return plateau.windows === 0
      ? `packets waited in no window of 40 packets (${plateau.allWindows} looked at)`
      : `packets waited in ${plateau.windows} of ${counted(plateau.allWindows, "window")} of 40 packets`;
  return `the rate varied by ${(100 * plateau.spread).toFixed(0)} % while packets waited`;
}

function notQueued(plateau: Plateau): string {
  return `delay rose by ${formatDuration(plateau.longestQueueUs)} at most (95 % of packets)`;
}

function finding(
  slowness: SlownessFinding["slowness"],
  confidence: number,
  evidence: string[],
  ruledOut: RuledOut[],
): SlownessFinding {
  return { slowness, confidence, evidence, ruledOut };
}

export function undecided(missing: string, ruledOut: readonly RuledOut[] = []): SlownessFinding {
  return { slowness: "undecided", confidence: 0, evidence: [missing], ruledOut };
}
