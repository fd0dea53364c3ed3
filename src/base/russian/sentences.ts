/**
 * Sentences by their fixed parts: an English one with holes, and a function that says it in Russian with what stood in them.
 * A sentence that is not known, or too long, stays English with its numbers the Russian way: evidence is never lost.
 */
import { russianQuantities } from "./quantity.ts";

const LONGEST_SENTENCE = 2000;
const HOLES: Readonly<Record<string, string>> = {
  /** A rate, size or duration. */
  "{q}": "(nothing|\\d[\\d.]* [A-Za-zµ/]+)",
  "{n}": "([\\d.]+)",
  "{pairs}": "(\\d+) pairs?",
  "{flows}": "(\\d+) flows?",
  "{controls}": "(\\d+) control flows?",
  "{text}": "(.{1,600})",
  /** What ends a sentence, and may be long. */
  "{list}": "(.{1,1900})",
};

export type Say = (...holes: string[]) => string;
export type Sentences = readonly (readonly [english: string, russian: Say])[];

export interface Translated {
  readonly text: string;
  /** False: only its numbers were. */
  readonly isKnown: boolean;
}

export function translatorOf(sentences: Sentences): (sentence: string) => Translated {
  const patterns = sentences.map(([english, say]): [RegExp, Say] => {
    const source = english
      .split(/(\{[a-z]+\})/)
      .map((part) => HOLES[part] ?? part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
      .join("");
    return [new RegExp(`^${source}$`, "s"), say];
  });
  return (sentence) => {
    if (sentence.length > LONGEST_SENTENCE) return { text: sentence, isKnown: false };
    for (const [pattern, say] of patterns) {
      const match = pattern.exec(sentence);
      if (match) return { text: say(...match.slice(1)), isKnown: true };
    }
    return { text: russianQuantities(sentence), isKnown: false };
  };
}
