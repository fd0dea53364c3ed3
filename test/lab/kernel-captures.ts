/**
 * Captures of real kernels, whose truth is what the kernel's own counters say:
 *   server - router (hashlimit, tbf, statistic) = VXLAN = delay line = VXLAN - client, a namespace each.
 * The delay line is a UDP relay (kernel-captures-peer.ts): netem is not everywhere. Everything lives in one unshared
 * network, mount and process namespace a case, so that nothing outlives it and nothing outside is touched; an
 * ordinary user can do it where user namespaces are allowed.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CongestionControlName } from "../simulator/config.ts";
import { CASES } from "./kernel-captures-cases.ts";
import { madeInQuiet } from "./quiet-machine.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const PEER = join(HERE, "kernel-captures-peer.ts");
const PORT = 8443;
const SERVER = "10.77.1.1";
const CLIENT = "10.77.3.1";
const SNAP_LENGTH = 96;
/** The kernel's hashlimit counts in 1024. */
const KIB = 1024;
const CASES_AT_ONCE = 2;
const CASE_TIMEOUT_MS = 120_000;

export type KernelDevice =
  /** hashlimit: bucket of one second of rate, filled a second time at the start. */
  | { readonly kind: "policer"; readonly rateKiBps: number; readonly scope: "flow" | "shared" }
  | {
      readonly kind: "tbf";
      readonly rateBps: number;
      readonly burstBytes: number;
      readonly limitBytes: number;
    }
  | { readonly kind: "loss"; readonly share: number };

export interface KernelCase {
  readonly title: string;
  readonly mechanism: KernelTruth["mechanism"];
  readonly delayMs: number;
  readonly bytes: number;
  readonly flows?: number;
  readonly congestionControl?: CongestionControlName;
  readonly device?: KernelDevice;
  /** Receive buffer of the client, of which the kernel announces a part. */
  readonly windowBytes?: number;
  readonly writeRateBps?: number;
  /** The transfer is given up after so long; default 20. */
  readonly seconds?: number;
}

export interface KernelTruth {
  readonly mechanism:
    | "policed"
    | "shaped"
    | "congested"
    | "lossy"
    | "receiver-limited"
    | "sender-limited"
    | "unimpeded";
  readonly rateBps?: number;
  /** Bucket as it refills; at the start it holds twice as much (see KernelDevice). */
  readonly burstBytes?: number;
  readonly scope?: "flow" | "shared";
  /** What the device counts beyond the IP length. */
  readonly overheadBytes?: number;
  /** Packets that the device dropped, data and others, from the server to the client. */
  readonly dropped: number;
}

export interface KernelCapture {
  readonly path: string;
  readonly at: "sender" | "receiver";
  readonly setup: KernelCase;
  readonly truth: KernelTruth;
  /** Why its times say nothing: the machine stood still however often it was made. */
  readonly disturbance?: string;
}

