/**
 * Makes a topology out of the kernel's parts: a network namespace a host, a veth pair a link. Runs inside the
 * laboratory's own mount and network namespace (see cell/), so that names and devices are nobody else's, and the
 * kernel takes everything away when the laboratory's last process ends.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { turnOffOffloads } from "../../host/kernel/offloads.ts";
import type { LinkQuality } from "../scenario/scenario.ts";
import type { Host, Interface, Link, Topology } from "../topology/topology.ts";
import { firewallRules, linkQueues } from "./firewall.ts";
import { rateLimit } from "./link-plan.ts";

export function networkPath(host: string): string {
  return `/run/netns/${host}`;
}

/** Throws with the tool's own words when the machine cannot do a part of it. */
export function buildNetwork(topology: Topology): void {
  ipBatch([], [...topology.hosts.map(({ name }) => `netns add ${name}`), ...topology.links.map(vethLine)]);
  const byHost = new Map<string, { ends: Interface[]; limits: string[] }>();
  for (const { name } of topology.hosts) byHost.set(name, { ends: [], limits: [] });
  for (const link of topology.links) {
    addEnd(byHost, link.a, link.aToB);
    addEnd(byHost, link.b, link.bToA);
  }
  for (const host of topology.hosts) setUpHost(host, byHost.get(host.name)!);
  for (const [host, rules] of firewallRules(topology.boxes, linkQueues(topology))) {
    const inside = ["netns", "exec", host];
    for (const tool of ["iptables-restore", "ip6tables-restore"]) run("ip", [...inside, tool], rules);
  }
}

function vethLine({ a, b }: Link): string {
  return `link add name ${a.device} netns ${a.host} type veth peer name ${b.device} netns ${b.host}`;
}

function addEnd(
  byHost: Map<string, { ends: Interface[]; limits: string[] }>,
  end: Interface,
  outgoing: LinkQuality,
): void {
  const host = byHost.get(end.host)!;
  host.ends.push(end);
  host.limits.push(...rateLimit(end.device, outgoing));
}

function setUpHost(host: Host, { ends, limits }: { ends: Interface[]; limits: string[] }): void {
  const lines = ["link set lo up"];
  for (const { device, addresses } of ends) {
    for (const address of addresses) {
      lines.push(`addr add ${address} dev ${device}${address.includes(":") ? " nodad" : ""}`);
    }
    lines.push(`link set dev ${device} up`);
  }
  // A machine's own choice of congestion control does not get into its laboratories.
  const control = host.role === "client" || host.role === "servers" ? ` congctl ${congestionControl()}` : "";
  for (const { to, via } of host.routes) {
    lines.push(via === undefined ? `route add blackhole ${to}` : `route add ${to} via ${via}${control}`);
  }
  for (const prefix of host.ownPrefixes) {
    lines.push(`route add local ${prefix} dev lo`);
  }
  withinNetwork(networkPath(host.name), () => {
    for (const [name, value] of settings(host)) writeFileSync(`/proc/sys/net/${name}`, value);
    turnOffOffloads(ends.map(({ device }) => device));
  });
  ipBatch(["-n", host.name], lines);
  if (limits.length > 0)
    run("ip", ["netns", "exec", host.name, "tc", "-batch", "-"], `${limits.join("\n")}\n`);
}

/** What Linux hosts use unless told otherwise; Reno (RFC 5681) where this kernel lacks it. */
function congestionControl(): "cubic" | "reno" {
  const available = readFileSync("/proc/sys/net/ipv4/tcp_available_congestion_control", "utf8");
  return available.split(/\s+/).includes("cubic") ? "cubic" : "reno";
}

function settings(host: Host): [name: string, value: string][] {
  const common: [string, string][] = [
    ["ipv4/ip_local_port_range", "1024 65000"],
    // Every request shall be answered, however many come at once.
    ["ipv4/icmp_ratelimit", "0"],
    ["ipv6/icmp/ratelimit", "0"],
  ];
  const forwarding: [string, string][] = [
    ["ipv4/ip_forward", "1"],
    ["ipv6/conf/all/forwarding", "1"],
  ];
  if (host.role === "client" || host.role === "servers") {
    return [
      ...common,
      // Clients inside a hosting network reach the others through its servers' host.
      ...(host.role === "servers" ? forwarding : []),
      // What one transfer taught the kernel must not shape the next.
      ["ipv4/tcp_no_metrics_save", "1"],
      ["ipv4/tcp_tw_reuse", "1"],
      // Addresses out of a whole prefix are on no device.
      ["ipv6/ip_nonlocal_bind", "1"],
    ];
  }
  return [...common, ["ipv4/ip_forward", "1"], ["ipv6/conf/all/forwarding", "1"]];
}

function ipBatch(options: readonly string[], lines: readonly string[]): void {
  run("ip", [...options, "-batch", "-"], `${lines.join("\n")}\n`);
}

function run(program: string, args: readonly string[], input: string): void {
  try {
    execFileSync(program, args, { input, stdio: ["pipe", "ignore", "pipe"] });
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    throw new Error(`${[program, ...args].join(" ")}: ${words.split("\n")[0] ?? "failed"}`);
  }
}
