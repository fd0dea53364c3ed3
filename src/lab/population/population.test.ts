import { describe, expect, it } from "vitest";
import { START_MS, testScenario, truthLines } from "../../../test/lab/population-scenario.ts";
import { type Observation, observationSchema } from "../../observation/observation.ts";
import { OONI_FAILURES, OPERATIONS } from "../../observation/vocabulary.ts";
import { binomialLowerTail, binomialUpperTail } from "../../stats/binomial.ts";
import { median, quantile } from "../../stats/quantile.ts";
import { type PopulationConfig, populationOf } from "./config.ts";
import { emitPopulation } from "./population.ts";

const HOUR_MS = 3_600_000;
/** One wrong alarm in a million assertions. */
const RARE = 5e-7;

/** Nothing goes wrong but what the truth says. */
const FLAWLESS = {
  noiseShare: 0,
  impatientShare: 0,
  cacheShare: 0,
  vpnShare: 0,
  wrongClockShare: 0,
  misregisteredShare: 0,
};

function population(
  given: Partial<PopulationConfig> = {},
  plan: Parameters<typeof truthLines>[1] = {},
): Observation[] {
  const scenario = testScenario();
  const config = populationOf(scenario, { observations: 20_000, ...given });
  return [...emitPopulation(scenario, truthLines(scenario, plan), config)];
}

function expectShare(successes: number, trials: number, share: number): void {
  expect(binomialUpperTail(successes, trials, share)).toBeGreaterThan(RARE);
  expect(binomialLowerTail(successes, trials, share)).toBeGreaterThan(RARE);
}

const timeOf = ({ time }: Observation): number => Date.parse(time!);

describe("a population's stream", () => {
  const day = { fromMs: START_MS + HOUR_MS, untilMs: START_MS + 2 * HOUR_MS };
  const all = population({}, { throttledFromMs: START_MS + 30 * HOUR_MS, down: day });

  it("is the same for the same seed and another for another", () => {
    const twice = [population({ seed: 7, observations: 2000 }), population({ seed: 7, observations: 2000 })];
    expect(twice[0]).toEqual(twice[1]);
    expect(population({ seed: 8, observations: 2000 })).not.toEqual(twice[0]);
  });

  it("has as many observations as wanted, all valid, simulated, and failing in OONI's words", () => {
    expect(all).toHaveLength(20_000);
    for (const observation of all) {
      expect(observationSchema.safeParse(observation).error?.issues ?? []).toEqual([]);
      expect(observation.origin).toBe("simulated");
      expect(observation.failure === undefined).toBe(observation.operation === undefined);
      if (observation.failure) expect(OONI_FAILURES).toContain(observation.failure);
      if (observation.operation) expect(OPERATIONS).toContain(observation.operation);
    }
  });

  it("is in time order and inside its period when all clocks are right", () => {
    const times = population({ wrongClockShare: 0 }).map(timeOf);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(START_MS);
    expect(times.at(-1)).toBeLessThan(testScenario().endMs + 5 * 60_000);
  });

  it("gives transfers and attempts alike, and samples that never fall and end with the transfer's bytes", () => {
    expect(all.some(({ bytes }) => bytes === undefined)).toBe(true);
    const sampled = all.filter(({ samples }) => samples !== undefined);
    expect(sampled.length).toBeGreaterThan(300);
    for (const { samples, bytes, durationUs } of sampled) {
      const counts = samples!.map((sample) => sample.bytes);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(samples!.at(-1)!.elapsedUs).toBe(durationUs);
      expect(samples!.at(-1)!.bytes).toBe(bytes);
    }
  });

  it("pairs target, control and lookalike under one id, each once, for the same user", () => {
    const pairs = new Map<string, Observation[]>();
    for (const one of all) pairs.set(one.measurementId, [...(pairs.get(one.measurementId) ?? []), one]);
    const whole = [...pairs.values()].filter((parts) => parts.length === 3);
    expect(whole.length).toBeGreaterThan(4000);
    for (const parts of whole) {
      expect(parts.map(({ role }) => role).sort()).toEqual(["control", "lookalike", "target"]);
      expect(new Set(parts.map(({ prefix }) => prefix)).size).toBe(1);
    }
  });

  it("follows the day: by noon more is measured than by night", () => {
    const calm = population({ attention: 0, gapShare: 0, wrongClockShare: 0 });
    const hours = calm.map((one) => new Date(timeOf(one) + 3 * HOUR_MS).getUTCHours());
    const within = (low: number): number => hours.filter((hour) => hour >= low && hour < low + 4).length;
    expect(within(10)).toBeGreaterThan(2 * within(0));
  });

  it("leaves the collector's gaps empty", () => {
    const gap = { fromMs: START_MS + 20 * HOUR_MS, untilMs: START_MS + 28 * HOUR_MS };
    const inside = population({ gaps: [gap], wrongClockShare: 0 }).filter(
      (one) => timeOf(one) >= gap.fromMs && timeOf(one) < gap.untilMs,
    );
    expect(inside).toEqual([]);
  });

  it("is uneven: a few /24s give hundreds of rows, and more rows come once something is slow", () => {
    const byPrefix = new Map<string, number>();
    for (const { prefix } of all) byPrefix.set(prefix!, (byPrefix.get(prefix!) ?? 0) + 1);
    const counts = [...byPrefix.values()].sort((a, b) => b - a);
    expect(counts[0]).toBeGreaterThan(10 * median(counts));
    const plain = { wrongClockShare: 0, gapShare: 0 };
    const onset = START_MS + 72 * HOUR_MS;
    const times = population(plain, { throttledFromMs: onset }).map(timeOf);
    const between = (fromMs: number): number =>
      times.filter((time) => time >= fromMs && time < fromMs + 24 * HOUR_MS).length;
    expect(between(onset)).toBeGreaterThan(1.5 * between(onset - 24 * HOUR_MS));
  });
});