/** Why captures cannot be made here, or undefined when they can. */
export function whyNoKernelCaptures(): string | undefined {
  for (const tool of ["ip", "tc", "iptables", "tcpdump", "unshare", "ethtool"]) {
    try {
      execFileSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore" });
    } catch {
      return `${tool} is not installed`;
    }
  }
  const folder = mkdtempSync(join(tmpdir(), "brakelight-lab-"));
  try {
    const script = join(folder, "try.sh");
    writeFileSync(
      script,
      `${PRIVATE_RUN}
ip netns add a
ip -n a link add name x0 type vxlan id 7 remote 10.0.0.2 dstport 4789
ip netns exec a iptables -A FORWARD -m hashlimit --hashlimit-above 64kb/s --hashlimit-burst 64kb --hashlimit-mode dstip --hashlimit-name a -j DROP
ip netns exec a iptables -A FORWARD -m statistic --mode random --probability 0.01 -j DROP
ip -n a link add name d0 type veth peer name d1
ip -n a link set d0 up
ip netns exec a tc qdisc add dev d0 root tbf rate 1mbit burst 10kb limit 30000
ip -n a addr add 10.0.0.1/24 dev d0
ip -n a route add 10.1.0.0/24 via 10.0.0.2 congctl cubic
`,
    );
    execFileSync("unshare", [...NAMESPACES, "sh", "-e", script], { stdio: ["ignore", "ignore", "pipe"] });
    return undefined;
  } catch (error) {
    const detail = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    return `namespaces with VXLAN, hashlimit and tbf cannot be made: ${detail.split("\n")[0]}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const IS_ROOT = process.getuid?.() === 0;
/**
 * An ordinary user stays an ordinary user inside, with all capabilities: tcpdump changes user when it finds itself root,
 * which a user namespace does not let it do.
 */
const NAMESPACES = [
  ...(IS_ROOT ? [] : ["--user", "--map-user=1000", "--map-group=1000", "--keep-caps"]),
  ...["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
];
const PRIVATE_RUN = `mount -t tmpfs none /run
mkdir /run/netns
touch /run/xtables.lock`;

/** Makes every case's two captures in the folder. Takes about two minutes. */
export async function makeKernelCaptures(folder: string): Promise<KernelCapture[]> {
  const captures: KernelCapture[] = [];
  const waiting = CASES.map((setup, index) => ({ setup, index }));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { setup, index } = next;
      const { value, disturbance } = await madeInQuiet(() => makeCase(setup, join(folder, `case-${index}`)));
      captures.push(...value.map((capture) => (disturbance ? { ...capture, disturbance } : capture)));
    }
  };
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, work));
  return captures.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function makeCase(setup: KernelCase, base: string): Promise<KernelCapture[]> {
  const script = `${base}.sh`;
  writeFileSync(script, scriptOf(setup, base));
  await new Promise<void>((resolve, reject) => {
    execFile(
      "unshare",
      [...NAMESPACES, "sh", "-e", script],
      { cwd: HERE, timeout: CASE_TIMEOUT_MS, killSignal: "SIGKILL" },
      (error, _, stderr) => {
        if (error) reject(new Error(`${setup.title}: ${stderr.trim() || error.message}`));
        else resolve();
      },
    );
  });
  const truth = { ...truthOf(setup), dropped: droppedIn(readFileSync(`${base}.counters`, "utf8")) };
  return (["sender", "receiver"] as const).map((at) => ({ path: `${base}-${at}.pcap`, at, setup, truth }));
}

function truthOf({ device, mechanism }: KernelCase): Omit<KernelTruth, "dropped"> {
  if (device?.kind === "policer") {
    const bytesPerSecond = device.rateKiBps * KIB;
    const { scope } = device;
    return { mechanism, rateBps: bytesPerSecond * 8, burstBytes: bytesPerSecond, scope, overheadBytes: 0 };
  }
  if (device?.kind === "tbf") {
    const { rateBps, burstBytes } = device;
    return { mechanism, rateBps, burstBytes, overheadBytes: 14 };
  }
  return { mechanism };
}

/** The number before "DROP" in the firewall's list, or "dropped N" of the queue. */
function droppedIn(counters: string): number {
  let total = 0;
  for (const match of counters.matchAll(/^\s*(\d+)\s+\d+\s+DROP|\(dropped (\d+),/gm)) {
    total += Number(match[1] ?? match[2]);
  }
  return total;
}

function deviceCommands(device: KernelDevice | undefined): string {
  const rule = "ip netns exec router iptables -A FORWARD -o toclient";
  if (device?.kind === "policer") {
    const mode = device.scope === "flow" ? "dstip,dstport" : "dstip";
    const limit = `--hashlimit-above ${device.rateKiBps}kb/s --hashlimit-burst ${device.rateKiBps}kb`;
    return `${rule} -m hashlimit ${limit} --hashlimit-mode ${mode} --hashlimit-name police -j DROP`;
  }
  if (device?.kind === "tbf") {
    const { rateBps, burstBytes, limitBytes } = device;
    const bucket = `rate ${rateBps}bit burst ${burstBytes} limit ${limitBytes}`;
    return `ip netns exec router tc qdisc add dev toclient root tbf ${bucket}`;
  }
  if (device?.kind === "loss")
    return `${rule} -m statistic --mode random --probability ${device.share} -j DROP`;
  return ":";
}

function scriptOf(setup: KernelCase, base: string): string {
  const { bytes, congestionControl = "cubic", delayMs, flows = 1, seconds = 20, windowBytes } = setup;
  const peer = `"${process.execPath}" --import tsx "${PEER}"`;
  const underlay = "mtu 2000 up";
  // Offloads off: a capture shall hold packets as they travel.
  const plain = (space: string, device: string): string =>
    `ip netns exec ${space} ethtool -K ${device} tso off gso off gro off tx off rx off >/dev/null 2>&1 || true`;
  const dump = (space: string, device: string, at: string): string =>
    `ip netns exec ${space} tcpdump -i ${device} -s ${SNAP_LENGTH} -B 8192 --immediate-mode -U ${IS_ROOT ? "-Z root " : ""}-w - tcp port ${PORT} >"${base}-${at}.pcap" 2>"${base}-${at}.log" &
${at}=$!`;
  return `${PRIVATE_RUN}
for space in server router relay client; do ip netns add $space; ip -n $space link set lo up; done
ip link add name torouter netns server type veth peer name toserver netns router
ip link add name under0 netns router type veth peer name left netns relay
ip link add name under1 netns client type veth peer name right netns relay
ip -n server addr add ${SERVER}/24 dev torouter
ip -n router addr add 10.77.1.2/24 dev toserver
ip -n server link set torouter up
ip -n router link set toserver up
ip -n router addr add 10.78.1.1/24 dev under0
ip -n relay addr add 10.78.1.2/24 dev left
ip -n relay addr add 10.78.2.2/24 dev right
ip -n client addr add 10.78.2.1/24 dev under1
ip -n router link set under0 ${underlay}
ip -n relay link set left ${underlay}
ip -n relay link set right ${underlay}
ip -n client link set under1 ${underlay}
ip -n router link add name toclient type vxlan id 7 local 10.78.1.1 remote 10.78.1.2 dstport 4789
ip -n client link add name torouter type vxlan id 7 local 10.78.2.1 remote 10.78.2.2 dstport 4789
ip -n router addr add 10.77.3.2/24 dev toclient
ip -n client addr add ${CLIENT}/24 dev torouter
ip -n router link set toclient mtu 1500 up
ip -n client link set torouter mtu 1500 up
ip netns exec router sysctl -qw net.ipv4.ip_forward=1
ip -n server route add 10.77.3.0/24 via 10.77.1.2 congctl ${congestionControl}
ip -n client route add 10.77.1.0/24 via 10.77.3.2
${windowBytes ? `ip netns exec client sysctl -qw net.ipv4.tcp_rmem="4096 ${windowBytes} ${windowBytes}"` : ":"}
${plain("server", "torouter")}
${plain("router", "toserver")}
${plain("router", "toclient")}
${plain("client", "torouter")}
${plain("router", "under0")}
${plain("client", "under1")}
ip netns exec relay ${peer} relay 10.78.1.1 10.78.2.1 4789 ${delayMs / 2} >"${base}-relay.log" 2>&1 &
ip netns exec server ${peer} serve ${PORT} ${setup.writeRateBps ?? 0} >"${base}-server.log" 2>&1 &
${dump("server", "torouter", "sender")}
${dump("client", "torouter", "receiver")}
tries=0
until grep -q ready "${base}-relay.log" && grep -q ready "${base}-server.log" \\
    && grep -q listening "${base}-sender.log" && grep -q listening "${base}-receiver.log"; do
  tries=$((tries + 1))
  [ $tries -lt 200 ] || { cat "${base}"-*.log >&2; exit 1; }
  sleep 0.1
done
# Hardware addresses are learned before the transfer, not in it; and before the device, which would count refusals it drops.
ip netns exec client ${peer} fetch ${SERVER} 1 0 1 1
${deviceCommands(setup.device)}
ip netns exec client ${peer} fetch ${SERVER} ${PORT} ${bytes} ${flows} ${seconds}
sleep 0.3
# From here on nothing is sent that the counters would count and the captures miss.
ip netns exec server iptables -A OUTPUT -j DROP
sleep 0.3
kill -INT $sender $receiver
wait $sender $receiver || true
ip netns exec router iptables -L FORWARD -v -x -n >"${base}.counters"
ip netns exec router tc -s qdisc show dev toclient >>"${base}.counters"
`;
}
