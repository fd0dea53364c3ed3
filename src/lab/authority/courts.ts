/**
 * The docket: lawsuits of the state (planned ones and those of a ladder) and platforms' own against demands, with
 * what the court decided once its time has come. A suit without `decidedAfterMs` stays pending.
 */
import type { CourtCase } from "../scenario/story.ts";

export const PLAINTIFFS = ["state", "platform"] as const;
export type Plaintiff = (typeof PLAINTIFFS)[number];

export interface Suit {
  /** Unique in the docket. */
  readonly id: string;
  readonly by: Plaintiff;
  /** Sued by the state, or suing themselves. */
  readonly platforms: readonly string[];
  readonly about: string;
  /** How many demands a platform contests with it. */
  readonly demands?: number;
  readonly filedMs: number;
  readonly decidedMs?: number;
  /** What the court decides; absent where nothing is known but that it does. */
  readonly decision?: string;
}

export class Courts {
  readonly #docket = new Map<string, Suit>();

  /** The suit as filed; its id has a number added when there is one of that id already. */
  file(
    suit: Pick<Suit, "id" | "by" | "platforms" | "demands">,
    { about, decidedAfterMs, decision }: CourtCase,
    atMs: number,
  ): Suit {
    const filed: Suit = {
      ...suit,
      id: this.#freeId(suit.id),
      about,
      filedMs: atMs,
      ...(decidedAfterMs === undefined ? {} : { decidedMs: atMs + decidedAfterMs }),
      ...(decision === undefined ? {} : { decision }),
    };
    this.#docket.set(filed.id, filed);
    return filed;
  }

  /** Filed by then, in the order they were; those not decided by then without date and decision. */
  docketAt(atMs: number): Suit[] {
    const filed = [...this.#docket.values()].filter(({ filedMs }) => filedMs <= atMs);
    return filed.map((suit) => {
      if (suit.decidedMs !== undefined && suit.decidedMs <= atMs) return suit;
      const { decidedMs: _, decision: __, ...pending } = suit;
      return pending;
    });
  }

  #freeId(id: string): string {
    let free = id;
    for (let number = 2; this.#docket.has(free); number++) free = `${id}-${number}`;
    return free;
  }
}
