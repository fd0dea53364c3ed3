/**
 * How many people noticed, for how long: audience x share on affected networks x share who notice x hours, as an interval.
 * Every factor is shown with its source; where one is missing there is no impact, and it says which. The audience is a table
 * of the reader's: nothing of it is built in.
 */
import { jeffreysInterval } from "../stats/beta.ts";
import { affectedNetworks, type Event, type NetworkPart } from "./event.ts";
import { type Factor, impactProduct } from "./impact-product.ts";

/** One row of the audience's table. */
export interface Audience {
  readonly country: string;
  /** Autonomous system; absent: the users of the whole country. */
  readonly asn?: number;
  readonly users: number;
  readonly source: string;
}

/** Share of those affected who notice, as an interval, with its source. */
export interface Noticing {
  readonly low: number;
  readonly high: number;
  readonly source: string;
}

export type Impact =
  | {
      readonly state: "estimated";
      readonly factors: readonly Factor[];
      readonly users: { readonly low: number; readonly high: number };
      readonly userHours: { readonly low: number; readonly high: number };
    }
  | { readonly state: "absent"; readonly factors: readonly Factor[]; readonly missing: string };

const HOUR_MS = 3_600_000;

/** `untilMs`: of what goes on, the time up to which it is counted: that of the last measurement. */
export function impactOf(
  event: Event,
  audience: readonly Audience[],
  noticing: Noticing | undefined,
  untilMs: number,
): Impact {
  const factors: Factor[] = [];
  const missing: string[] = [];
  const countries = new Set(affectedNetworks(event).flatMap(({ country }) => country ?? []));
  const national = audience.filter(({ country, asn }) => asn === undefined && countries.has(country));
  const byNetwork = new Map(
    audience.flatMap((row) =>
      row.asn === undefined || !countries.has(row.country) ? [] : [[row.asn, row] as const],
    ),
  );
  const networksUsers = event.networks.flatMap(({ asn }) => byNetwork.get(asn) ?? []);
  const users =
    national.length > 0 ? sum(national.map((row) => row.users)) : sum(networksUsers.map((row) => row.users));
  if (users > 0) {
    const source = [
      ...new Set((national.length > 0 ? national : networksUsers).map((row) => row.source)),
    ].join("; ");
    factors.push({ name: "audience", low: users, high: users, source });
  } else missing.push("how many use it, by country or network");
  const share = shareAffected(event, byNetwork, users);
  if (share) factors.push(share);
  else missing.push("how the users are spread over the networks");
  if (noticing) factors.push({ name: "share-who-notice", ...noticing });
  else missing.push("what share of those affected notices it");
  const hours = hoursOf(event, untilMs);
  if (hours) factors.push(hours);
  else missing.push("when it began");
  if (missing.length > 0) return { state: "absent", factors, missing: missing.join("; ") };
  return { state: "estimated", factors, ...impactProduct(factors)! };
}

/** Users of each network x the share of its votes that are troubled; networks that nobody measured may be all or none. */
function shareAffected(
  event: Event,
  byNetwork: ReadonlyMap<number, Audience>,
  users: number,
): Factor | undefined {
  if (byNetwork.size === 0 || users === 0) return undefined;
  let low = 0;
  let high = 0;
  let counted = 0;
  const networks = userNetworks(event);
  for (const [asn, row] of byNetwork) {
    const network = networks.get(asn);
    counted += row.users;
    if (!network || network.votes === 0) {
      high += row.users;
      continue;
    }
    const interval = jeffreysInterval(network.troubles, network.votes);
    // Failures that are usual are not the event's.
    if (network.part === "affected") low += row.users * Math.max(0, interval.low - event.usual);
    high += row.users * interval.high;
  }
  // Users of the country that the table gives no network for.
  high += Math.max(0, users - counted);
  const measured = [...byNetwork.keys()].filter((asn) => networks.has(asn)).length;
  return {
    ...{ name: "share-on-affected-networks", low: low / users, high: Math.min(1, high / users) },
    source: `measurements from ${measured} of ${byNetwork.size} networks of the table`,
  };
}

/** Those of users, by number: machines hosted under the same number are nobody's users. */
function userNetworks(event: Event): Map<number, NetworkPart> {
  return new Map(
    event.networks.flatMap((network) =>
      network.accessKind === "hosting" ? [] : [[network.asn, network] as const],
    ),
  );
}

function hoursOf({ onset, end }: Event, untilMs: number): Factor | undefined {
  if (onset.fromMs === undefined) return undefined;
  const [endFromMs, endToMs] = end ? [end.fromMs ?? end.toMs, end.toMs] : [untilMs, untilMs];
  return {
    name: "hours",
    low: Math.max(0, endFromMs - onset.toMs) / HOUR_MS,
    high: Math.max(0, endToMs - onset.fromMs) / HOUR_MS,
    source: end ? "measurements" : "measurements, until the last one",
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
