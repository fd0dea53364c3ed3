/**
 * The users of a population in columns, drawn once: where they are, what they pay for, how they measure and what is wrong
 * with their records. About 100 bytes each.
 */
import { type Random, seededRandom } from "../../base/random.ts";
import type { PopulationConfig } from "./config.ts";
import { spread } from "./transfer-models.ts";
import type { NetworkPlace } from "./vantage-points.ts";

const NOBODY = -1;
/** The third octet of a /24. */
const OCTETS = 256;
/** Clients inside a hosting network have the upper half of its addresses (topology/addressing.ts). */
const INSIDE_FROM = 128;
const HOUR_MS = 3_600_000;
/** A way through a VPN loses this much of the speed. */
const VPN_SPEED = 0.7;

export interface Users {
  readonly count: number;
  /** Index among the places. */
  readonly network: Int32Array;
  /** Client of the truth whose lot they share: of VPN users, the exit's. */
  readonly client: Int32Array;
  /** Place of the exit, or -1. */
  readonly exit: Int32Array;
  /** Place whose number, name and country stand in their records. */
  readonly registered: Int32Array;
  readonly planBps: Float64Array;
  readonly upBps: Float64Array;
  readonly extraRttUs: Float64Array;
  readonly clockOffsetMs: Float64Array;
  /** 0: never gives up. */
  readonly patienceMs: Float64Array;
  readonly isBrowser: Uint8Array;
  /** Factor of the time that a browser needs for a transfer that nothing holds back. */
  readonly machine: Float64Array;
  /** /24s, of few texts for many users. */
  readonly prefix: readonly string[];
}

export function drawUsers(config: PopulationConfig, places: readonly NetworkPlace[]): Users {
  const count = config.users;
  const random = seededRandom(config.seed ^ 0x75736572);
  const exits = places.flatMap(({ kind }, index) => (kind === "abroad" ? [index] : []));
  const texts = new Map<string, string>();
  const users = {
    count,
    network: new Int32Array(count),
    client: new Int32Array(count),
    exit: new Int32Array(count).fill(NOBODY),
    registered: new Int32Array(count),
    planBps: new Float64Array(count),
    upBps: new Float64Array(count),
    extraRttUs: new Float64Array(count),
    clockOffsetMs: new Float64Array(count),
    patienceMs: new Float64Array(count),
    isBrowser: new Uint8Array(count),
    machine: new Float64Array(count),
    prefix: new Array<string>(count),
  };
  const weights = networkWeights(config, places);
  for (let user = 0; user < count; user++) {
    const home = pickByWeight(weights, random);
    const place = places[home]!;
    const plan = config.plans[place.kind];
    const speed = spread(random, plan.logDeviation);
    users.network[user] = home;
    users.client[user] = random.pick(place.clients);
    users.registered[user] = home;
    users.planBps[user] = (place.downBps ?? plan.medianBps) * speed;
    users.upBps[user] = (place.upBps ?? plan.medianBps / 4) * speed;
    users.extraRttUs[user] = plan.extraRttUs * spread(random, plan.extraRttLogDeviation);
    users.prefix[user] = shared(texts, prefixOf(place, users.client[user]!, random));
    users.isBrowser[user] = Number(random.next() < config.browserShare);
    users.machine[user] = spread(random, config.machineLogDeviation);
    if (random.next() < config.wrongClockShare) {
      const hours = random.integer(1, config.clockErrorHours);
      users.clockOffsetMs[user] = (random.next() < 0.5 ? -hours : hours) * HOUR_MS;
    }
    if (random.next() < config.impatientShare)
      users.patienceMs[user] = config.patienceMs * (0.2 + random.exponential(0.8));
    const isMisregistered = random.next() < config.misregisteredShare;
    if (isMisregistered) users.registered[user] = another(home, places, random);
    const usesVpn = random.next() < config.vpnShare;
    if (usesVpn && exits.length > 0 && place.kind !== "abroad" && !isMisregistered) {
      const exit = random.pick(exits);
      users.exit[user] = exit;
      users.client[user] = random.pick(places[exit]!.clients);
      users.planBps[user]! *= VPN_SPEED;
      if (random.next() >= config.vpnHomeShare) {
        users.registered[user] = exit;
        users.prefix[user] = shared(texts, prefixOf(places[exit]!, users.client[user]!, random));
      }
    }
  }
  return users;
}

function networkWeights(config: PopulationConfig, places: readonly NetworkPlace[]): number[] {
  const given = places.some(({ name }) => (config.networkWeights[name] ?? 0) > 0);
  return places.map(({ name, kind }) => {
    if (given) return config.networkWeights[name] ?? 0;
    return config.kindWeights[kind] / places.filter((other) => other.kind === kind).length;
  });
}

function pickByWeight(weights: readonly number[], random: Random): number {
  let at = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (at -= weight) < 0);
  return found < 0 ? weights.length - 1 : found;
}

/** Users behind one device of a box have /24s of their own: a box cuts a network by subnet. */
function prefixOf({ prefixStart, clients, kind }: NetworkPlace, client: number, random: Random): string {
  const first = kind === "inside" ? INSIDE_FROM : 0;
  const index = clients.indexOf(client) % (OCTETS - first);
  const turns = Math.max(1, Math.floor((OCTETS - first - index) / clients.length));
  return `${prefixStart}.${first + index + clients.length * random.integer(0, turns - 1)}.0/24`;
}

function another(home: number, places: readonly NetworkPlace[], random: Random): number {
  if (places.length < 2) return home;
  return (home + random.integer(1, places.length - 1)) % places.length;
}

function shared(texts: Map<string, string>, text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  texts.set(text, text);
  return text;
}
