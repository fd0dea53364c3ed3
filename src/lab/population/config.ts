/**
 * Who measures, how much and how well: what the population of a scenario is drawn from. Shares 0 to 1. Defaults that
 * give the crowd as their source were read off the 38,148 rows of the crowd's CSV files of March and April 2021
 * (375 kB by browser, target, control and lookalike); the others are plausible and nothing more.
 */
import type { NetworkKind, Scenario } from "../scenario/scenario.ts";

/** A time in which the collector keeps nothing, ms since the epoch; `untilMs` not included. */
export interface Gap {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Access plans of one kind of network: log-normal. */
export interface PlanSpread {
  /** Of a network whose links have no rate in the scenario; else the link's rate is the median. */
  readonly medianBps: number;
  readonly logDeviation: number;
  /** From one measurement of a user to the next. */
  readonly repeatLogDeviation: number;
  /** Of the round trip beyond the scenario's links: radio, home network. */
  readonly extraRttUs: number;
  readonly extraRttLogDeviation: number;
}

export interface PopulationConfig {
  readonly seed: number;
  readonly users: number;
  /** Exactly so many are emitted, unless the truth says nothing of any user. */
  readonly observations: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** The users' local time; hours of the day are theirs. */
  readonly utcOffsetHours: number;
  /** Relative number of users by network (access or hosting); absent: `kindWeights`, evenly over a kind's networks. */
  readonly networkWeights: Readonly<Record<string, number>>;
  /** "inside": clients inside hosting networks. */
  readonly kindWeights: Readonly<Record<NetworkKind | "inside", number>>;
  readonly plans: Readonly<Record<NetworkKind | "inside", PlanSpread>>;
  /** The user of rank r measures in proportion to r to the minus this (Zipf). */
  readonly userSkew: number;
  /** Of measurements, that the same user soon makes another one. */
  readonly repeatShare: number;
  readonly repeatGapMs: number;
  /** Of measurements: target, control and lookalike one after the other, under one id. */
  readonly pairedShare: number;
  /** Of measurements: an attempt to open a target, without a transfer. The rest is one transfer of a target. */
  readonly reachShare: number;
  /** Of transfers; up instead of down. Observations do not say which it was. */
  readonly uploadShare: number;
  /** Of transfers that give cumulative samples. */
  readonly sampleShare: number;
  readonly sampleEveryMs: number;
  /** Absent: the target's largest object. */
  readonly transferBytes?: number;
  readonly timeoutMs: number;
  /** Relative interest by category of site, spread evenly over its sites; a category that is not named has 1. */
  readonly interest: Readonly<Record<string, number>>;
  /** Sites that are controls or lookalikes besides those of these categories. */
  readonly controls: readonly string[];
  readonly lookalikes: readonly string[];
  /** Those to whom some target is not ok measure so many times as often as the others. */
  readonly troublePull: number;
  /** When all get into trouble at once, so many times as much is measured; falls by half in `attentionHalfLifeMs`. */
  readonly attention: number;
  readonly attentionHalfLifeMs: number;
  readonly gaps: readonly Gap[];
  /** Without `gaps`: one is drawn that is so long, as a share of the period. */
  readonly gapShare: number;
  /** Of the users of each network. Only where the scenario has a client abroad to come out at. */
  readonly vpnShare: number;
  /** Of VPN users that are recorded under their home network, not the exit's. */
  readonly vpnHomeShare: number;
  /** Of users: their clock is wrong by 1 to `clockErrorHours` whole hours, either way. */
  readonly wrongClockShare: number;
  readonly clockErrorHours: number;
  /** Of users that are recorded with the number and name of another network. */
  readonly misregisteredShare: number;
  /** Of users that measure with a browser; the others with a program that times the transfer alone. */
  readonly browserShare: number;
  /** Of what a user's browser, machine and wireless link make of a transfer that nothing holds back: of its logarithm. */
  readonly machineLogDeviation: number;
  /** Of users that give up after a patience drawn about its mean. */
  readonly impatientShare: number;
  readonly patienceMs: number;
  /** Of transfers by browser that a cache answers. */
  readonly cacheShare: number;
  /** Of attempts that fail whatever is true. */
  readonly noiseShare: number;
  /** Share of the speed that a network loses at the height of the evening: drawn per network between these. */
  readonly eveningLoss: readonly [low: number, high: number];
}

const HOUR_MS = 3_600_000;

export const DEFAULT_POPULATION = {
  users: 5000,
  observations: 100_000,
  utcOffsetHours: 3,
  networkWeights: {},
  // The crowd: 22 % of rows from the four mobile operators, 67 % other Russian, 11 % from elsewhere.
  kindWeights: { mobile: 25, landline: 64, abroad: 10, inside: 1 },
  // With `machineLogDeviation` these give 375 kB by browser, in kbit/s at 5, 50 and 95 %: mobile 608, 2675, 7722 (the
  // crowd's controls: 703, 3058, 9491), landline 1201, 4208, 9822 (924, 5076, 23810): connections that are used again,
  // which the crowd's fastest had, are not modelled.
  plans: {
    mobile: {
      medianBps: 12e6,
      logDeviation: 1,
      repeatLogDeviation: 0.5,
      extraRttUs: 40_000,
      extraRttLogDeviation: 0.8,
    },
    landline: {
      medianBps: 35e6,
      logDeviation: 1.2,
      repeatLogDeviation: 0.3,
      extraRttUs: 8_000,
      extraRttLogDeviation: 1.2,
    },
    abroad: {
      medianBps: 60e6,
      logDeviation: 0.9,
      repeatLogDeviation: 0.3,
      extraRttUs: 12_000,
      extraRttLogDeviation: 0.8,
    },
    inside: {
      medianBps: 100e6,
      logDeviation: 0.3,
      repeatLogDeviation: 0.1,
      extraRttUs: 1_000,
      extraRttLogDeviation: 0.3,
    },
  },
  // The crowd: the address of rank 10 has 130 rows, that of rank 1000 has 7.
  userSkew: 0.65,
  repeatShare: 0.35,
  repeatGapMs: 90_000,
  pairedShare: 0.5,
  reachShare: 0.3,
  uploadShare: 0,
  sampleShare: 0.05,
  sampleEveryMs: 500,
  timeoutMs: 45_000,
  interest: { platform: 10, government: 4 },
  controls: [],
  lookalikes: [],
  troublePull: 2,
  attention: 4,
  attentionHalfLifeMs: 72 * HOUR_MS,
  gaps: [],
  gapShare: 0.02,
  vpnShare: 0.03,
  vpnHomeShare: 0.5,
  wrongClockShare: 0.01,
  clockErrorHours: 12,
  misregisteredShare: 0.01,
  browserShare: 0.7,
  machineLogDeviation: 0.7,
  impatientShare: 0.1,
  patienceMs: 15_000,
  cacheShare: 0.002,
  noiseShare: 0.01,
  eveningLoss: [0.05, 0.45],
} as const satisfies Omit<PopulationConfig, "seed" | "fromMs" | "untilMs">;

/** The scenario's seed and time, and the defaults, with what is given instead of them. */
export function populationOf(scenario: Scenario, given: Partial<PopulationConfig> = {}): PopulationConfig {
  const { seed, startMs, endMs } = scenario;
  return { ...DEFAULT_POPULATION, seed, fromMs: startMs, untilMs: endMs, ...given };
}
