/**
 * Rows of paired speeds become entries of a store: one measurement a row, with target, control and lookalike as its parts 0,
 * 1 and 2, and its verdict. The id is made of what the row says, so that the same row gets the same id in every file.
 * Where the place (place.ts) is finer than what may be kept, its ordinal within the prefix is kept instead.
 */
import type { Observation } from "../observation/observation.ts";
import type { PairedSpeedRow } from "../observation/paired-speed.ts";
import { RecordIds } from "../observation/record-id.ts";
import { judgePairedSpeedRow } from "../verdict/speed-pair.ts";
import type { Entries, StoredObservation } from "./store.ts";

export class PairedEntries {
  readonly #places: PlaceOrdinals;
  readonly #ids = new RecordIds("speeds");

  /** `places` is one for all files of an import. */
  constructor(places: PlaceOrdinals) {
    this.#places = places;
  }

  entriesOf(row: PairedSpeedRow): Entries {
    const { place } = row;
    const parts = [row.target, row.control, row.lookalike];
    const kept = parts.map((part) => part && { ...part, measurementId: undefined });
    const measurementId = this.#ids.of(...kept);
    const [target, control, lookalike] = parts.map((part) => part && { ...part, measurementId });
    const ordinal = this.#places.ordinalOf(target ?? control ?? lookalike, place);
    const observations = [target, control, lookalike].flatMap((observation, part): StoredObservation[] =>
      observation ? [{ observation, part, ...(ordinal !== undefined && { place: ordinal }) }] : [],
    );
    const judged = {
      line: row.line,
      ...(target && { target }),
      ...(control && { control }),
      ...(lookalike && { lookalike }),
    };
    return { observations, verdicts: [judgePairedSpeedRow(judged)] };
  }
}

/** Places of one import, numbered in order of appearance within what is stored of them. */
export class PlaceOrdinals {
  readonly #byPrefix = new Map<string, Map<string, number>>();

  /** Undefined where the stored prefix is the place. */
  ordinalOf(who: Observation | undefined, place: string | undefined): number | undefined {
    if (!who || place === undefined || place === who.prefix) return undefined;
    const within = who.prefix ?? `AS${who.asn}`;
    const places = this.#byPrefix.get(within) ?? new Map<string, number>();
    this.#byPrefix.set(within, places);
    const ordinal = places.get(place) ?? places.size;
    places.set(place, ordinal);
    return ordinal;
  }
}
