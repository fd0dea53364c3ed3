/**
 * Which networks and countries may be told in public: those seen from three distinct prefixes or more (DESIGN.md, Safety),
 * so that nobody is told. The store is asked once (Store.seenFrom); from then on what comes in is counted. An observation without a
 * prefix adds none. Bounded: of each group only as many prefixes are remembered as are needed. Nobody lives in a
 * simulation: of a simulated store everything is told.
 */
import { placeSeen } from "../../store/rows.ts";
import type { Store, StoredObservation } from "../../store/store.ts";

export const LEAST_PREFIXES = 3;
/** There are some 80,000 networks; what is beyond is withheld. */
const MOST_GROUPS = 200_000;

export class PublicGroups {
  readonly #prefixes = new Map<string, Set<string>>();
  readonly #tellsAll: boolean;

  private constructor(tellsAll: boolean) {
    this.#tellsAll = tellsAll;
  }

  static async of(store: Store): Promise<PublicGroups> {
    const isSimulated = (await store.summary()).origin === "simulated";
    const groups = new PublicGroups(isSimulated);
    if (isSimulated) return groups;
    for await (const batch of store.seenFrom(LEAST_PREFIXES)) {
      for (const { asn, country, place } of batch)
        groups.#count(asn === undefined ? country! : `AS${asn}`, place);
    }
    return groups;
  }

  add(observations: readonly StoredObservation[]): void {
    for (const { observation, place } of observations) {
      const { prefix, asn, country } = observation;
      if (prefix === undefined) continue;
      const from = placeSeen(prefix, place);
      if (asn !== undefined) this.#count(`AS${asn}`, from);
      if (country !== undefined) this.#count(country, from);
    }
  }

  #count(group: string, from: string): void {
    const known = this.#prefixes.get(group);
    if (known) {
      if (known.size < LEAST_PREFIXES) known.add(from);
    } else if (this.#prefixes.size < MOST_GROUPS) this.#prefixes.set(group, new Set([from]));
  }

  tellsNetwork(asn: number | undefined): boolean {
    return this.#tells(asn === undefined ? undefined : `AS${asn}`);
  }

  tellsCountry(country: string | undefined): boolean {
    return this.#tells(country);
  }

  #tells(group: string | undefined): boolean {
    if (this.#tellsAll) return true;
    return group !== undefined && (this.#prefixes.get(group)?.size ?? 0) >= LEAST_PREFIXES;
  }
}
