/**
 * All voices as columns, by number: a look at millions of them for each of hundreds of stretches must not touch the objects,
 * nor make new ones.
 */
import { type Nature, SPEAKS, TROUBLED, type Voice } from "./ballot.ts";
import type { Series } from "./scan.ts";

export interface Columns {
  readonly voices: readonly Voice[];
  readonly timesMs: Float64Array;
  readonly says: Uint8Array;
  /** Bits (SPEAKS) of natures in which an episode that was found before accounts for its trouble. */
  readonly explained: Uint8Array;
  readonly networks: Keys<string | undefined>;
  readonly targets: Keys<string>;
  /** For one series at a time (seriesOf). */
  readonly own: { readonly timesMs: Float64Array; readonly troubles: Uint8Array };
}

/** Of each voice the place of its key in `names`, which holds each once. */
export interface Keys<Name> {
  readonly names: readonly Name[];
  readonly of: Uint32Array;
}

/** Voices by number (Voice.at), in order of time. */
export type Members = Uint32Array;

/** `voices`: all, in order of time. */
export function columnsOf(voices: readonly Voice[]): Columns {
  const { length } = voices;
  const timesMs = new Float64Array(length);
  const says = new Uint8Array(length);
  for (const { attempt, at, says: said } of voices) {
    timesMs[at] = attempt.timeMs;
    says[at] = said;
  }
  return {
    ...{ voices, timesMs, says, explained: new Uint8Array(length) },
    networks: keysOf(voices, ({ attempt }) => attempt.network),
    targets: keysOf(voices, ({ attempt }) => attempt.target),
    own: { timesMs: new Float64Array(length), troubles: new Uint8Array(length) },
  };
}

function keysOf<Name>(voices: readonly Voice[], nameOf: (voice: Voice) => Name): Keys<Name> {
  const places = new Map<Name, number>();
  const of = new Uint32Array(voices.length);
  for (const voice of voices) {
    const name = nameOf(voice);
    let place = places.get(name);
    if (place === undefined) {
      place = places.size;
      places.set(name, place);
    }
    of[voice.at] = place;
  }
  return { names: [...places.keys()], of };
}

/** Of the members those that say something that is not explained yet. */
export function liveOf({ says, explained }: Columns, nature: Nature, members: Members): Members {
  const speaking = SPEAKS[nature];
  return members.filter((at) => (says[at]! & speaking) !== 0 && (explained[at]! & speaking) === 0);
}

/** The same of all voices whose key is wanted. */
export function liveWhere<Name>(
  { says, explained }: Columns,
  nature: Nature,
  { names, of }: Keys<Name>,
  isWanted: (name: Name) => boolean,
): Members {
  const speaking = SPEAKS[nature];
  const wanted = Uint8Array.from(names, (name) => (isWanted(name) ? 1 : 0));
  const isLive = (at: number): boolean =>
    wanted[of[at]!] === 1 && (says[at]! & speaking) !== 0 && (explained[at]! & speaking) === 0;
  let count = 0;
  for (let at = 0; at < of.length; at++) if (isLive(at)) count++;
  const found = new Uint32Array(count);
  for (let at = 0, next = 0; next < count; at++) if (isLive(at)) found[next++] = at;
  return found;
}

/** Members whose key is wanted. */
export function membersWhere<Name>(
  members: Members,
  { names, of }: Keys<Name>,
  isWanted: (name: Name) => boolean,
): Members {
  const wanted = Uint8Array.from(names, (name) => (isWanted(name) ? 1 : 0));
  return members.filter((at) => wanted[of[at]!] === 1);
}

/** What they say, those left out that are explained or say nothing. Holds until the next call. */
export function seriesOf(
  { timesMs, says, explained, own }: Columns,
  nature: Nature,
  members: Members,
): Series {
  const [speaking, troubled] = [SPEAKS[nature], TROUBLED[nature]];
  let length = 0;
  for (const at of members) {
    const said = says[at]!;
    if ((said & speaking) === 0 || (explained[at]! & speaking) !== 0) continue;
    own.timesMs[length] = timesMs[at]!;
    own.troubles[length] = (said & troubled) === 0 ? 0 : 1;
    length++;
  }
  return { ...own, length };
}
