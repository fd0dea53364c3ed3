/**
 * A name that looks like the target's and that no rule for the target matches: as many letters, so that both hellos are
 * equally long (ten at least, which nobody has), and no three of them together as in the target (a rule such as `*t.co*` hits by a few letters).
 */
import type { Random } from "../../base/random.ts";

const LETTERS = "abcdefghijklmnoprstuvwyz";
const ENDING = ".org";
const SHARED_LETTERS = 3;
const TRIES = 1000;
/** Shorter ones are likely to be somebody's. */
const LEAST_LETTERS = 10;

export function neutralName(target: string, random: Random): string {
  const letters = Math.max(LEAST_LETTERS, target.length - ENDING.length);
  for (let tried = 0; ; tried++) {
    const label = Array.from({ length: letters }, () => random.pick([...LETTERS])).join("");
    const name = withDots(label) + ENDING;
    if (tried >= TRIES || !sharesLetters(name, target)) return name;
  }
}

/** A label has at most 63 letters (RFC 1035). */
function withDots(letters: string): string {
  return letters.replace(/(.{50})(?=.{2})/g, (_, part: string) => `${part.slice(0, -1)}.`);
}

function sharesLetters(name: string, target: string): boolean {
  const lower = target.toLowerCase();
  for (let at = 0; at + SHARED_LETTERS <= name.length; at++) {
    const piece = name.slice(at, at + SHARED_LETTERS);
    if (!ENDING.includes(piece) && lower.includes(piece)) return true;
  }
  return false;
}
