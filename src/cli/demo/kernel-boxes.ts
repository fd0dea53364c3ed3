/**
 * Boxes that are not ours, of the kernel's own parts, in a router of a running laboratory: flows whose hello holds a name are
 * marked by iptables, and limited by hashlimit (drops above a rate) or by a token bucket of tc (queues above a rate).
 */
import type { RunningLaboratory } from "../../lab/testing/laboratory.ts";
import { routerName } from "../../lab/topology/plan-topology.ts";
import { BOX_HOP, NETWORK, type SealedCase } from "./sealed-case.ts";

const NAME = "target.example";
const MARK = "64/64";
/** Towards the client. */
const DEVICE = "downlink";
const FREE_RATE = "1gbit";
/** iptables counts in thousands of 1024 bytes: so many kbit/s are one of its kb/s. */
const KBPS_A_KB = 8.192;

export async function standInTheWay(lab: RunningLaboratory, { kind, rateKbps }: SealedCase): Promise<void> {
  if (kind !== "limited-by-hashlimit" && kind !== "shaped-by-tbf") return;
  const limit = kind === "limited-by-hashlimit" ? hashlimit(rateKbps) : tokenBucket(rateKbps);
  for (const command of [["iptables", ...FORWARD, ...HELLO], ...limit]) {
    const { code, stderr } = await lab.exec(routerName(NETWORK, BOX_HOP), command);
    if (code !== 0) throw new Error(`${command.join(" ")}: ${stderr.trim()}`);
  }
}

const FORWARD = ["-t", "mangle", "-A", "FORWARD"];
const HELLO = [
  ...["-p", "tcp", "--dport", "443", "-m", "string", "--string", NAME, "--algo", "bm"],
  ...["-j", "CONNMARK", "--set-mark", MARK],
];

function hashlimit(rateKbps: number): string[][] {
  const aSecond = Math.round(rateKbps / KBPS_A_KB);
  // No bucket may hold less than a second's worth.
  const burst = `${aSecond + 1}kb`;
  return [
    [
      ...["iptables", ...FORWARD, "-m", "connmark", "--mark", MARK],
      ...["-m", "hashlimit", "--hashlimit-name", "box", "--hashlimit-above", `${aSecond}kb/s`],
      ...["--hashlimit-burst", burst, "--hashlimit-mode", "srcip,srcport,dstip,dstport", "-j", "DROP"],
    ],
  ];
}

function tokenBucket(rateKbps: number): string[][] {
  const add = (what: string, ...words: string[]): string[] => ["tc", what, "add", "dev", DEVICE, ...words];
  const open = ["htb", "rate", FREE_RATE, "quantum", "1500"];
  return [
    add("qdisc", "root", "handle", "1:", "htb", "default", "10"),
    add("class", "parent", "1:", "classid", "1:10", ...open),
    add("class", "parent", "1:", "classid", "1:20", ...open),
    add("qdisc", "parent", "1:20", "tbf", "rate", `${rateKbps}kbit`, "burst", "10kb", "limit", "60kb"),
    ["iptables", ...FORWARD, "-m", "connmark", "--mark", MARK, "-j", "CLASSIFY", "--set-class", "1:20"],
  ];
}
