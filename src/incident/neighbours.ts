/**
 * Names of the same host that the same users went on using while others were in trouble: what a device, a link or a server
 * would not spare, and a filter does. Controls count. Only what was tried while trouble surely held counts, since sites that
 * are back already were not spared; and places count, not attempts, since one may have a wrong clock.
 */
import { groupBy } from "../base/group-by.ts";
import { binomialLowerTail } from "../stats/binomial.ts";
import { median, quantile } from "../stats/quantile.ts";
import type { Attempt } from "./attempt.ts";

export interface Neighbours {
  readonly names: number;
  readonly places: number;
}

/** Places that must agree. */
export const LEAST_PLACES = 3;
/** Quantiles of the times of trouble between which it surely held. */
const MIDDLE_FROM = 0.1;
const MIDDLE_TO = 0.7;
/** Of some name of the host to be spared by luck alone, where only a share of attempts meets trouble. */
const LUCK = 0.05;
/** A transfer below this share of what its name usually does is no sign of health. */
const HEALTHY = 0.5;

export function isTroubled({ outcome, speed, answer }: Attempt): boolean {
  return outcome === "failed" || speed === "slow" || answer === "delayed";
}

/**
 * `own`: attempts at affected targets from affected networks. `others`: attempts at other names of the same host, from the
 * same networks, at any time.
 */
export function sparedNeighbours(own: readonly Attempt[], others: readonly Attempt[]): Neighbours {
  const times = own.filter(isTroubled).map(({ timeMs }) => timeMs);
  if (times.length === 0) return { names: 0, places: 0 };
  const [fromMs, toMs] = [quantile(times, MIDDLE_FROM), quantile(times, MIDDLE_TO)];
  const isInMiddle = ({ timeMs, outcome }: Attempt): boolean =>
    timeMs >= fromMs && timeMs <= toMs && outcome !== "unclear";
  const ownDuring = own.filter(isInMiddle);
  const share = ownDuring.filter(isTroubled).length / Math.max(1, ownDuring.length);
  const spared: Attempt[] = [];
  const ofHost = groupBy(others, ({ target }) => target);
  const couldBeLucky = ofHost.size + new Set(ownDuring.map(({ target }) => target)).size;
  let names = 0;
  for (const tries of ofHost.values()) {
    const during = tries.filter(isInMiddle);
    if (
      during.length === 0 ||
      2 * during.filter(isTroubled).length >= during.length ||
      isSlower(during, tries) ||
      couldBeLucky * chanceOf(during, share) > LUCK
    )
      continue;
    names++;
    for (const attempt of during) spared.push(attempt);
  }
  return { names, places: placesOf(spared) };
}

/** That so few of its places met trouble, if each did with the event's share. */
function chanceOf(during: readonly Attempt[], share: number): number {
  return binomialLowerTail(placesOf(during.filter(isTroubled)), placesOf(during), share);
}

function placesOf(attempts: readonly Attempt[]): number {
  return new Set(attempts.map(({ place }) => place)).size;
}

function isSlower(during: readonly Attempt[], ever: readonly Attempt[]): boolean {
  const speeds = (attempts: readonly Attempt[]) => attempts.flatMap(({ goodputBps }) => goodputBps ?? []);
  const [now, usual] = [speeds(during), speeds(ever)];
  return now.length > 0 && median(now) < HEALTHY * median(usual);
}
