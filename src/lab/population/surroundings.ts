/**
 * What a user's attempt meets that no box has a hand in: the way to a site at an hour of the day.
 */
import { type Random, seededRandom } from "../../base/random.ts";
import type { HostingNetwork, Scenario } from "../scenario/scenario.ts";
import type { Attempt } from "./attempt.ts";
import type { PopulationConfig } from "./config.ts";
import { eveningLoad, eveningQueueUs, localHour } from "./day-rhythm.ts";
import { spread } from "./transfer-models.ts";
import type { Users } from "./users.ts";
import type { NetworkPlace } from "./vantage-points.ts";

/** Deviation of the logarithm of a round trip, from one attempt to the next. */
const RTT_SPREAD = 0.08;
const LEAST_RTT_US = 200;
const LEAST_RATE_BPS = 64_000;

export class Surroundings {
  readonly #config: PopulationConfig;
  readonly #places: readonly NetworkPlace[];
  readonly #users: Users;
  readonly #hosting: readonly HostingNetwork[];
  /** Of each place: share of the speed that the evening takes. */
  readonly #eveningLoss: readonly number[];

  constructor(scenario: Scenario, config: PopulationConfig, places: readonly NetworkPlace[], users: Users) {
    this.#config = config;
    this.#places = places;
    this.#users = users;
    const random = seededRandom(config.seed ^ 0x65766e67);
    const [low, high] = config.eveningLoss;
    this.#eveningLoss = places.map(({ kind }) =>
      kind === "inside" ? 0 : low + random.next() * (high - low),
    );
    this.#hosting = scenario.sites.map((site) => scenario.hosting.find(({ name }) => name === site.hosting)!);
  }

  /** Sets the attempt's path. */
  describe(attempt: Attempt, user: number, site: number, random: Random): void {
    const users = this.#users;
    const home = users.network[user]!;
    const place = this.#places[home]!;
    const exit = this.#places[users.exit[user]!];
    const hosting = this.#hosting[site]!;
    const plan = this.#config.plans[place.kind];
    const load = eveningLoad(localHour(attempt.timeMs, this.#config.utcOffsetHours));
    const loss = this.#eveningLoss[home]!;
    const { path, isUpload } = attempt;
    const isInside = place.name === hosting.name;
    const link = hosting.link;
    const linksUs = place.delayUs + (exit?.delayUs ?? 0) + (isInside ? 0 : 2 * link.delayUs);
    const jitterUs = place.jitterUs === 0 ? 0 : Math.abs(random.normal()) * place.jitterUs;
    const ownUs = users.extraRttUs[user]! * spread(random, RTT_SPREAD);
    path.rttUs = Math.max(LEAST_RTT_US, linksUs + jitterUs + ownUs + eveningQueueUs(load, loss));
    const paidBps = isUpload ? users.upBps[user]! : users.planBps[user]!;
    const nowBps = paidBps * (1 - loss * load) * spread(random, plan.repeatLogDeviation);
    path.rateBps = Math.max(LEAST_RATE_BPS, Math.min(nowBps, link.rateBps ?? Number.POSITIVE_INFINITY));
    const ownLoss = isUpload ? place.upLoss : place.downLoss;
    path.loss = 1 - (1 - ownLoss) * (1 - (isInside ? 0 : link.loss));
  }
}
