/**
 * Network interfaces that look like a tunnel, by their names. Certain where the default route leads there and the name
 * is a tunnel's alone: PPP is also how some landlines and modems connect.
 * macOS keeps utun interfaces with nothing but link-local addresses for itself; those are left out.
 */
import type { Finding } from "./finding.ts";

/** Names as the programs of VPNs give them, on Linux, macOS and Windows. */
const TUNNELS =
  /^(?:u?tun\d|tun-|tap\d|wg\d|wg-|wgcf|awg|amn\d|tailscale|ipsec\d|nordlynx|nordtun|proton|pvpn|mullvad|outline|cloudflarewarp|warp|cscotun|gpd\d|zt[a-z0-9]{8}|zerotier|wireguard|openvpn|singbox|sing-box|clash|meta$|xray|hiddify|psiphon|lantern)/i;
const PERHAPS_TUNNELS = /^(?:ppp\d|pptp|l2tp|vpn|xfrm|gre\d|sit\d)/i;
const LINK_LOCAL = /^fe80:/i;

export interface NetworkInterface {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface Routes {
  /** Interfaces that hold a default route, as far as that can be told. */
  readonly defaultInterfaces: readonly string[];
}

/** By the name alone. */
export function tunnelLikeness(name: string): "surely" | "perhaps" | undefined {
  if (TUNNELS.test(name)) return "surely";
  return PERHAPS_TUNNELS.test(name) ? "perhaps" : undefined;
}

export function findTunnels(interfaces: readonly NetworkInterface[], routes: Routes): Finding[] {
  const names = new Set([...interfaces.map(({ name }) => name), ...routes.defaultInterfaces]);
  return [...names].flatMap((name): Finding[] => {
    const likeness = tunnelLikeness(name);
    if (likeness === undefined) return [];
    const isDefault = routes.defaultInterfaces.includes(name);
    const addresses = interfaces.find((one) => one.name === name)?.addresses ?? [];
    if (!isDefault && addresses.every((address) => LINK_LOCAL.test(address))) return [];
    const what = isDefault
      ? `The default route leads through ${name}, which looks like a VPN`
      : `The interface ${name} looks like a VPN, though the default route does not lead there`;
    const isAside = !isDefault && routes.defaultInterfaces.length > 0;
    const certain = isDefault && likeness === "surely";
    return [{ kind: "vpn", what, certain, name, ...(isAside ? { isAside } : {}) }];
  });
}

const ROUTE_UP = 1;
const DEFAULT = "00000000/00000000";
/** The two halves by which OpenVPN overrides it ("redirect-gateway def1"): 0.0.0.0/1 and 128.0.0.0/1. */
const HALVES = ["00000000/00000080", "00000080/00000080"];

/**
 * Interfaces of default routes in /proc/net/route: of several routes to the same the one of the least metric, and the default
 * only where the halves do not cover it. Malformed lines are skipped.
 */
export function defaultInterfaces(procNetRoute: string): string[] {
  const rows = procNetRoute
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 8 && (Number.parseInt(fields[3]!, 16) & ROUTE_UP) !== 0)
    .map((fields) => ({ name: fields[0]!, metric: Number(fields[6]), to: `${fields[1]}/${fields[7]}` }))
    .filter(({ metric }) => Number.isFinite(metric));
  const taken = (to: string): string[] => {
    const routes = rows.filter((row) => row.to === to);
    const least = Math.min(...routes.map(({ metric }) => metric));
    return routes.filter(({ metric }) => metric === least).map(({ name }) => name);
  };
  const halves = HALVES.map(taken);
  const isCovered = halves.every((names) => names.length > 0);
  return [...new Set([...halves.flat(), ...(isCovered ? [] : taken(DEFAULT))])];
}

/** The interface that has an address, as the kernel would choose it for what goes out. */
export function interfaceOf(address: string, interfaces: readonly NetworkInterface[]): string | undefined {
  return interfaces.find(({ addresses }) => addresses.includes(address))?.name;
}
