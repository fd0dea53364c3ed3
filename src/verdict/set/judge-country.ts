/**
 * All rows of one country become one judgement: its cap, every network, every group of networks watched together, whether
 * a lookalike was hit, and the rule's false-positive rate. Networks stand in order of rows, the largest first.
 */
import { groupBy } from "../../base/group-by.ts";
import { type Random, seededRandom } from "../../base/random.ts";
import { type Collateral, collateralOf } from "./collateral.ts";
import { type FalsePositives, falsePositivesOf } from "./false-positives.ts";
import { type GroupWatch, watchGroup } from "./group-watch.ts";
import { judgeNetwork, type NetworkJudgement } from "./judge-network.ts";
import { type CapJudgement, judgeCap } from "./network-cap.ts";
import { GROUP_TABLES, type GroupName, type GroupTable, groupOf } from "./network-groups.ts";
import { type Share, shareOf } from "./share.ts";
import { type SpeedRow, targetPairs } from "./speed-row.ts";
import { inRandomOrderWithinBins, isDecided } from "./votes.ts";

const LARGEST_SEED = 0x7fffffff;

export interface GroupJudgement {
  readonly group: GroupName;
  readonly networks: number;
  readonly share: Share;
  readonly watch: GroupWatch;
  readonly falsePositives: FalsePositives;
}

export interface CountryJudgement {
  readonly rows: number;
  /** Of all its rows together. */
  readonly cap: CapJudgement;
  readonly falsePositives: FalsePositives;
  readonly collateral: Collateral;
  readonly networks: readonly NetworkJudgement[];
  readonly groups: readonly GroupJudgement[];
}

/** Rows of one country in any order. Each network draws its own random numbers: others do not change its result. */
export function judgeCountry(
  rows: readonly SpeedRow[],
  random: Random,
  tables: readonly GroupTable[] = GROUP_TABLES,
): CountryJudgement {
  const cap = judgeCap(targetPairs(rows), random);
  const capBps = cap.state === "capped" ? cap.capBps : undefined;
  const falsePositives = falsePositivesOf(rows, capBps);
  const collateral = collateralOf(rows, capBps, random);
  const seed = random.integer(0, LARGEST_SEED);
  const context = { falsePositives, ...(capBps !== undefined && { countryCapBps: capBps }) };
  const networks = [...groupBy(rows, ({ asn }) => asn)]
    .map(([asn, own]) => judgeNetwork(asn, own, context, seededRandom(seed ^ asn)))
    .sort((a, b) => b.rows - a.rows || a.asn - b.asn);
  const groups = (["mobile", "landline"] as const).flatMap((group) => {
    const members = networks.filter((network) => groupOf(network, tables) === group);
    return members.length > 0 ? [judgeGroup(group, members, falsePositives, random)] : [];
  });
  return { rows: rows.length, cap, falsePositives, collateral, networks, groups };
}

/** Networks that are judged already, and belong together. */
export function judgeGroup(
  group: GroupName,
  networks: readonly NetworkJudgement[],
  falsePositives: FalsePositives,
  random: Random,
): GroupJudgement {
  const votes = inRandomOrderWithinBins(
    networks.flatMap((network) => network.votes),
    random,
  );
  return {
    group,
    networks: networks.length,
    share: shareOf(votes),
    watch: watchGroup(votes.filter(isDecided)),
    falsePositives,
  };
}
