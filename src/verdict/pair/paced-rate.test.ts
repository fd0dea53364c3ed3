/** Paced connections through the laboratory's own boxes, on a clock of the test; packets are late as links and timers make them. */
import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../base/random.ts";
import { Shaper } from "../../lab/middlebox/shaper.ts";
import { type Limiter, REFUSED, TokenBucket } from "../../lab/middlebox/token-bucket.ts";
import { burstPace, nextPace, type PacePlan, pacesOfLine } from "./pace-plan.ts";
import type { PacedTrial, RateBounds } from "./paced-bucket.ts";
import { isAtPace, pacedBounds, toldBucket, withPacedRate } from "./paced-rate.ts";
import type { PairJudgement } from "./pair-judgement.ts";

const PACKET_BYTES = 1274;
const LINE_BPS = 20e6;
const MOST_TRIALS = 10;
const BOUNDS: RateBounds = { lowBps: 200_000, highBps: 8e6 };
const JUDGEMENT: PairJudgement = {
  ...{ state: "throttled", slowness: "policed", isSettled: true, wanted: [], confidence: 0.95 },
  ...{
    mechanisms: ["tls.throttle.sni"],
    evidence: ["slow"],
    ruledOut: [],
    heldBps: 300_000,
    controlBps: 4e6,
  },
};

/** Sends as the server does: none before its time, and what a timer is late for at once. */
function send({ paceBps, bytes }: PacePlan, box: Limiter, random: Random, lossShare = 0): PacedTrial {
  const arrivals: { us: number; bytes: number }[] = [];
  let [passed, lateUs, linkUs] = [0, 0, 0];
  for (let sent = 0; sent < bytes; sent += PACKET_BYTES) {
    lateUs = Math.max(0, lateUs - 500) + random.exponential(300);
    linkUs = Math.max(linkUs + (PACKET_BYTES * 8e6) / LINE_BPS, (sent * 8e6) / paceBps + lateUs);
    const freeUs = random.next() < lossShare ? REFUSED : box.admit(PACKET_BYTES, linkUs);
    if (freeUs === REFUSED) return { paceBps, arrivals, isLost: true };
    passed += PACKET_BYTES;
    const us = Math.max(arrivals.at(-1)?.us ?? 0, freeUs + random.exponential(400));
    arrivals.push({ us: Math.ceil(us / 1000) * 1000, bytes: passed });
  }
  return { paceBps, arrivals, isLost: false };
}

function measured(makeBox: () => Limiter, seed: number, lossShare = 0, bounds = BOUNDS): PairJudgement {
  const random = seededRandom(seed);
  const trials = [send(burstPace(bounds), makeBox(), random, lossShare)];
  while (trials.length < MOST_TRIALS && !toldBucket(trials, bounds)) {
    const pace = nextPace(trials, bounds);
    if (!pace) break;
    trials.push(send(pace, makeBox(), random, lossShare));
  }
  return withPacedRate(JUDGEMENT, trials, bounds);
}

