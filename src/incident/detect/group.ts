/**
 * The sets that trouble is looked for in: what fails or slows down together has something in common, a target, an address,
 * a hosting network, a network of its users, a country of users. Each attempt lies in several.
 */
import type { Attempt } from "../attempt.ts";
import type { Voice } from "./ballot.ts";

export interface Group {
  readonly key: string;
  /** All targets of some users, not some targets: trouble there is not about a target. */
  readonly isOfUsers: boolean;
  readonly members: readonly Voice[];
}

/** Groups of fewer attempts say nothing. */
const LEAST_ATTEMPTS = 4;

export function keysOf({ target, address, hostingAsn, network, country }: Attempt): string[] {
  const things = [`target ${target}`];
  if (hostingAsn !== undefined) things.push(`hosting AS${hostingAsn}`);
  if (address !== undefined) things.push(`address ${address}`);
  const users: string[] = [];
  if (network !== undefined) users.push(`network ${network}`);
  if (country !== undefined) users.push(`country ${country}`);
  return [...things, ...things.flatMap((thing) => users.map((user) => `${thing} from ${user}`)), ...users];
}

export function groupsOf(voices: readonly Voice[]): Group[] {
  const groups = new Map<string, Voice[]>();
  for (const voice of voices) {
    for (const key of keysOf(voice.attempt)) {
      const members = groups.get(key);
      if (members) members.push(voice);
      else groups.set(key, [voice]);
    }
  }
  return [...groups]
    .filter(([, members]) => members.length >= LEAST_ATTEMPTS)
    .map(([key, members]) => ({ key, isOfUsers: /^(network|country) /.test(key), members }));
}
