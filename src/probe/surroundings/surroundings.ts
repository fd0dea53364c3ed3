/**
 * Looks at what surrounds a measurement on this machine: VPN, proxy, bypass tool; and, given what a control answered,
 * captive portal and clock. Reads, sends nothing. What could not be looked at stands in `unseen`, so that no finding
 * never means "not looked".
 */
import type { HttpStep, Reach } from "../reach/reach-record.ts";
import { findBypassTools } from "./bypass-tools.ts";
import { type PortalObservation, portalFinding, redirectedTo } from "./captive-portal.ts";
import { checkClock } from "./clock-check.ts";
import type { Finding } from "./finding.ts";
import { describeNameServers, type NameServers } from "./name-servers.ts";
import { isOneDoor } from "./one-door.ts";
import { findProxies } from "./proxies.ts";
import { type MachineEffects, machineEffects } from "./read-machine.ts";
import { defaultInterfaces, findTunnels, interfaceOf } from "./vpn.ts";

export const UNSEEN = ["running programs", "the default route"] as const;

export interface Surroundings {
  readonly findings: readonly Finding[];
  readonly nameServers: NameServers;
  readonly unseen: readonly (typeof UNSEEN)[number][];
}

export async function lookAtSurroundings(effects: MachineEffects = machineEffects): Promise<Surroundings> {
  const [sources, table, names] = await Promise.all([
    effects.sourceAddresses(),
    effects.routeTable(),
    effects.commandNames(),
  ]);
  const interfaces = effects.interfaces();
  const chosen = sources.flatMap((address) => interfaceOf(address, interfaces) ?? []);
  const routes = { defaultInterfaces: [...new Set([...chosen, ...defaultInterfaces(table ?? "")])] };
  return {
    findings: [
      ...findTunnels(interfaces, routes),
      ...findProxies(effects.environment()),
      ...findBypassTools(names ?? []),
    ],
    nameServers: describeNameServers(effects.nameServers()),
    unseen: [
      ...(names === undefined ? (["running programs"] as const) : []),
      ...(table === undefined && chosen.length === 0 ? (["the default route"] as const) : []),
    ],
  };
}

/** Findings out of a plain HTTP reach of a control, whose answer may be known. */
export function findingsOfControl(control: Reach, expected?: PortalObservation["expected"]): Finding[] {
  const http = answerOf(control);
  if (!http) return [];
  const portal = portalFinding({ ...http, host: control.target.name, ...(expected ? { expected } : {}) });
  // A portal's clock is not the control's.
  const clock = portal || http.dateAtMs === undefined ? undefined : checkClock(http.date, http.dateAtMs);
  return [portal, clock].filter((finding) => finding !== undefined);
}

/** Of several controls: that strangers were redirected to one other host (one-door.ts) is no whim of a site. */
export function findingsOfControls(controls: readonly Reach[]): Finding[] {
  const redirects = controls.flatMap((control) => {
    const from = control.target.name;
    const http = answerOf(control);
    const to = http && redirectedTo({ ...http, host: from });
    return to === undefined ? [] : [{ from, to }];
  });
  const certain = isOneDoor(redirects);
  const found = controls.flatMap((control) => findingsOfControl(control));
  const portals = found.filter(({ kind }) => kind === "captive-portal");
  return [
    ...portals.slice(0, 1).map((portal) => ({ ...portal, certain: portal.certain || certain })),
    ...found.filter(({ kind }) => kind !== "captive-portal").slice(0, 1),
  ];
}

function answerOf({ steps }: Reach): HttpStep | undefined {
  return steps.find(
    (step): step is HttpStep => step.operation === "http_round_trip" || step.operation === "read",
  );
}
