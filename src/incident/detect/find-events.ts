/**
 * Attempts in, events out, the one that most speaks for first. Pure: the same attempts give the same events.
 */
import { type Attempt, withSpeeds } from "../attempt.ts";
import type { Event } from "../event.ts";
import { voicesOf } from "./ballot.ts";
import { describeEvent } from "./describe-event.ts";
import { withoutEchoes } from "./echo.ts";
import { findEpisodes } from "./find-episodes.ts";
import { mergeEpisodes } from "./merge-episodes.ts";
import { slowNetworks } from "./slow-networks.ts";

/** Attempts in any order. None: no events. */
export function findEvents(attempts: readonly Attempt[]): Event[] {
  return eventsIn(withSpeeds(attempts));
}

/** Of attempts in order of time, held against their controls (withSpeeds). */
export function eventsIn(inOrder: readonly Attempt[]): Event[] {
  const voices = voicesOf(inOrder);
  const sets = withoutEchoes(mergeEpisodes(findEpisodes(voices)));
  return [...sets.map((set) => describeEvent(set, voices)), ...slowNetworks(inOrder)];
}