describe("behind a bucket", () => {
  const RATES = [250_000, 425_000, 982_000];
  const DEPTHS = [4500, 6000, 10_000, 16_000, 64_000];
  const cases = RATES.flatMap((rateBps) => DEPTHS.map((burstBytes) => ({ rateBps, burstBytes })));

  it.each(cases)(
    "of $burstBytes bytes the rate of $rateBps bit/s is told within 5 %",
    ({ rateBps, burstBytes }) => {
      for (let seed = 1; seed <= 5; seed++) {
        const judged = measured(() => new TokenBucket(rateBps, burstBytes), seed);
        expect(judged.slowness).toBe("policed");
        expect(Math.abs(judged.rateBps! / rateBps - 1)).toBeLessThan(0.05);
        expect(judged.rateLowBps).toBeLessThanOrEqual(rateBps);
        expect(judged.rateHighBps).toBeGreaterThanOrEqual(rateBps);
        expect(judged.evidence).toHaveLength(2);
      }
    },
  );

  it.each(DEPTHS)("of %i bytes rates above 1 Mbit/s are told within 5 %, or not at all", (burstBytes) => {
    for (const rateBps of [1_685_000, 3_300_000]) {
      for (let seed = 1; seed <= 10; seed++) {
        const told = measured(() => new TokenBucket(rateBps, burstBytes), seed).rateBps ?? rateBps;
        expect(Math.abs(told / rateBps - 1)).toBeLessThan(0.05);
      }
    }
  });

  it("a rate at an end of what is looked for is told within 5 %, or not at all", () => {
    for (let seed = 1; seed <= 20; seed++) {
      for (const share of [0.95, 0.99, 1.02]) {
        const bounds = { lowBps: share * 982_000, highBps: 4e6 };
        const told = measured(() => new TokenBucket(982_000, 6000), seed, 0, bounds).rateBps ?? 982_000;
        expect(Math.abs(told / 982_000 - 1)).toBeLessThan(0.05);
      }
    }
  });

  it("a rate beyond what is looked for is not told", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const judged = measured(() => new TokenBucket(6e6, 6000), seed, 0, { lowBps: 200_000, highBps: 3e6 });
      expect(judged).toEqual(JUDGEMENT);
    }
  });
});

describe("no rate is told", () => {
  it("where the target's packets are lost at random, but for one in some hundred times", () => {
    let told = 0;
    for (const share of [0.003, 0.01, 0.02, 0.05, 0.1]) {
      for (let seed = 1; seed <= 100; seed++)
        told += measured(() => new TokenBucket(1e9, 1e9), seed, share).rateBps === undefined ? 0 : 1;
    }
    expect(told).toBeLessThanOrEqual(2);
  });

  it.each([
    [1_000_000, 1600, 3000],
    [1_000_000, 4500, 4500],
    [1_000_000, 1600, 20_000],
    [1_000_000, 6000, 20_000],
    [500_000, 16_000, 10_000],
    [2_000_000, 6000, 60_000],
    [3_000_000, 3000, 15_000],
  ])("behind a shaper of %i bit/s, bucket %i, queue %i", (rateBps, burstBytes, queueBytes) => {
    for (let seed = 1; seed <= 20; seed++)
      expect(measured(() => new Shaper(rateBps, burstBytes, queueBytes), seed)).toEqual(JUDGEMENT);
  });

  it("where nothing is lost", () => {
    expect(measured(() => new TokenBucket(1e9, 1e9), 1)).toEqual(JUDGEMENT);
  });
});

it("of a server that keeps no pace is seen", () => {
  const random = seededRandom(3);
  const plan: PacePlan = { paceBps: 1e6, bytes: 60_000, restMs: 0 };
  expect(isAtPace(send(plan, new TokenBucket(1e9, 1e9), random))).toBe(true);
  const atOnce = send({ ...plan, paceBps: 20e6 }, new TokenBucket(1e9, 1e9), random);
  expect(isAtPace({ ...atOnce, paceBps: plan.paceBps })).toBe(false);
  expect(isAtPace({ ...atOnce, paceBps: Number.POSITIVE_INFINITY })).toBe(true);
});

describe("where to look", () => {
  it("is between what flows moved at and what the line lets by under a neutral name", () => {
    const bounds = pacedBounds(JUDGEMENT)!;
    expect(bounds.lowBps).toBeLessThan(300_000);
    for (const { paceBps } of pacesOfLine(bounds)) expect(paceBps).toBeGreaterThan(bounds.lowBps);
    expect(pacesOfLine(bounds)[0]!.paceBps).toBeGreaterThan(4e6);
  });

  it.each([
    ["a rate is told", { rateBps: 1e6 }],
    ["nothing is throttled", { state: "ok" }],
    ["packets waited", { slowness: "shaped" }],
    ["no server of ours was measured against", { isUnpaired: true }],
    ["only uploads are held", { direction: "up" }],
  ] as [string, Partial<PairJudgement>][])("is nowhere if %s", (_, more) => {
    expect(pacedBounds({ ...JUDGEMENT, ...more })).toBeUndefined();
  });
});
