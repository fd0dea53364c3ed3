/**
 * What each kind of fault does to the laboratory's network while it lasts, as a list of changes. Pure: the run carries
 * them out and undoes them (DESIGN: decide, then do).
 *   operator-device   the border device of a hosting network fails: for all, or only from outside the country
 *   box-malfunction   boxes drop or reset a share of all flows, whatever the rules say, or nothing passes
 *   box-overload      boxes drop a share of packets and delay the others
 *   wrong-order       an order with the wrong names or addresses goes out to all boxes, and is lifted
 *   withdrawn-route   nobody knows the way to a hosting network
 *   flood             unwanted traffic fills a hosting network's link, and its servers have too much to do
 *   name-server       does not answer, or answers "server failure"
 *   congested-link    traffic fills the link that a network's clients share
 *   maintenance       sites answer 503
 */
import type { Health } from "../middlebox/health.ts";
import type { HostingCondition } from "../network/lab-network.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { OrderTemplate, PlannedFault } from "../scenario/story.ts";
import type { NameServerCondition } from "../sites/name-server.ts";
import type { SiteCondition } from "../sites/site-catalogue.ts";

export type FaultEffect =
  | { readonly kind: "hosting"; readonly hosting: string; readonly condition: HostingCondition }
  | {
      readonly kind: "health";
      readonly network: string;
      readonly device: number;
      readonly health: Health;
    }
  | { readonly kind: "order"; readonly order: OrderTemplate }
  | { readonly kind: "name-server"; readonly condition: NameServerCondition }
  | { readonly kind: "site"; readonly site: string; readonly condition: SiteCondition }
  | { readonly kind: "traffic"; readonly towards: string; readonly rateBps: number };

const DEFAULT_SHARE = 0.5;
const OVERLOAD_DELAY_MS = 150;
const NO_RATE_BPS = 0;

export function faultEffects(fault: PlannedFault, scenario: Scenario): FaultEffect[] {
  const { hosting } = fault;
  switch (fault.kind) {
    case "operator-device":
      return [
        {
          kind: "hosting",
          hosting: hosting!,
          condition: fault.scope === "outside" ? "closed-to-outside" : "down",
        },
      ];
    case "withdrawn-route":
      return [{ kind: "hosting", hosting: hosting!, condition: "withdrawn" }];
    case "box-malfunction":
      return boxesOf(fault, scenario).map((box) => ({ kind: "health", ...box, health: malfunction(fault) }));
    case "box-overload":
      return boxesOf(fault, scenario).map((box) => ({
        kind: "health",
        ...box,
        health: {
          kind: "overloaded",
          dropShare: fault.share ?? DEFAULT_SHARE,
          delayMs: OVERLOAD_DELAY_MS,
        },
      }));
    case "wrong-order":
      return [{ kind: "order", order: wrongOrder(fault) }];
    case "name-server":
      return [{ kind: "name-server", condition: fault.how === "servfail" ? "servfail" : "silent" }];
    case "maintenance":
      return (fault.sites ?? []).map((site) => ({
        kind: "site",
        site,
        condition: fault.how === "broken" ? "broken" : "maintenance",
      }));
    case "flood":
      return [
        { kind: "traffic", towards: hosting!, rateBps: fault.rateBps ?? NO_RATE_BPS },
        ...scenario.sites
          .filter((site) => site.hosting === hosting)
          .map(({ name }) => ({ kind: "site", site: name, condition: "overloaded" }) as const),
      ];
    case "congested-link":
      return (fault.networks ?? scenario.networks.map(({ name }) => name)).map((network) => ({
        kind: "traffic",
        towards: network,
        rateBps: fault.rateBps ?? NO_RATE_BPS,
      }));
  }
}

/** Devices of the named networks' boxes, or of a hosting network's, or of all. */
function boxesOf(fault: PlannedFault, scenario: Scenario): { network: string; device: number }[] {
  const places = [...scenario.networks, ...scenario.hosting].filter(({ name }) =>
    fault.networks || fault.hosting
      ? (fault.networks?.includes(name) ?? false) || fault.hosting === name
      : scenario.networks.some((network) => network.name === name),
  );
  return places.flatMap(({ name, box }) =>
    Array.from({ length: box?.devices ?? 0 }, (_, device) => ({ network: name, device })),
  );
}

function malfunction(fault: PlannedFault): Health {
  if (fault.how === "fail-closed") return { kind: "fail-closed" };
  if (fault.how === "fail-open") return { kind: "fail-open" };
  const how = fault.how === "reset" ? "reset" : "drop";
  return { kind: "malfunction", share: fault.share ?? DEFAULT_SHARE, how };
}

function wrongOrder(fault: PlannedFault): OrderTemplate {
  return {
    kind: "block",
    targets: fault.sites ?? [],
    ...(fault.rules === undefined ? {} : { rules: fault.rules }),
    share: { mobile: 1, landline: 1 },
    ...(fault.networks ? { networks: fault.networks } : {}),
  };
}
