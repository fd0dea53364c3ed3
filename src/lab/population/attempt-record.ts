/**
 * An attempt as the Observation that the crowd's collector would hold.
 * A transfer's `bytes` and `durationUs` are there once it began; those of a browser count from before the connection,
 * those of a program from the request. An attempt to open a site has the time until the answer's head, and no bytes.
 */
import { bitsPerSecond } from "../../base/units.ts";
import type { Observation } from "../../observation/observation.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { planTopology } from "../topology/plan-topology.ts";
import type { Attempt } from "./attempt.ts";
import { samplesOf } from "./progress.ts";
import type { Users } from "./users.ts";
import type { NetworkPlace } from "./vantage-points.ts";

type Draft = { -readonly [K in keyof Observation]: Observation[K] };

interface SiteFacts {
  readonly name: string;
  readonly address: string;
  readonly hostingAsn: number;
  readonly trigger: { readonly kind: "sni"; readonly value: string };
}

export class AttemptRecorder {
  readonly #users: Users;
  readonly #places: readonly NetworkPlace[];
  readonly #sites: readonly SiteFacts[];
  readonly #idStart: string;
  readonly #sampleEveryMs: number;

  constructor(
    scenario: Scenario,
    users: Users,
    places: readonly NetworkPlace[],
    seed: number,
    sampleEveryMs: number,
  ) {
    this.#users = users;
    this.#places = places;
    this.#idStart = `population-${scenario.name}-${seed}-`;
    this.#sampleEveryMs = sampleEveryMs;
    const { sites } = planTopology(scenario);
    this.#sites = scenario.sites.map(({ name, hosting }) => ({
      name,
      address: sites.get(name)!.v4,
      hostingAsn: scenario.hosting.find((one) => one.name === hosting)!.asn,
      trigger: { kind: "sni", value: name },
    }));
  }

  record(
    attempt: Attempt,
    user: number,
    site: number,
    role: Observation["role"],
    measurement: number,
    isSampled: boolean,
  ): Observation {
    const users = this.#users;
    const place = this.#places[users.registered[user]!]!;
    const facts = this.#sites[site]!;
    const record: Draft = {
      measurementId: this.#idStart + measurement.toString(36),
      origin: "simulated",
      role,
      time: new Date(Math.round(attempt.timeMs + users.clockOffsetMs[user]!)).toISOString(),
      asn: place.asn,
      networkName: place.name,
      prefix: users.prefix[user]!,
      country: place.country,
      accessKind: place.accessKind,
      target: facts.name,
      hostingAsn: facts.hostingAsn,
      protocol: "https",
      trigger: facts.trigger,
    };
    const { operation, failure } = attempt;
    if (operation !== "resolve" && !attempt.isCached) record.address = facts.address;
    if (attempt.isMeasured) {
      record.bytes = attempt.bytes;
      record.durationUs = attempt.durationUs;
      record.goodputBps = Math.round(bitsPerSecond(attempt.bytes, attempt.durationUs));
      if (isSampled) {
        const { progress, durationUs, bytes } = attempt;
        record.samples = samplesOf(progress, durationUs, bytes, this.#sampleEveryMs);
      }
    } else if (!attempt.isTransfer) record.durationUs = Math.max(1, Math.round(attempt.totalUs));
    if (operation !== "resolve" && operation !== "connect" && !attempt.isCached)
      record.rttUs = Math.round(attempt.rttUs);
    if (operation !== undefined && failure !== undefined) {
      record.operation = operation;
      record.failure = failure;
    }
    return record;
  }
}
