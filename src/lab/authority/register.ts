/**
 * The register of demands: who was asked to take down what, when, and what the platform did about it. Demands are
 * decided one by one in the order they fall due, each under the platform's policy of that moment. Counts may be asked
 * for as of any time up to the latest decision; what falls due later counts as undecided.
 * Cost: a decision is constant time, a period's counts are proportional to the demands in it.
 */
import { DEMAND_OUTCOMES, type DemandOutcome, type DemandSeries, type Platform } from "../scenario/story.ts";
import { countBelow, type DemandTable, makeDemandTable, UNDECIDED } from "./demand-table.ts";
import { addTally, emptyTally, type GrowingTally, type Tally } from "./tally.ts";

export type Policy = Platform["policy"];

/** Counts of one platform over a period, by category. */
export interface DemandReport {
  readonly platform: string;
  readonly sum: Tally;
  readonly categories: ReadonlyMap<string, Tally>;
}

export const REGISTER_COLUMNS = ["platform", "category", "filedMs", "decidedMs", "outcome"] as const;
export type RegisterRow = Readonly<Record<(typeof REGISTER_COLUMNS)[number], string | number>>;

export class Register {
  readonly #series: readonly DemandSeries[];
  readonly #table: DemandTable;
  readonly #policies: Map<string, Policy>;
  readonly #decided = new Map<string, GrowingTally>();
  #next = 0;

  /** Throws when a series names a platform that is not there: reading a scenario has refused that. */
  constructor(platforms: readonly Platform[], series: readonly DemandSeries[], seed: number) {
    const byName = new Map(platforms.map((platform) => [platform.name, platform]));
    const delays = series.map(({ platform }) => {
      const found = byName.get(platform);
      if (!found) throw new Error(`demands to '${platform}', which is no platform of the story`);
      return found.delayMs;
    });
    this.#series = series;
    this.#table = makeDemandTable(series, delays, seed);
    this.#policies = new Map(platforms.map(({ name, policy }) => [name, policy]));
    for (const { name } of platforms) this.#decided.set(name, emptyTally());
  }

  get size(): number {
    return this.#table.filedMs.length;
  }

  /** When the next decision falls due; Infinity when all are made. */
  get nextDueMs(): number {
    const { dueMs, byDue } = this.#table;
    return this.#next < byDue.length ? dueMs[byDue[this.#next]!]! : Number.POSITIVE_INFINITY;
  }

  /** The first time from `fromMs` on at which a demand is filed or falls due; Infinity when there is none. */
  nextActivityMs(fromMs: number): number {
    const { filedMs, dueMs, byDue } = this.#table;
    const filed = filedMs[this.#filedBefore(fromMs)] ?? Number.POSITIVE_INFINITY;
    const due = byDue[this.#dueBefore(fromMs)];
    return Math.min(filed, due === undefined ? Number.POSITIVE_INFINITY : dueMs[due]!);
  }

  /** Makes the decision that falls due next; only while there is one. Whose it was. */
  decideNext(): string {
    const { series, luck, outcome, byDue } = this.#table;
    const row = byDue[this.#next++]!;
    const { platform } = this.#series[series[row]!]!;
    const decision = drawOutcome(this.#policies.get(platform)!, luck[row]!);
    outcome[row] = DEMAND_OUTCOMES.indexOf(decision);
    this.#decided.get(platform)![decision]++;
    return platform;
  }

  policyOf(platform: string): Policy | undefined {
    return this.#policies.get(platform);
  }

  /** For decisions from now on. */
  setPolicy(platform: string, policy: Policy): void {
    this.#policies.set(platform, policy);
  }

  /** All decisions so far; `filed` is not counted here. */
  decidedOf(platform: string): Tally {
    return this.#decided.get(platform) ?? emptyTally();
  }

  /** Filed or due in [fromMs, untilMs): one report for each platform of which there were any, in order of name. */
  report(fromMs: number, untilMs: number): DemandReport[] {
    const tallies = new Map<number, GrowingTally>();
    const tallyOf = (series: number): GrowingTally => {
      const known = tallies.get(series) ?? emptyTally();
      tallies.set(series, known);
      return known;
    };
    const { series, outcome, byDue } = this.#table;
    const filedUntil = this.#filedBefore(untilMs);
    for (let row = this.#filedBefore(fromMs); row < filedUntil; row++) tallyOf(series[row]!).filed++;
    const dueUntil = this.#dueBefore(untilMs);
    for (let at = this.#dueBefore(fromMs); at < dueUntil; at++) {
      const row = byDue[at]!;
      if (outcome[row] !== UNDECIDED) tallyOf(series[row]!)[DEMAND_OUTCOMES[outcome[row]!]!]++;
    }
    return this.#byPlatform(tallies);
  }

  /** Filed and decided before `untilMs`, since the beginning. */
  countsBefore(platform: string, untilMs: number): Tally {
    const found = this.report(Number.NEGATIVE_INFINITY, untilMs).find((one) => one.platform === platform);
    return found?.sum ?? emptyTally();
  }

  /** Every demand filed before `untilMs`, in order; cells of what is not decided by then are empty. */
  *rows(untilMs = Number.POSITIVE_INFINITY): Generator<RegisterRow> {
    const { filedMs, dueMs, series, outcome } = this.#table;
    const count = this.#filedBefore(untilMs);
    for (let row = 0; row < count; row++) {
      const { platform, category } = this.#series[series[row]!]!;
      const isDecided = outcome[row] !== UNDECIDED && dueMs[row]! < untilMs;
      yield {
        platform,
        category,
        filedMs: filedMs[row]!,
        decidedMs: isDecided ? dueMs[row]! : "",
        outcome: isDecided ? DEMAND_OUTCOMES[outcome[row]!]! : "",
      };
    }
  }

  #byPlatform(tallies: ReadonlyMap<number, Tally>): DemandReport[] {
    const reports = new Map<string, { sum: GrowingTally; categories: Map<string, GrowingTally> }>();
    for (const [index, tally] of [...tallies].sort(([a], [b]) => a - b)) {
      const { platform, category } = this.#series[index]!;
      const report = reports.get(platform) ?? { sum: emptyTally(), categories: new Map() };
      reports.set(platform, report);
      const ofCategory = report.categories.get(category) ?? emptyTally();
      report.categories.set(category, ofCategory);
      addTally(ofCategory, tally);
      addTally(report.sum, tally);
    }
    const list = [...reports].map(([platform, report]) => ({ platform, ...report }));
    return list.sort((a, b) => (a.platform < b.platform ? -1 : 1));
  }

  #filedBefore(limitMs: number): number {
    const { filedMs } = this.#table;
    return countBelow(filedMs.length, (index) => filedMs[index]!, limitMs);
  }

  #dueBefore(limitMs: number): number {
    const { dueMs, byDue } = this.#table;
    return countBelow(byDue.length, (index) => dueMs[byDue[index]!]!, limitMs);
  }
}

/** `luck` in [0, 1) against the shares; shares that sum to a little less than 1 leave the rest to the last one named. */
function drawOutcome(policy: Policy, luck: number): DemandOutcome {
  let rest = luck;
  let last: DemandOutcome = "refused";
  for (const outcome of DEMAND_OUTCOMES) {
    if (policy[outcome] <= 0) continue;
    if (rest < policy[outcome]) return outcome;
    rest -= policy[outcome];
    last = outcome;
  }
  return last;
}
