/**
 * When each device gets a bundle, and which devices miss it: drawn per device and version from the seed, so that one
 * bundle's luck changes nothing about another's.
 */
import { seededRandom } from "../../base/random.ts";
import type { RollOut } from "../scenario/story.ts";

export interface Delivery {
  /** Index in the fleet. */
  readonly device: number;
  readonly atMs: number;
  /** The device would have got it then, and gets nothing. */
  readonly isMissed: boolean;
}

/** One for each device, in the fleet's order; whole ms. */
export function planRollOut(
  { delayMs: [low, high], missShare }: RollOut,
  devices: number,
  version: number,
  issuedMs: number,
  seed: number,
): Delivery[] {
  const random = seededRandom(seed + Math.imul(version, 0x9e3779b1));
  return Array.from({ length: devices }, (_, device) => ({
    device,
    atMs: issuedMs + random.integer(Math.ceil(low), Math.max(Math.ceil(low), Math.floor(high))),
    isMissed: random.next() < missShare,
  }));
}
