/**
 * Echoes: a few places whose clocks are wrong by whole hours (a time zone taken for another) report an episode a second
 * time, earlier or later than everybody else. Such an episode is no event of its own.
 */
import { groupBy } from "../../base/group-by.ts";
import { isTroubleOf, type Voice } from "./ballot.ts";
import { affectedBy, type EpisodeSet, timesOf } from "./merge-episodes.ts";

const HOUR_MS = 3_600_000;
const MOST_HOURS = 14;
/** How far it may reach over the edge of the true one: a tenth of an hour. */
const EDGE_MS = 360_000;
/** Places of an echo: at most so many, or this share of the true episode's. What is true is seen by as many again. */
const FEW_PLACES = 5;
const FEW = 0.05;

/** `sets` without those that are echoes of stronger ones. */
export function withoutEchoes(sets: readonly EpisodeSet[]): EpisodeSet[] {
  return sets.filter((set) => !sets.some((other) => isEcho(set, other)));
}

function isEcho(echo: EpisodeSet, of: EpisodeSet): boolean {
  if (echo === of || echo[0].nature !== of[0].nature || echo[0].stretch.score * 2 > of[0].stretch.score)
    return false;
  const targets = new Set(of.flatMap((episode) => [...affectedBy(episode)]));
  if (!echo.every((episode) => [...affectedBy(episode)].every((target) => targets.has(target)))) return false;
  if (placesOf(echo).size > Math.max(FEW_PLACES, FEW * placesOf(of).size)) return false;
  const networks = new Set(
    of.flatMap(({ networks: parts }) =>
      [...parts].flatMap(([name, { part }]) => (part === "affected" ? name : [])),
    ),
  );
  const times = of.map(timesOf);
  const fromMs = Math.min(...times.map((one) => one.fromMs));
  const toMs = Math.max(...times.map((one) => one.toMs));
  return [...groupBy(troubledOf(echo), ({ attempt }) => attempt.place).values()].every(
    (voices) => networks.has(voices[0]!.attempt.network ?? "") && hasOneShift(voices, fromMs, toMs),
  );
}

/** All of one place, whose users may have several clocks, shifted into the true episode by whole hours. */
function hasOneShift(voices: readonly Voice[], fromMs: number, toMs: number): boolean {
  for (let hours = -MOST_HOURS; hours <= MOST_HOURS; hours++) {
    const isInside = ({ attempt }: Voice): boolean => {
      const shiftedMs = attempt.timeMs + hours * HOUR_MS;
      return shiftedMs >= fromMs - EDGE_MS && shiftedMs <= toMs + EDGE_MS;
    };
    if (hours !== 0 && voices.every(isInside)) return true;
  }
  return false;
}

function placesOf(set: EpisodeSet): Set<string> {
  return new Set(troubledOf(set).map(({ attempt }) => attempt.place));
}

function troubledOf(set: EpisodeSet): Voice[] {
  return set.flatMap(({ voices, nature }) => voices.filter((voice) => isTroubleOf(voice, nature)));
}
