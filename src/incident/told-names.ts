/**
 * In which order the affected names of an event are told, in sentences and on pages: those of the network that hosts most of
 * them first, then most measured first. Takes the targets of an event and those of its record.
 */
export const SHOWN_NAMES = 3;

interface ToldTarget {
  readonly target: string;
  readonly hostingAsn?: number | undefined;
  readonly part: string;
  readonly votes: number;
}

export function toldNames(targets: readonly ToldTarget[]): string[] {
  const affected = targets.filter(({ part }) => part === "affected");
  const host = commonHost(affected);
  const isOwn = ({ hostingAsn }: ToldTarget): number => Number(host !== undefined && hostingAsn === host);
  return affected.sort((a, b) => isOwn(b) - isOwn(a) || b.votes - a.votes).map(({ target }) => target);
}

/** The hosting network of most; undefined where none is known. */
export function commonHost(targets: readonly Pick<ToldTarget, "hostingAsn">[]): number | undefined {
  const names = new Map<number, number>();
  for (const { hostingAsn } of targets)
    if (hostingAsn !== undefined) names.set(hostingAsn, (names.get(hostingAsn) ?? 0) + 1);
  return [...names].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** "and 1 more" would be longer than the name: all of them then. */
export function isCut(names: readonly string[]): boolean {
  return names.length > SHOWN_NAMES + 1;
}
