/**
 * What the facts of a machine mean: one ability each, whether it works, why, and the exact command that adds it. Pure.
 * Warnings (a VPN, a proxy, a bypass tool) are abilities that do not work: measuring the line as it is.
 */
import type { Finding } from "../probe/surroundings/finding.ts";
import { asRoot } from "./doctor-advice.ts";
import { kernelAbilities } from "./doctor-kernel.ts";
import { laboratoryAbilities } from "./doctor-laboratory.ts";
import type { Machine } from "./doctor-machine.ts";
import { type Ability, lacks, works } from "./doctor-record.ts";

const LEAST_NODE = [20, 19] as const;
/** No machine that runs this is in an earlier year; certificates do not reach as far as the later one. */
const EARLIEST_CLOCK_MS = Date.UTC(2026, 10, 1);
const LATEST_CLOCK_MS = Date.UTC(2040, 0, 1);
/** A clock goes back by this when it is set. */
const SET_BACK_MS = 60_000;

export function abilitiesOf(machine: Machine): Ability[] {
  return [
    node(machine),
    nameServers(machine),
    ipv6(machine),
    clock(machine),
    folder(machine),
    ...surroundings(machine),
    ...kernelAbilities(machine),
    ...(machine.isSingleFile ? [] : laboratoryAbilities(machine)),
  ];
}

function node({ nodeVersion }: Machine): Ability {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return isEnough
    ? works("node", `Node ${nodeVersion}`)
    : lacks("node", `Node ${nodeVersion} is older than 20.19`, "nvm install 22, or https://nodejs.org");
}

function nameServers({ surroundings: { nameServers: servers } }: Machine): Ability {
  if (servers.addresses.length === 0)
    return lacks("name-servers", "the system names no name server", "name one in /etc/resolv.conf");
  const local = servers.isLocal ? "; one is on this machine: what it answers may not be the network's" : "";
  return works("name-servers", `${servers.addresses.join(", ")}${local}`);
}

function ipv6({ sourceAddresses }: Machine): Ability {
  const own = sourceAddresses.find((address) => address.includes(":"));
  return own
    ? works("ipv6", "there is a route by IPv6 (nobody was asked)")
    : lacks(
        "ipv6",
        "no way out by IPv6: names are measured by IPv4 alone",
        "ask the access network for IPv6",
      );
}

function clock({ nowMs, clock: { isSynchronized, lastSetMs } }: Machine): Ability {
  const now = new Date(nowMs).toISOString().slice(0, 16);
  const isSane =
    nowMs >= EARLIEST_CLOCK_MS && nowMs < LATEST_CLOCK_MS && nowMs >= (lastSetMs ?? 0) - SET_BACK_MS;
  if (!isSane) return lacks("clock", `${now} UTC cannot be right`, "sudo timedatectl set-ntp true");
  return works(
    "clock",
    `${now} UTC, ${isSynchronized ? "set from a time server" : "plausible; nobody was asked"}`,
  );
}

function folder({ folder: { path, exists, isWritable, isPrivate }, isRoot }: Machine): Ability {
  if (!isWritable)
    return lacks(
      "data-folder",
      `${path} cannot be written: no consent and no report is kept`,
      `${asRoot(`install -d -m 700 -o "$(id -un)" '${path}'`, isRoot)}, or set XDG_DATA_HOME`,
    );
  if (!isPrivate)
    return lacks("data-folder", `${path} can be read by others on this machine`, `chmod 700 '${path}'`);
  return works("data-folder", exists ? `${path}, this user's alone` : `${path}, made when it is needed`);
}

const FINDING_ADVICE: Record<Finding["kind"], string> = {
  vpn: "disconnect it, and measure again",
  proxy: "unset the variable, where a browser's results are to be compared",
  "bypass-tool": "end it, and measure again",
  "captive-portal": "log in to the network first",
  clock: "sudo timedatectl set-ntp true",
};

function surroundings({ surroundings: { findings, unseen } }: Machine): Ability[] {
  const warnings = findings.map(({ kind, what, certain }) =>
    lacks(kind, `${what}${certain ? ": nothing can be measured from here" : ""}`, FINDING_ADVICE[kind]),
  );
  if (warnings.length > 0) return warnings;
  const blind = unseen.length > 0 ? `; could not be looked at: ${unseen.join(", ")}` : "";
  return [works("plain-line", `no VPN, proxy or bypass tool is seen${blind}`)];
}