describe("the configured shares", () => {
  it("of kinds of measurement, samples and caches hold within binomial bounds", () => {
    const all = population({ ...FLAWLESS, repeatShare: 0, gapShare: 0, cacheShare: 0.05, browserShare: 1 });
    const ids = new Map<string, Observation[]>();
    for (const one of all) ids.set(one.measurementId, [...(ids.get(one.measurementId) ?? []), one]);
    const measurements = [...ids.values()].slice(0, -10);
    expectShare(measurements.filter((parts) => parts.length === 3).length, measurements.length, 0.5);
    expectShare(measurements.filter(([one]) => one!.bytes === undefined).length, measurements.length, 0.3);
    const transfers = all.filter(({ bytes }) => bytes !== undefined);
    expectShare(transfers.filter(({ samples }) => samples).length, transfers.length, 0.05);
    expectShare(transfers.filter(({ rttUs }) => rttUs === undefined).length, transfers.length, 0.05);
  });

  it("of VPN users shows in the records: the exit's network, or the home's", () => {
    const users = { users: 4000, observations: 4000, userSkew: 0, repeatShare: 0, pairedShare: 0 };
    const given = { ...FLAWLESS, ...users, gapShare: 0, vpnShare: 0.3, kindWeights: onlyMobile };
    const behind = population({ ...given, vpnHomeShare: 0 });
    expectShare(behind.filter(({ networkName }) => networkName === "elsewhere").length, behind.length, 0.3);
    const hidden = population({ ...given, vpnHomeShare: 1 });
    expect(hidden.filter(({ networkName }) => networkName === "elsewhere")).toEqual([]);
  });

  it("of noise is the share of failures when the truth is all ok, whatever else is drawn", () => {
    for (const seed of [1, 2, 3]) {
      const all = population({ seed, noiseShare: 0.02, timeoutMs: 600_000 });
      const failed = all.filter(({ failure }) => failure && failure !== "operation_canceled");
      expectShare(failed.length, all.length, 0.02);
    }
    const none = population({ ...FLAWLESS, timeoutMs: 600_000 });
    expect(none.filter(({ failure }) => failure)).toEqual([]);
  });
});

const onlyMobile = { mobile: 1, landline: 0, abroad: 0, inside: 0 };

