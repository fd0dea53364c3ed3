/**
 * Of equal texts one and the same, so that millions of records that name a few networks and targets hold each name once.
 * Bounded: what comes after MOST texts stays as it is.
 */
import type { Observation } from "../observation/observation.ts";

const MOST = 1_000_000;
/** Of an observation, those that many have. */
const SHARED = [
  ...(["origin", "role", "networkName", "country", "accessKind", "target", "address"] as const),
] as const;

export class SameTexts {
  readonly #known = new Map<string, string>();

  readonly same = (text: string): string => {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size < MOST) this.#known.set(text, text);
    return text;
  };

  /** The observation itself, which is nobody else's yet. */
  in(observation: Observation): Observation {
    const texts = observation as Partial<Record<(typeof SHARED)[number], string>>;
    for (const name of SHARED) {
      const text = texts[name];
      if (text !== undefined) texts[name] = this.same(text);
    }
    return observation;
  }
}
