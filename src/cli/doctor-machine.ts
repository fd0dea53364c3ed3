/**
 * The facts that `doctor` interprets, read from this machine. Sends nothing: the way out is asked of the kernel, and the
 * laboratory's trial runs in namespaces of its own.
 */
import { realpathSync, statSync } from "node:fs";
import {
  type FolderState,
  findProgram,
  kernelSetting,
  stateOfFolder,
  type Trial,
  tryCapture,
  tryRawIcmp,
  tryShortLivedBytes,
  tryTcpInfo,
} from "../host/machine-abilities.ts";
import { whyNoCell } from "../lab/cell/cell.ts";
import { machineEffects } from "../probe/surroundings/read-machine.ts";
import { lookAtSurroundings, type Surroundings } from "../probe/surroundings/surroundings.ts";
import { dataFolder } from "./data-folder.ts";
import { PACKAGE_MANAGERS, type PackageManager, TOOLS, type Tool } from "./doctor-advice.ts";

const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** systemd-timesyncd: the file is there once the clock was set from a server; the other one's time is when. */
const SYNCHRONIZED = "/run/systemd/timesync/synchronized";
const LAST_SET = "/var/lib/systemd/timesync/clock";

export interface Machine {
  /** Brakelight itself is the single file: no kernel calls, no laboratory. */
  readonly isSingleFile: boolean;
  readonly nodeVersion: string;
  readonly nodePath: string;
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly packageManager: PackageManager | undefined;
  readonly tcpInfo: Trial;
  readonly capture: Trial;
  readonly shortLivedBytes: Trial;
  readonly rawIcmp: Trial;
  readonly cell: Trial;
  /** Of kernels that keep namespaces from users: their switches, by sysctl's name. */
  readonly namespaceSwitches: Readonly<Record<string, string | undefined>>;
  readonly tools: Readonly<Record<Tool, string | undefined>>;
  readonly hasQueueModule: boolean;
  readonly chromium: string | undefined;
  /** Addresses that traffic to the internet would leave from. */
  readonly sourceAddresses: readonly string[];
  readonly nowMs: number;
  readonly clock: { readonly isSynchronized: boolean; readonly lastSetMs: number | undefined };
  readonly folder: FolderState;
  readonly surroundings: Surroundings;
}

const SWITCHES = [
  "kernel.unprivileged_userns_clone",
  "kernel.apparmor_restrict_unprivileged_userns",
] as const;

export async function readMachine(isSingleFile: boolean): Promise<Machine> {
  const [surroundings, sourceAddresses] = await Promise.all([
    lookAtSurroundings(),
    machineEffects.sourceAddresses(),
  ]);
  const setting = (name: string): string | undefined =>
    kernelSetting(`/proc/sys/${name.replaceAll(".", "/")}`);
  return {
    isSingleFile,
    nodeVersion: process.versions.node,
    nodePath: realpathSync(process.execPath),
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    packageManager: PACKAGE_MANAGERS.find((name) => findProgram(name) !== undefined),
    tcpInfo: tryTcpInfo(),
    capture: tryCapture(),
    shortLivedBytes: tryShortLivedBytes(),
    rawIcmp: tryRawIcmp(),
    cell: isSingleFile ? "not in the single file" : whyNoCell(),
    namespaceSwitches: Object.fromEntries(SWITCHES.map((name) => [name, setting(name)])),
    tools: Object.fromEntries(TOOLS.map((name) => [name, findProgram(name)])) as Machine["tools"],
    hasQueueModule: timeOf("/proc/net/netfilter/nfnetlink_queue") !== undefined,
    chromium: CHROMIUMS.map((name) => findProgram(name)).find((path) => path !== undefined),
    sourceAddresses: sourceAddresses.filter((address) => !/^(::1$|fe80:|127\.|169\.254\.)/i.test(address)),
    nowMs: Date.now(),
    clock: { isSynchronized: timeOf(SYNCHRONIZED) !== undefined, lastSetMs: timeOf(LAST_SET) },
    folder: stateOfFolder(dataFolder()),
    surroundings,
  };
}

function timeOf(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}
