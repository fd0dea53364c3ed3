/**
 * The truth of a run in columns: which of its states each client and site entered when. Takes memory by the truth's
 * lines, never by observations. Lines must be in time order (as a run writes them); clients and sites that the scenario
 * does not have are counted and left out.
 */
import type { Truth } from "../../observation/truth.ts";

/** What held, without when and for whom. */
export type TruthState = Omit<Truth, "type" | "time" | "packetUs" | "client" | "network" | "site">;

export interface TruthRecord {
  readonly clients: readonly string[];
  readonly sites: readonly string[];
  readonly states: readonly TruthState[];
  /** Of each change; `pairs` is client * sites.length + site, `entered` an index in `states`. */
  readonly timesMs: Float64Array;
  readonly pairs: Int32Array;
  readonly entered: Int32Array;
  readonly leftOut: number;
}

export function recordTruth(
  truths: Iterable<Truth>,
  clients: readonly string[],
  sites: readonly string[],
): TruthRecord {
  const clientAt = new Map(clients.map((name, index) => [name, index]));
  const siteAt = new Map(sites.map((name, index) => [name, index]));
  const stateAt = new Map<string, number>();
  const states: TruthState[] = [];
  const timesMs: number[] = [];
  const pairs: number[] = [];
  const entered: number[] = [];
  let leftOut = 0;
  for (const {
    type: _type,
    time,
    packetUs: _packetUs,
    client,
    network: _network,
    site,
    ...state
  } of truths) {
    const clientIndex = clientAt.get(client);
    const siteIndex = siteAt.get(site);
    if (clientIndex === undefined || siteIndex === undefined) {
      leftOut++;
      continue;
    }
    const atMs = Date.parse(time);
    if (atMs < (timesMs.at(-1) ?? atMs)) throw new RangeError(`truth of ${time} comes after a later one`);
    const key = JSON.stringify(state);
    let index = stateAt.get(key);
    if (index === undefined) {
      index = states.push(state) - 1;
      stateAt.set(key, index);
    }
    timesMs.push(atMs);
    pairs.push(clientIndex * sites.length + siteIndex);
    entered.push(index);
  }
  return {
    clients,
    sites,
    states,
    timesMs: Float64Array.from(timesMs),
    pairs: Int32Array.from(pairs),
    entered: Int32Array.from(entered),
    leftOut,
  };
}

export const UNKNOWN = -1;

/** Goes through a record in time: what holds now. */
export class TruthCursor {
  readonly #record: TruthRecord;
  readonly #isTarget: readonly boolean[];
  readonly #now: Int32Array;
  readonly #isTrouble: readonly boolean[];
  #next = 0;
  /** Of each client: targets that are not plainly ok. */
  readonly troubles: Int32Array;

  constructor(record: TruthRecord, isTarget: readonly boolean[]) {
    this.#record = record;
    this.#isTarget = isTarget;
    this.#now = new Int32Array(record.clients.length * record.sites.length).fill(UNKNOWN);
    this.#isTrouble = record.states.map(({ state, slowness }) => state !== "ok" || slowness !== undefined);
    this.troubles = new Int32Array(record.clients.length);
  }

  /** Times must not decrease. */
  advance(toMs: number): void {
    const { timesMs, pairs, entered, sites } = this.#record;
    while (this.#next < timesMs.length && timesMs[this.#next]! <= toMs) {
      const pair = pairs[this.#next]!;
      const before = this.#now[pair]!;
      const after = entered[this.#next]!;
      this.#now[pair] = after;
      if (this.#isTarget[pair % sites.length]) {
        const change = Number(this.#isTrouble[after]) - Number(before !== UNKNOWN && this.#isTrouble[before]);
        this.troubles[Math.floor(pair / sites.length)]! += change;
      }
      this.#next++;
    }
  }

  /** Index in the record's states, or UNKNOWN before the first line about the pair. */
  stateOf(client: number, site: number): number {
    return this.#now[client * this.#record.sites.length + site]!;
  }
}
