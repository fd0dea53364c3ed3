/**
 * Networks that turned slow for everything against their own past: not throttling of anything, and an event all the same.
 * A transfer counts as slow where it reaches less than half of what its network usually reaches at that time of the day; so
 * busy evenings are no event, and what lasts less than a day may be one of them.
 */
import { groupBy } from "../../base/group-by.ts";
import { quantile } from "../../stats/quantile.ts";
import type { Attempt } from "../attempt.ts";
import type { Event } from "../event.ts";
import { isForEverything } from "./for-everything.ts";
import { bestStretch } from "./scan.ts";

/** Of what is usual at that time of day. */
const SLOW_SHARE = 0.5;
const BAND_MS = 4 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** The usual speed is that of the better part of days: a slowdown of less than half of the time does not move it. */
const USUAL_QUANTILE = 0.6;
const LEAST_TRANSFERS = 60;
/** So that no few users with slow lines are a network. */
const LEAST_PLACES = 5;
/** Share of votes that one place may have. */
const LOUDEST = 0.3;
const LEAST_SCORE = 20;
/** Trouble that is usual: how speeds of different users scatter. Never less, so that a lucky week is no standard. */
const LEAST_USUAL = 0.2;
const MOST_USUAL = 0.4;
const MOST_EXAMPLES = 20;

/** `attempts` in order of time, those of targets that an event explains left out. */
export function slowNetworks(attempts: readonly Attempt[]): Event[] {
  const transfers = onceADay(
    attempts.filter(
      ({ goodputBps, outcome, speed }) =>
        goodputBps !== undefined && outcome === "reached" && speed !== "slow",
    ),
  );
  return [...groupBy(transfers, ({ network }) => network)].flatMap(([network, own]) =>
    network === undefined ? [] : (slowdownOf(own) ?? []),
  );
}

function slowdownOf(own: readonly Attempt[]): Event | undefined {
  if (own.length < LEAST_TRANSFERS) return undefined;
  const bandOf = ({ timeMs }: Attempt): number => Math.floor((timeMs % DAY_MS) / BAND_MS);
  const usualBps = new Map(
    [...groupBy(own, bandOf)].map(([band, tries]) => [band, quantile(speedsOf(tries), USUAL_QUANTILE)]),
  );
  const isSlow = (attempt: Attempt): boolean =>
    attempt.goodputBps! < SLOW_SHARE * usualBps.get(bandOf(attempt))!;
  const votes = own.map((attempt) => ({
    timeMs: attempt.timeMs,
    isTrouble: isSlow(attempt),
  }));
  const usual = Math.min(MOST_USUAL, Math.max(LEAST_USUAL, quantile(dailyShares(votes), 0.5)));
  const stretch = bestStretch(votes, usual);
  if (!stretch || stretch.score < LEAST_SCORE || 2 * stretch.troubles < stretch.votes) return undefined;
  const inside = own.slice(stretch.first, stretch.last + 1);
  const places = new Set(inside.map(({ place }) => place)).size;
  const loudest = Math.max(
    ...[...groupBy(inside, ({ place }) => place).values()].map((tries) => tries.length),
  );
  if (
    inside.length === own.length ||
    !isForEverything(inside, isSlow) ||
    places < LEAST_PLACES ||
    loudest > LOUDEST * inside.length ||
    inside.at(-1)!.timeMs - inside[0]!.timeMs < DAY_MS
  )
    return undefined;
  const { asn, networkName, country, accessKind, origin } = inside[0]!;
  const counts = { troubles: stretch.troubles, votes: stretch.votes };
  return {
    ...{ kind: "general-slowdown", origin, onset: stretch.onset, ...counts, usual, score: stretch.score },
    ...(stretch.end && { end: stretch.end }),
    targets: [...groupBy(inside, ({ target }) => target)].map(([target, tries]) => {
      const troubles = tries.filter((attempt) => isSlow(attempt)).length;
      return { target, addresses: [], part: "affected", troubles, votes: tries.length };
    }),
    networks: [
      {
        ...{ asn: asn!, places, part: "affected", ...counts },
        ...(networkName !== undefined && { networkName }),
        ...(country !== undefined && { country }),
        ...(accessKind !== undefined && { accessKind }),
      },
    ],
    neighbours: { names: 0, places: 0 },
    ...{ reach: "some-networks", isOfUsers: true, hasCommonRate: false, lastMs: inside.at(-1)!.timeMs },
    failures: {},
    slow: stretch.troubles,
    delayed: 0,
    measurementIds: [...new Set(inside.map(({ measurementId }) => measurementId))].slice(0, MOST_EXAMPLES),
  };
}

/** The first of each place and time of day: one user is one voice, however often he measures. */
function onceADay(attempts: readonly Attempt[]): Attempt[] {
  const seen = new Map<string, Set<number>>();
  return attempts.filter(({ place, timeMs }) => {
    const bands = seen.get(place) ?? new Set();
    seen.set(place, bands);
    const band = Math.floor(timeMs / BAND_MS);
    if (bands.has(band)) return false;
    bands.add(band);
    return true;
  });
}

function speedsOf(attempts: readonly Attempt[]): number[] {
  return attempts.map(({ goodputBps }) => goodputBps!);
}

function dailyShares(votes: readonly { readonly timeMs: number; readonly isTrouble: boolean }[]): number[] {
  return [...groupBy(votes, ({ timeMs }) => Math.floor(timeMs / DAY_MS)).values()].map(
    (day) => day.filter(({ isTrouble }) => isTrouble).length / day.length,
  );
}
