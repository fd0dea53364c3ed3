/**
 * What this machine lets a process do, found by trying: each try opens something, sends nothing, and closes it again.
 * A try returns undefined where it works, else why it does not.
 */
import { accessSync, closeSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setHopLimit, USUAL_HOP_LIMIT } from "./kernel/hop-limit.ts";
import { checked, libc } from "./kernel/libc.ts";
import { PacketTap } from "./kernel/packet-tap.ts";
import { AF_INET } from "./kernel/socket-address.ts";
import { tcpInfo } from "./kernel/tcp-info.ts";

const SOCK_STREAM = 1;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_ICMP = 1;
const MFD_CLOEXEC = 1;
const ANY_DEVICE = "";
const SNAP_BYTES = 64;
const OTHERS = 0o077;

export type Trial = string | undefined;

/** The kernel's own counts of a connection. */
export function tryTcpInfo(): Trial {
  return trial(() => withSocket(SOCK_STREAM, 0, (fd) => (tcpInfo(fd) ? undefined : "TCP_INFO is refused")));
}

/** Copies of the packets of all devices. */
export function tryCapture(): Trial {
  return trial(() => {
    new PacketTap(ANY_DEVICE, SNAP_BYTES).close();
    return undefined;
  });
}

/** Bytes that end at a router on the way: a file in memory, and a low TTL (short-lived-bytes.ts). */
export function tryShortLivedBytes(): Trial {
  return trial(() => {
    closeSync(checked("memfd_create", libc().memfd_create("brakelight", MFD_CLOEXEC)));
    return withSocket(SOCK_STREAM, 0, (fd) => {
      setHopLimit(fd, USUAL_HOP_LIMIT, false);
      return undefined;
    });
  });
}

/** Answers of the routers on the way. */
export function tryRawIcmp(): Trial {
  return trial(() => withSocket(SOCK_RAW, IPPROTO_ICMP, () => undefined));
}

function withSocket(type: number, protocol: number, use: (fd: number) => Trial): Trial {
  const fd = checked("socket", libc().socket(AF_INET, type | SOCK_CLOEXEC, protocol));
  try {
    return use(fd);
  } finally {
    libc().close(fd);
  }
}

function trial(attempt: () => Trial): Trial {
  if (process.platform !== "linux") return `${process.platform} is not Linux`;
  try {
    return attempt();
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0]! : String(error);
  }
}

/** Where a program is: on the path, or where administrators' tools are. */
export function findProgram(name: string, path = process.env["PATH"] ?? ""): string | undefined {
  const folders = [...path.split(":"), "/usr/sbin", "/sbin"].filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isRunnable);
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Of a file in /proc or /sys; undefined where there is none, or it may not be read. */
export function kernelSetting(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

export interface FolderState {
  readonly path: string;
  readonly exists: boolean;
  /** Of itself, or of the nearest folder above that exists. */
  readonly isWritable: boolean;
  /** Nobody else may look into it; true where it does not exist yet. */
  readonly isPrivate: boolean;
}

export function stateOfFolder(path: string): FolderState {
  const exists = existsSync(path);
  let nearest = path;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  let isWritable = true;
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    isWritable = false;
  }
  // Windows keeps a user's folders from others by itself.
  const isPrivate = !exists || process.platform === "win32" || (statSync(path).mode & OTHERS) === 0;
  return { path, exists, isWritable: isWritable && statSync(nearest).isDirectory(), isPrivate };
}
