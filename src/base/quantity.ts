/**
 * Quantities as people write them in rule lists and scenarios become numbers, always with a unit, so that none is
 * guessed: "146 kbit/s", "16 kB", "30 s". Sizes may be binary too (KiB). A range is "15-20 kB" or "900 ms - 2 s".
 * `kbps` and the like are refused: tc reads them as bytes, most people as bits.
 */
import { failure, type Result, success } from "./problem.ts";

/** Beyond these a number is a slip of the pen: 1 Tbit/s, 1 TB, 10 years. */
export const HIGHEST_RATE_BPS = 1e12;
export const MOST_BYTES = 1e12;
export const LONGEST_DURATION_US = 10 * 365 * 86_400 * 1e6;
const LONGEST_TEXT = 100;

type Units = ReadonlyMap<string, number>;

const BYTE_UNITS: Units = new Map([
  ...["B", "byte", "bytes"].map((unit) => [unit, 1] as const),
  ...["kB", "KB"].map((unit) => [unit, 1e3] as const),
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
]);

const RATE_UNITS: Units = new Map([
  ["bit/s", 1],
  ["kbit/s", 1e3],
  ["Mbit/s", 1e6],
  ["Gbit/s", 1e9],
  ...[...BYTE_UNITS].map(([unit, bytes]) => [`${unit}/s`, 8 * bytes] as const),
]);

const DURATION_UNITS: Units = new Map([
  ...["µs", "us"].map((unit) => [unit, 1] as const),
  ["ms", 1e3],
  ["s", 1e6],
  ...["m", "min"].map((unit) => [unit, 60e6] as const),
  ["h", 3600e6],
  ["d", 86_400e6],
]);

interface Kind {
  readonly noun: string;
  readonly units: Units;
  readonly highest: number;
  readonly example: string;
}

const BYTES: Kind = { noun: "size", units: BYTE_UNITS, highest: MOST_BYTES, example: "16 kB" };
const RATE: Kind = { noun: "rate", units: RATE_UNITS, highest: HIGHEST_RATE_BPS, example: "146 kbit/s" };
const DURATION: Kind = {
  noun: "duration",
  units: DURATION_UNITS,
  highest: LONGEST_DURATION_US,
  example: "30 s",
};

/** Whole bytes, from 0. */
export function parseBytes(text: string): Result<number> {
  return parseQuantity(text, BYTES);
}

/** Bit/s, above 0. */
export function parseRate(text: string): Result<number> {
  const rate = parseQuantity(text, RATE);
  return rate.ok && rate.value === 0 ? failure(`the rate '${text}' lets nothing pass`) : rate;
}

/** Whole µs, from 0. */
export function parseDuration(text: string): Result<number> {
  return parseQuantity(text, DURATION);
}

export function parseByteRange(text: string): Result<readonly [low: number, high: number]> {
  return parseRange(text, BYTES);
}

/** Whole µs. */
export function parseDurationRange(text: string): Result<readonly [low: number, high: number]> {
  return parseRange(text, DURATION);
}

function parseQuantity(text: string, kind: Kind): Result<number> {
  const match = text.length <= LONGEST_TEXT && /^\s*(\d+(?:\.\d+)?)\s*(\S*)\s*$/.exec(text);
  if (!match) return failure(`'${shortened(text)}' is no ${kind.noun}: write it as in ${kind.example}`);
  return inUnit(match[1]!, match[2]!, kind);
}

/** One quantity is a range of its own; where only the second has a unit, it is the unit of both. */
function parseRange(text: string, kind: Kind): Result<readonly [number, number]> {
  const match =
    text.length <= LONGEST_TEXT &&
    /^\s*(\d+(?:\.\d+)?)\s*([^\s\d-]*)\s*(?:-\s*(\d+(?:\.\d+)?)\s*(\S*)\s*)?$/.exec(text);
  if (!match) return failure(`'${shortened(text)}' is no ${kind.noun} or range of them, as ${kind.example}`);
  const low = inUnit(match[1]!, match[2] || (match[4] ?? ""), kind);
  if (!low.ok || match[3] === undefined) return low.ok ? success([low.value, low.value]) : low;
  const high = inUnit(match[3], match[4]!, kind);
  if (!high.ok) return high;
  if (low.value > high.value) return failure(`the range '${text}' ends before it begins`);
  return success([low.value, high.value]);
}

function inUnit(digits: string, unit: string, kind: Kind): Result<number> {
  const factor = kind.units.get(unit);
  if (factor === undefined) {
    const known = [...kind.units.keys()].join(", ");
    return failure(
      unit === ""
        ? `'${digits}' has no unit: write it as in ${kind.example}`
        : `'${shortened(unit)}' is no unit of a ${kind.noun}; these are: ${known}`,
    );
  }
  // Whole bytes, bits and µs: what "0.3 ms" is in binary fractions is nobody's intent.
  const value = Math.round(Number(digits) * factor);
  return value <= kind.highest ? success(value) : failure(`the ${kind.noun} ${digits} ${unit} is too large`);
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}...`;
}
