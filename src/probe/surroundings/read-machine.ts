/**
 * What can be read of this machine without asking anybody: environment, interfaces, routes, names of programs, name
 * servers. Sends nothing: which way traffic would leave is asked of the kernel by connecting a UDP socket.
 * Bounds: MAX_PROGRAMS programs. What cannot be read is undefined.
 */
import { createSocket } from "node:dgram";
import { getServers } from "node:dns";
import { readdir, readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import type { NetworkInterface } from "./vpn.ts";

const MAX_PROGRAMS = 20_000;
const READ_AT_ONCE = 64;
/** Documentation addresses (RFC 5737, RFC 3849): routed by default routes only, and nothing is sent to them. */
const ELSEWHERE = ["192.0.2.1", "2001:db8::1"] as const;
const ANY_PORT = 9;
const SOURCE_TIMEOUT_MS = 1000;

export interface MachineEffects {
  environment(): Readonly<Record<string, string | undefined>>;
  interfaces(): readonly NetworkInterface[];
  /** Local addresses that traffic to these addresses (absent: to the internet) would leave from. */
  sourceAddresses(destinations?: readonly string[]): Promise<readonly string[]>;
  /** /proc/net/route. */
  routeTable(): Promise<string | undefined>;
  commandNames(): Promise<readonly string[] | undefined>;
  nameServers(): readonly string[];
}

export const machineEffects: MachineEffects = {
  environment: () => process.env,
  interfaces: () =>
    Object.entries(networkInterfaces()).map(([name, addresses]) => ({
      name,
      addresses: (addresses ?? []).map(({ address }) => address),
    })),
  sourceAddresses: async (destinations = ELSEWHERE) =>
    (await Promise.all(destinations.map(sourceAddress))).filter((address) => address !== undefined),
  routeTable: () => textOf("/proc/net/route"),
  commandNames,
  nameServers: () => getServers(),
};

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

async function commandNames(): Promise<readonly string[] | undefined> {
  let entries: string[];
  try {
    entries = await readdir("/proc");
  } catch {
    return undefined;
  }
  const programs = entries.filter((entry) => /^\d+$/.test(entry)).slice(0, MAX_PROGRAMS);
  const names: string[] = [];
  for (let at = 0; at < programs.length; at += READ_AT_ONCE) {
    const some = programs.slice(at, at + READ_AT_ONCE).map((program) => textOf(`/proc/${program}/comm`));
    for (const name of await Promise.all(some)) if (name !== undefined) names.push(name);
  }
  return names.length > 0 ? names : undefined;
}

/** The kernel's choice of address for a destination, or undefined where it has no way there. */
function sourceAddress(destination: string): Promise<string | undefined> {
  const socket = createSocket(destination.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const finish = (address: string | undefined): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.close();
      resolve(address);
    };
    const timer = setTimeout(finish, SOURCE_TIMEOUT_MS, undefined);
    socket.on("error", () => finish(undefined));
    socket.once("connect", () => finish(socket.address().address));
    socket.connect(ANY_PORT, destination);
  });
}
