/**
 * Whether sites that have nothing to do with each other were all redirected to one host that is none of theirs: a login page does
 * that, or a page put in the place of blocked ones, and no site by itself. Names are kin that end in the same two labels: more
 * than those of one owner are (a.co.uk, b.co.uk), so that what is called strange is. Pure.
 */
import { isIP } from "node:net";

export interface Redirect {
  readonly from: string;
  readonly to: string;
}

export function isOneDoor(redirects: readonly Redirect[]): boolean {
  const [first, ...others] = redirects;
  if (!first || others.length === 0 || others.some(({ to }) => to !== first.to)) return false;
  if (redirects.some(({ from }) => ownerOf(from) === ownerOf(first.to))) return false;
  return others.some(({ from }) => ownerOf(from) !== ownerOf(first.from));
}

function ownerOf(host: string): string {
  const bare = host.toLowerCase().replace(/\.$/, "");
  return isIP(bare) ? bare : bare.split(".").slice(-2).join(".");
}
