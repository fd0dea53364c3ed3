/**
 * Letters put before, behind or into a name that must not make it match by chance: none of them is in the name. Digits
 * where the name has nearly all letters; all letters where it has those, too.
 */
import type { Random } from "../../base/random.ts";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const DIGITS = [..."0123456789"];
const LEAST_CHOICE = 4;
const COUNT = 5;

export function foreignLetters(name: string, random: Random, count = COUNT): string {
  const choice = foreignChoice(name);
  return Array.from({ length: count }, () => random.pick(choice)).join("");
}

/** As long as the name, with dots in the same places, and no other letter of it: one can stand where the other does. */
export function coverName(name: string, random: Random): string {
  const choice = foreignChoice(name);
  return name.replace(/[^.]/g, () => random.pick(choice));
}

function foreignChoice(name: string): readonly string[] {
  const lower = name.toLowerCase();
  const isForeign = (letter: string): boolean => !lower.includes(letter);
  const letters = LETTERS.filter(isForeign);
  const more = letters.length >= LEAST_CHOICE ? letters : [...letters, ...DIGITS.filter(isForeign)];
  return more.length >= LEAST_CHOICE ? more : LETTERS;
}
