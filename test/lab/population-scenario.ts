/**
 * A small scenario in the shape of March 2021 for the population's tests and bench, and truth for it: four mobile
 * networks behind boxes, landlines half behind them, one network abroad, a platform, government sites, controls.
 */

import type { AccessNetwork, NetworkKind, Scenario } from "../../src/lab/scenario/scenario.ts";
import type { Truth } from "../../src/observation/truth.ts";
import { DEFAULT_BURST_BYTES, TWITTER_RATE_BPS } from "../../src/rules/action.ts";

const LINK = { queueBytes: 100_000, delayUs: 5_000, jitterUs: 500, loss: 0 };
const CLIENTS = 4;
export const START_MS = Date.UTC(2021, 2, 10, 4);
const DAY_MS = 86_400_000;

function network(name: string, kind: NetworkKind, asn: number): AccessNetwork {
  return {
    name,
    kind,
    asn,
    country: kind === "abroad" ? "DE" : "RU",
    hops: 6,
    up: LINK,
    down: LINK,
    trunk: LINK,
    clients: Array.from({ length: CLIENTS }, (_, device) => ({ name: `${name}-${device + 1}`, device })),
  };
}

export function testScenario(days = 7): Scenario {
  const object = { "/picture": 375_000 };
  return {
    name: "population-test",
    title: "A platform is slowed",
    seed: 1,
    startMs: START_MS,
    endMs: START_MS + days * DAY_MS,
    networks: [
      network("megafon", "mobile", 25159),
      network("tele2", "mobile", 12958),
      network("beeline", "mobile", 16345),
      network("mts", "mobile", 8359),
      network("rostelecom", "landline", 12389),
      network("ufanet", "landline", 24955),
      network("obit", "landline", 8492),
      network("elsewhere", "abroad", 64500),
    ],
    hosting: [
      {
        name: "platform",
        asn: 13414,
        country: "US",
        link: { ...LINK, delayUs: 20_000 },
        addresses: 10,
        clients: [],
      },
      {
        name: "operator",
        asn: 12390,
        country: "RU",
        link: LINK,
        addresses: 10,
        clients: [{ name: "office" }],
      },
    ],
    sites: [
      { name: "abs.twimg.com", hosting: "platform", category: "platform", objects: object },
      { name: "kremlin.ru", hosting: "operator", category: "government", objects: object },
      { name: "control.example", hosting: "platform", category: "control", objects: object },
      { name: "taco.control.example", hosting: "platform", category: "lookalike", objects: object },
    ],
    rules: {},
    ipv6: false,
    story: {
      platforms: [],
      demands: [],
      lawsuits: [],
      ladders: [],
      orders: [],
      rollOut: { delayMs: [0, 0], missShare: 0 },
      faults: [{ id: "outage", kind: "operator-device", atMs: 0, forMs: 0, hosting: "operator" }],
      statements: [],
      rounds: [],
      causes: [],
    },
  };
}

export interface TruthPlan {
  /** The platform is slowed for all mobile clients and half of the landlines' from here on; absent: never. */
  readonly throttledFromMs?: number;
  /** kremlin.ru is down for all outside its operator; absent: never. */
  readonly down?: { readonly fromMs: number; readonly untilMs: number };
}

/** In time order; all that is not planned is ok from the start. */
export function* truthLines(scenario: Scenario, plan: TruthPlan = {}): Generator<Truth> {
  yield* lines(scenario, scenario.startMs, () => ({ state: "ok" }));
  const changes: { atMs: number; make: () => Generator<Truth> }[] = [];
  const { throttledFromMs, down } = plan;
  if (throttledFromMs !== undefined)
    changes.push({
      atMs: throttledFromMs,
      make: () =>
        lines(scenario, throttledFromMs, ({ site, kind, device }) =>
          site === "abs.twimg.com" && (kind === "mobile" || (kind === "landline" && device % 2 === 0))
            ? {
                state: "throttled",
                slowness: "policed",
                rateBps: TWITTER_RATE_BPS,
                burstBytes: DEFAULT_BURST_BYTES,
                counts: "ip",
                directions: "both",
                scope: "flow",
                action: "police",
                rule: "twimg-com",
                hop: 3,
              }
            : undefined,
        ),
    });
  if (down) {
    changes.push({
      atMs: down.fromMs,
      make: () =>
        lines(scenario, down.fromMs, ({ site, kind }) =>
          site === "kremlin.ru" && kind !== "inside" ? { state: "down", fault: "outage" } : undefined,
        ),
    });
    changes.push({
      atMs: down.untilMs,
      make: () =>
        lines(scenario, down.untilMs, ({ site }) => (site === "kremlin.ru" ? { state: "ok" } : undefined)),
    });
  }
  for (const { make } of changes.sort((a, b) => a.atMs - b.atMs)) yield* make();
}

type Body = Omit<Truth, "type" | "time" | "packetUs" | "client" | "network" | "site">;

function* lines(
  scenario: Scenario,
  atMs: number,
  body: (pair: { site: string; kind: NetworkKind | "inside"; device: number }) => Body | undefined,
): Generator<Truth> {
  for (const place of [...scenario.networks, ...scenario.hosting]) {
    const kind = "kind" in place ? place.kind : "inside";
    for (const { name: client, device = 0 } of place.clients) {
      for (const { name: site } of scenario.sites) {
        const found = body({ site, kind, device });
        if (!found) continue;
        const time = new Date(atMs).toISOString();
        yield { type: "truth", time, packetUs: 0, client, network: place.name, site, ...found };
      }
    }
  }
}
