/** What judges say, in Russian: fetched only where it is read. */
import type { Translated } from "../../src/base/russian/sentences.ts";
import { saidInRussian } from "../../src/incident/russian/evidence.ts";
import { evidenceInRussian, explanationInRussian } from "../../src/verdict/russian/evidence.ts";

export function translate(sentence: string): Translated {
  const ofIncident = saidInRussian(sentence);
  if (ofIncident.isKnown) return ofIncident;
  const ofVerdict = evidenceInRussian(sentence);
  if (ofVerdict.isKnown) return ofVerdict;
  const explanation = explanationInRussian(sentence);
  return explanation === sentence ? ofIncident : { text: explanation, isKnown: true };
}
