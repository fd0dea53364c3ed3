/**
 * Months after those that the constants were tuned on, judged with the same constants. Later months of the crowd are not
 * among the public data, so April's rows are played again as May: SIMULATED, with a truth that is known. In some plays
 * landline networks are freed at a moment chosen here: from then on a target reaches what the row's own lookalike reached.
 * The cap comes from March and April alone.
 */
import { beforeAll, expect, test } from "vitest";
import { groupBy } from "../../src/base/group-by.ts";
import { seededRandom } from "../../src/base/random.ts";
import { falsePositivesOf } from "../../src/verdict/set/false-positives.ts";
import { type GroupJudgement, judgeGroup } from "../../src/verdict/set/judge-country.ts";
import {
  judgeNetwork,
  type NetworkContext,
  type NetworkJudgement,
} from "../../src/verdict/set/judge-network.ts";
import { judgeCap } from "../../src/verdict/set/network-cap.ts";
import { type GroupName, groupOf } from "../../src/verdict/set/network-groups.ts";
import { DAY_S, type SpeedRow, targetPairs } from "../../src/verdict/set/speed-row.ts";
import { describeWithData } from "../data.ts";
import { crowdRows } from "../set/crowd-rows.ts";

const SET = "twitter-2021";
const SEED = 20_210_501;
const [MARCH_S, APRIL_S, MAY_S] = [2, 3, 4].map((month) => Date.UTC(2021, month) / 1000) as [
  number,
  number,
  number,
];
/** Each leaves a week of May to see it in, and has other hours and days of the week than the others. */
const FREED_S = [
  [7, 9],
  [11, 15],
  [15, 21],
  [19, 3],
  [23, 12],
].map(([day, hour]) => Date.UTC(2021, 4, day!, hour!) / 1000);
const ROSTELECOM = 12_389;
const MEGAFON = 25_159;

describeWithData(SET, "months after March and April, judged with the same constants", () => {
  let past: SpeedRow[] = [];
  let may: SpeedRow[] = [];
  let context: NetworkContext;

  beforeAll(async () => {
    past = (await crowdRows(SET, MARCH_S, MAY_S)).filter(({ country }) => country === "RU");
    may = past
      .filter(({ timeS }) => timeS >= APRIL_S)
      .map((row) => ({ ...row, timeS: row.timeS + MAY_S - APRIL_S }));
    const cap = judgeCap(targetPairs(past), seededRandom(SEED));
    if (cap.state !== "capped") throw new Error(JSON.stringify(cap));
    context = { countryCapBps: cap.capBps, falsePositives: falsePositivesOf(past, cap.capBps) };
  });

  function judged(
    group: GroupName,
    rows: readonly SpeedRow[],
  ): { whole: GroupJudgement; networks: NetworkJudgement[] } {
    const members = rows.filter((row) => groupOf(row) === group);
    const networks = [...groupBy(members, ({ asn }) => asn)].map(([asn, own]) =>
      judgeNetwork(asn, own, context, seededRandom(SEED ^ asn)),
    );
    return { whole: judgeGroup(group, networks, context.falsePositives, seededRandom(SEED)), networks };
  }

  /** What the target reaches where nothing throttles it: what a control reached at the same moment. */
  function freed(row: SpeedRow, sinceS: number): SpeedRow {
    const { lookalikeBps } = row;
    return row.timeS >= sinceS && groupOf(row) === "landline" && lookalikeBps !== undefined
      ? { ...row, targetBps: lookalikeBps }
      : row;
  }

  test("April by itself is held to the same goodput cap", () => {
    const cap = judgeCap(targetPairs(past.filter(({ timeS }) => timeS >= APRIL_S)), seededRandom(SEED));
    if (cap.state !== "capped") throw new Error(JSON.stringify(cap));
    // The crowd notes' tolerance for March and April.
    expect(cap.capBps).toBeGreaterThanOrEqual(102_000);
    expect(cap.capBps).toBeLessThanOrEqual(113_000);
    expect(Math.abs(cap.slope)).toBeLessThanOrEqual(0.05);
  });

  test("where all goes on, no group raises an alarm", () => {
    for (const group of ["mobile", "landline"] as const) {
      const { watch } = judged(group, [...past, ...may]).whole;
      expect(watch.state).toBe("watched");
      expect(watch.alarms).toEqual([]);
    }
  });

  test("where landline networks are freed, their group says so within three days, and nearly always dates it", () => {
    let held = 0;
    for (const sinceS of FREED_S) {
      const { watch } = judged("landline", [...past, ...may.map((row) => freed(row, sinceS))]).whole;
      expect(watch.alarms).toHaveLength(1);
      const [alarm] = watch.alarms;
      expect(alarm!.alarmS).toBeGreaterThan(sinceS);
      expect(alarm!.alarmS).toBeLessThan(sinceS + 3 * DAY_S);
      expect(alarm!.networks).toBeGreaterThan(1);
      if (alarm!.fromS <= sinceS && sinceS <= alarm!.toS) held++;
    }
    // Intervals of 95 %: fewer than four of five would happen by chance in 2 % of such tests.
    expect(held).toBeGreaterThanOrEqual(4);
  });

  test("each network has its own: Rostelecom ends on its date, MegaFon goes on", () => {
    const [sinceS] = FREED_S as [number];
    const rows = [...past, ...may.map((row) => freed(row, sinceS))];
    const own = (asn: number) =>
      judgeNetwork(
        asn,
        rows.filter((row) => row.asn === asn),
        context,
        seededRandom(SEED),
      );
    const rostelecom = own(ROSTELECOM);
    expect(rostelecom.state).toBe("ok");
    if (rostelecom.changes.state !== "dated") throw new Error(rostelecom.changes.because);
    expect(rostelecom.changes.changes).toHaveLength(1);
    const [change] = rostelecom.changes.changes;
    expect(change!.fromS).toBeLessThanOrEqual(sinceS);
    expect(change!.toS).toBeGreaterThanOrEqual(sinceS);
    expect(own(MEGAFON)).toMatchObject({
      state: "throttled",
      changes: { changes: [] },
      watch: { alarms: [] },
    });
  });
});
