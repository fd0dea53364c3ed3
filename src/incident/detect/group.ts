/**
 * The sets that trouble is looked for in: what fails or slows down together has something in common, a target, an address,
 * a hosting network, a network of its users, a country of users. Each attempt lies in several. There are millions of
 * voices: a group holds their numbers, and what lies in the same groups is looked up once.
 */
import type { Attempt } from "../attempt.ts";
import type { Voice } from "./ballot.ts";

export interface Group {
  readonly key: string;
  /** All targets of some users, not some targets: trouble there is not about a target. */
  readonly isOfUsers: boolean;
  /** Voices by number (Voice.at), in order of time. */
  readonly members: Uint32Array;
}

export interface Groups {
  /** In order of first appearance. */
  readonly all: readonly Group[];
  /** Of one voice, as places in `all`. */
  of(voice: Voice): readonly number[];
}

/** Groups of fewer attempts say nothing. */
const LEAST_ATTEMPTS = 4;

function keysOf({ target, address, hostingAsn, network, country }: Attempt): string[] {
  const things = [`target ${target}`];
  if (hostingAsn !== undefined) things.push(`hosting AS${hostingAsn}`);
  if (address !== undefined) things.push(`address ${address}`);
  const users: string[] = [];
  if (network !== undefined) users.push(`network ${network}`);
  if (country !== undefined) users.push(`country ${country}`);
  return [...things, ...things.flatMap((thing) => users.map((user) => `${thing} from ${user}`)), ...users];
}

/** What decides on the groups of an attempt, as one text. */
function kindOf({ target, address, hostingAsn, network, country }: Attempt): string {
  return JSON.stringify([target, address ?? 0, hostingAsn ?? 0, network ?? 0, country ?? 0]);
}

interface Kind {
  /** By number of their key. */
  readonly groups: readonly number[];
  voices: number;
}

/** `voices`: all, in order of time. */
export function groupsOf(voices: readonly Voice[]): Groups {
  const numbers = new Map<string, number>();
  const kinds: Kind[] = [];
  const kindNumbers = new Map<string, number>();
  const kindOfVoice = new Uint32Array(voices.length);
  for (const { attempt, at } of voices) {
    const name = kindOf(attempt);
    let number = kindNumbers.get(name);
    if (number === undefined) {
      number = kinds.length;
      kindNumbers.set(name, number);
      const groups = keysOf(attempt).map((key) => {
        if (!numbers.has(key)) numbers.set(key, numbers.size);
        return numbers.get(key)!;
      });
      kinds.push({ groups, voices: 0 });
    }
    kindOfVoice[at] = number;
    kinds[number]!.voices++;
  }
  const sizes = new Uint32Array(numbers.size);
  for (const kind of kinds) for (const group of kind.groups) sizes[group]! += kind.voices;
  const all: Group[] = [];
  const placeOf = new Map<number, number>();
  for (const [key, number] of numbers) {
    if (sizes[number]! < LEAST_ATTEMPTS) continue;
    placeOf.set(number, all.length);
    const isOfUsers = /^(network|country) /.test(key);
    all.push({ key, isOfUsers, members: new Uint32Array(sizes[number]!) });
  }
  const placesOf = kinds.map(({ groups }) => groups.flatMap((group) => placeOf.get(group) ?? []));
  const filled = new Uint32Array(all.length);
  for (let at = 0; at < voices.length; at++)
    for (const place of placesOf[kindOfVoice[at]!]!) {
      all[place]!.members[filled[place]!] = at;
      filled[place]!++;
    }
  return { all, of: ({ at }) => placesOf[kindOfVoice[at]!]! };
}