describe("what the truth says", () => {
  it("makes a browser's transfers as slow as the crowd's: 77-124 kbit/s, about 108 in the middle", () => {
    const given = { browserShare: 1, kindWeights: onlyMobile, gapShare: 0 };
    const slow = population(given, { throttledFromMs: START_MS }).filter(
      ({ target, failure, rttUs }) => target === "abs.twimg.com" && !failure && rttUs !== undefined,
    );
    const goodputs = slow.flatMap(({ goodputBps }) => (goodputBps === undefined ? [] : [goodputBps / 1e3]));
    const slowed = goodputs.filter((rate) => rate < 400);
    expect(slowed.length / goodputs.length).toBeGreaterThan(0.9);
    expect(median(slowed)).toBeGreaterThan(100);
    expect(median(slowed)).toBeLessThan(116);
    expect(quantile(slowed, 0.05)).toBeGreaterThan(77);
    expect(quantile(slowed, 0.8)).toBeLessThan(124);
  });

  it("is met from its own moment on, by those only whom it names", () => {
    const throttledFromMs = START_MS + 60 * HOUR_MS;
    const all = population({ ...FLAWLESS, gapShare: 0 }, { throttledFromMs });
    for (const one of all) {
      if (one.goodputBps === undefined || one.failure) continue;
      const isSlowed =
        one.target === "abs.twimg.com" && one.accessKind === "mobile" && timeOf(one) >= throttledFromMs;
      if (isSlowed) expect(one.goodputBps).toBeLessThan(250e3);
    }
    const fast = all.filter(
      (one) => one.target === "abs.twimg.com" && timeOf(one) < throttledFromMs && !one.failure,
    );
    expect(median(fast.flatMap(({ goodputBps }) => goodputBps ?? []))).toBeGreaterThan(1e6);
  });

  it("closes sites to those outside and leaves them open from the operator's own office", () => {
    const down = { fromMs: START_MS, untilMs: START_MS + 100 * HOUR_MS };
    const kinds = { mobile: 1, landline: 1, abroad: 1, inside: 1 };
    const all = population({ ...FLAWLESS, gapShare: 0, kindWeights: kinds, attention: 0 }, { down });
    const about = all.filter((one) => one.target === "kremlin.ru");
    const shut = about.filter((one) => timeOf(one) < down.untilMs && one.networkName !== "operator");
    expect(shut.length).toBeGreaterThan(100);
    for (const { operation, failure } of shut)
      expect([operation, failure]).toEqual(["connect", "generic_timeout_error"]);
    const open = about.filter((one) => timeOf(one) >= down.untilMs || one.networkName === "operator");
    expect(open.filter(({ failure }) => failure === "generic_timeout_error" && failure)).toEqual([]);
  });

  it("does not reach those who come out elsewhere", () => {
    const given = { ...FLAWLESS, gapShare: 0, vpnShare: 1, vpnHomeShare: 1, kindWeights: onlyMobile };
    const all = population(given, { throttledFromMs: START_MS });
    const seen = all.filter((one) => one.target === "abs.twimg.com" && one.goodputBps !== undefined);
    expect(new Set(seen.map(({ accessKind }) => accessKind))).toEqual(new Set(["mobile"]));
    expect(
      quantile(
        seen.map(({ goodputBps }) => goodputBps!),
        0.05,
      ),
    ).toBeGreaterThan(200e3);
  });

  it("is waited for: nothing is measured before its first line, and no fewer observations come", () => {
    const scenario = testScenario();
    const startMs = START_MS + 120 * HOUR_MS;
    const late = truthLines({ ...scenario, startMs });
    const config = populationOf(scenario, { observations: 50_000, wrongClockShare: 0 });
    const times = [...emitPopulation(scenario, late, config)].map(timeOf);
    expect(times).toHaveLength(50_000);
    expect(times[0]).toBeGreaterThanOrEqual(startMs);
  });

  it("must be of this scenario and in time order", () => {
    const scenario = testScenario();
    const config = populationOf(scenario);
    expect(() => emitPopulation(scenario, [], config).next()).toThrow("says nothing");
    const lines = [...truthLines(scenario, { throttledFromMs: START_MS + HOUR_MS })].reverse();
    expect(() => emitPopulation(scenario, lines, config).next()).toThrow("comes after a later one");
  });
});
