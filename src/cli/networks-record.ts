/**
 * The records of `networks --json`, and their schemas (docs/format.md): a country, its groups of networks, its networks.
 * Rates are goodput; times are UTC; shares are of votes (one per network, place and 6 h).
 */
import { z } from "zod";
import type { FalsePositives, Rate } from "../verdict/set/false-positives.ts";
import type { CountryJudgement, GroupJudgement } from "../verdict/set/judge-country.ts";
import type { NetworkJudgement } from "../verdict/set/judge-network.ts";
import type { CapJudgement } from "../verdict/set/network-cap.ts";
import type { Share } from "../verdict/set/share.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";

const text = z.string().min(1);
const count = z.int().nonnegative();
const part = z.number().min(0).max(1);
const interval = z.strictObject({ low: z.number(), high: z.number() });
const states = z.enum(["throttled", "ok", "insufficient"]);
const shareFields = {
  state: states,
  votes: count,
  throttledVotes: count,
  share: part.exactOptional(),
  shareInterval: interval.exactOptional(),
  because: text.exactOptional(),
};
const capFields = {
  capBps: z.number().positive().exactOptional(),
  capLowBps: z.number().positive().exactOptional(),
  capHighBps: z.number().positive().exactOptional(),
};
const country = text.exactOptional();

export const networkRecordSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("country"),
    country,
    rows: count,
    networks: count,
    /** Networks below three places: not told, so that nobody is. */
    withheld: count,
    ...capFields,
    whyNoCap: text.exactOptional(),
    /** Of the rule that judged the rows: a control called throttled beside another. */
    falsePositiveRate: part.exactOptional(),
    collateral: text,
    methodVersion: text,
  }),
  z.strictObject({
    type: z.literal("group"),
    country,
    group: text,
    networks: count,
    ...shareFields,
    /** Throttling that ended in the group: each between two times. */
    endings: z.array(z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() })),
  }),
  z.strictObject({
    type: z.literal("network"),
    country,
    asn: z.int().positive(),
    networkName: text.exactOptional(),
    rows: count,
    places: count,
    ...shareFields,
    ...capFields,
    capFrom: z.enum(["network", "country", "none"]),
    /** Of a partly throttled one. */
    spread: z.enum(["by-place", "at-random", "undecided", "insufficient"]).exactOptional(),
    changes: z.array(
      z.strictObject({
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        shareBefore: part,
        shareAfter: part,
      }),
    ),
  }),
]);
export type NetworkRecord = z.infer<typeof networkRecordSchema>;

/** Groups of fewer distinct places are not told (DESIGN.md, Safety). */
export const LEAST_PLACES = 3;

export function countryRecords(name: string | undefined, judged: CountryJudgement): NetworkRecord[] {
  const where = name === undefined ? {} : { country: name };
  const told = judged.networks.filter((network) => placesOf(network) >= LEAST_PLACES);
  const { cap, falsePositives, collateral } = judged;
  const rate = rateOf(falsePositives);
  return [
    {
      ...{ type: "country", ...where, rows: judged.rows, networks: judged.networks.length },
      withheld: judged.networks.length - told.length,
      ...capOf(cap),
      ...(cap.state === "capped"
        ? {}
        : { whyNoCap: cap.state === "insufficient" ? cap.because : cap.ruledOutBy }),
      ...(rate === undefined ? {} : { falsePositiveRate: rate }),
      ...{ collateral: collateral.because, methodVersion: METHOD_VERSION },
    },
    ...judged.groups.map((group) => groupRecord(where, group)),
    ...told.map((network) => networkRecord(where, network)),
  ];
}

function groupRecord(
  where: { country?: string },
  { group, networks, share, watch }: GroupJudgement,
): NetworkRecord {
  return {
    ...{ type: "group", ...where, group, networks, ...shareOf(share) },
    endings: watch.alarms.map(({ fromS, toS }) => ({ from: timeOf(fromS), to: timeOf(toS) })),
  };
}

/** The state is that of the last period; the share that of the whole time. */
function networkRecord(where: { country?: string }, network: NetworkJudgement): NetworkRecord {
  const { asn, networkName, rows, state, share, cap, capFrom, spread, changes } = network;
  return {
    ...{ type: "network", ...where, asn, rows, places: placesOf(network) },
    ...(networkName === undefined ? {} : { networkName }),
    ...{ ...shareOf(share), state, ...capOf(cap), capFrom },
    ...(spread ? { spread: spread.state } : {}),
    changes:
      changes.state === "dated"
        ? changes.changes.map(({ fromS, toS, shareBefore, shareAfter }) => ({
            ...{ from: timeOf(fromS), to: timeOf(toS), shareBefore, shareAfter },
          }))
        : [],
  };
}

function placesOf({ votes }: NetworkJudgement): number {
  return new Set(votes.map(({ place }) => place)).size;
}

function shareOf({ state, votes, throttledVotes, share, interval: shareInterval, because }: Share) {
  return {
    ...{ state, votes, throttledVotes },
    ...(share === undefined ? {} : { share }),
    ...(shareInterval === undefined ? {} : { shareInterval }),
    ...(because === undefined ? {} : { because }),
  };
}

function capOf(cap: CapJudgement) {
  if (cap.state !== "capped") return {};
  return { capBps: cap.capBps, capLowBps: cap.interval.lowBps, capHighBps: cap.interval.highBps };
}

/** The worse of the two directions. */
function rateOf({ lookalike, control }: FalsePositives): number | undefined {
  const rates = [lookalike, control].flatMap(({ rate }: Rate) => rate ?? []);
  return rates.length > 0 ? Math.max(...rates) : undefined;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
