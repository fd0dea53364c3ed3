/**
 * The laboratory's cell: user (when not root), network, mount and process namespaces of its own, made by unshare(1).
 * Names, devices, firewall rules and mounts inside are nobody else's, and when the cell's first process ends, however
 * it ends, the kernel ends all others and takes everything away. Two cells do not know of each other.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What unshare(1) is told before the command to run. */
export function cellArguments(): string[] {
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return [...user, "--net", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];
}

/** What nsenter(1) is told to go into the cell whose first process is `pid`, and there into a host's network. */
export function enterArguments(pid: number, host: string): string[] {
  const user = process.getuid?.() === 0 ? [] : ["--user", "--preserve-credentials"];
  return [
    ...["--target", String(pid), ...user, "--mount", "--pid", "--"],
    ...["nsenter", `--net=/run/netns/${host}`, "--"],
  ];
}

const TOOLS = ["ip", "tc", "iptables-restore", "ip6tables-restore", "unshare", "nsenter", "mount"];
/** Where administrators' tools are, which is not on every user's path. */
const TOOL_FOLDERS = ["/usr/sbin", "/sbin"];

/** Lets this process and its children find them. */
export function findAdministratorsTools(): void {
  const path = (process.env["PATH"] ?? "").split(":");
  const missing = TOOL_FOLDERS.filter((folder) => !path.includes(folder));
  process.env["PATH"] = [...path, ...missing].join(":");
}

const TRIAL_TIMEOUT_MS = 20_000;

/**
 * A trial of everything that the kernel must be able to do: names, links, queues, marks, a limited rate.
 * Its own words go into the reason.
 */
const TRIAL = `mount -t tmpfs none /run && mkdir /run/netns && touch /run/xtables.lock
ip netns add a && ip netns add b
ip link add x netns a type veth peer name x netns b
ip -n a link set x up
ip netns exec a tc qdisc add dev x root tbf rate 1mbit burst 10kb limit 30000
for t in iptables ip6tables; do
ip netns exec a $t -t raw -A PREROUTING -i x -j NFQUEUE --queue-num 1 --queue-bypass
ip netns exec a $t -t mangle -A PREROUTING -m connmark --mark 1/3 -j RETURN
ip netns exec a $t -A FORWARD -m mark ! --mark 0/3 -j CONNMARK --save-mark --mask 3
done`;

/** Why no cell can be made on this machine, or undefined when it can. */
export function whyNoCell(): string | undefined {
  if (process.platform !== "linux") return `${process.platform} has no network namespaces`;
  findAdministratorsTools();
  for (const tool of TOOLS) {
    try {
      execFileSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore" });
    } catch {
      return `${tool} is not installed (Debian: iproute2, iptables, util-linux, mount)`;
    }
  }
  try {
    execFileSync("unshare", [...cellArguments(), "sh", "-ec", TRIAL], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: TRIAL_TIMEOUT_MS,
    });
    return undefined;
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    return `namespaces cannot be made: ${words.split("\n")[0] || "unshare does not say why"}`;
  }
}

/**
 * Inside, before anything else: a /run of its own for names of namespaces, and the laboratory's name server in
 * resolv.conf. Touches nothing outside, for the mounts are the cell's own.
 */
export function furnishCell(folder: string, nameServer: string): void {
  execFileSync("mount", ["--make-rprivate", "/"]);
  execFileSync("mount", ["-t", "tmpfs", "none", "/run"]);
  mkdirSync("/run/netns");
  writeFileSync("/run/xtables.lock", "");
  const resolver = join(folder, "resolv.conf");
  writeFileSync(resolver, `nameserver ${nameServer}\noptions timeout:3 attempts:2\n`);
  mountOver(resolver, "/etc/resolv.conf");
}

/** Trusts the authority inside the cell; programs that bring lists of their own are told by environment variables. */
export function trustAuthority(folder: string, authority: string): string {
  const path = join(folder, "authority.pem");
  writeFileSync(path, authority);
  mountOver(path, "/etc/ssl/certs/ca-certificates.crt");
  return path;
}

/** A file that the system lacks is not made: that would be outside. */
function mountOver(path: string, place: string): void {
  try {
    execFileSync("mount", ["--bind", path, place], { stdio: "ignore" });
  } catch {
    // Programs are told by environment variables instead.
  }
}
