/**
 * Inside a cell: a laboratory's network without any box of ours, in which something else stands in the way, made of the
 * kernel's own parts; and the probe at its client.
 */
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { routerName } from "../../src/lab/topology/plan-topology.ts";
import { type ProbeRun, runProbe } from "../probe/run-probe.ts";
import { insideCell } from "./in-cell.ts";
import { scenarioOf } from "./small-scenario.ts";

export type OtherBox =
  | "hashlimit"
  | "reset"
  | "tbf-by-address"
  | "captive-portal"
  | "self-signed"
  | "clock-ahead"
  | "clock-step"
  | "ipv6-only";

const TARGET = "video.target.example";
const CONTROL = "server.control.example";
const SITES = ["first.control.example", "second.control.example"];
const CLIENT = "client";
const ROUTER = routerName("access", 2);
const PORTAL_PORT = 8080;
const SETTLE_MS = 700;

/** The access network's own box, which only the case without IPv4 has. */
const RULES = `rules:
  law: {rules: [{id: one, names: ["*.target.example"], protocols: tls, action: {kind: police, rate: 150 kbit/s, burst: 16 kB}}]}
`;

function scenario(box: OtherBox): string {
  const hasRules = box === "ipv6-only" || box === "clock-step";
  return `name: other-boxes
title: Boxes made of other parts
start: 2026-03-02T15:00:00Z
end: 2026-03-03T15:00:00Z
${box === "ipv6-only" ? "ipv6: true\n" : ""}${hasRules ? RULES : ""}hosting:
  - {name: platform, asn: 64500, link: {delay: 20 ms}}
  - {name: hoster, asn: 64501, link: {delay: 12 ms}}
sites:
  - {name: ${TARGET}, hosting: platform, objects: {/film: 900 kB}}
  - {name: ${SITES[0]}, hosting: hoster, objects: {/film: 900 kB}}
  - {name: ${SITES[1]}, hosting: hoster, objects: {/film: 900 kB}}
  - {name: ${CONTROL}, hosting: hoster}
networks:
  - {name: access, kind: landline, asn: 64510, access: {down: 20 Mbit/s, up: 8 Mbit/s, delay: 15 ms}, hops: 4, ${hasRules ? "box: {hop: 3, rules: law}, " : ""}clients: [${CLIENT}]}
`;
}

insideCell<OtherBox>(async (box, folder, tell) => {
  const parsed = scenarioOf(scenario(box));
  const clock = { ms: parsed.startMs, us: packetClockUs(), speed: 1 };
  const network = new KernelNetwork(parsed, folder, undefined, clock, seededRandom(1).next);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  const place = (name: string, family: "v4" | "v6"): string => {
    const address = network.topology.sites.get(name)?.[family];
    if (address === undefined) throw new Error(`${name} has no ${family} address`);
    return address;
  };
  standInTheWay(box, place(TARGET, "v4"));
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const v6 = (): string[] => ["--connect", place(TARGET, "v6"), "--control", place(CONTROL, "v6")];
  const args = [
    `https://${TARGET}/film`,
    ...(box === "ipv6-only" ? v6() : box === "self-signed" ? [] : ["--control", CONTROL]),
    ...SITES.flatMap((site) => ["--site", `https://${site}/film`]),
    ...(box === "self-signed" ? [] : ["--insecure"]),
    ...["--no-report", "--seed", "3"],
  ];
  const shift = box === "clock-ahead" ? "0" : box === "clock-step" ? "4" : undefined;
  const options = shift === undefined ? {} : { ...shiftedClock(shift) };
  tell((await runProbe(CLIENT, args, folder, options)) satisfies ProbeRun);
  await network.stop();
});

/** Another clock cannot be had in a namespace: the program's own is set, so many seconds after its start. */
function shiftedClock(afterSeconds: string): NodeJS.ProcessEnv {
  const module = join(import.meta.dirname, "../shifted-clock.mjs");
  return { NODE_OPTIONS: `--import ${module}`, SHIFT_CLOCK_AFTER_S: afterSeconds };
}

function standInTheWay(box: OtherBox, target: string): void {
  const inRouter = (...command: string[]): void => {
    execFileSync("ip", ["netns", "exec", ROUTER, ...command], { stdio: "pipe" });
  };
  const hello = ["-p", "tcp", "--dport", "443", "-m", "string", "--string", "target.example", "--algo", "bm"];
  switch (box) {
    case "hashlimit": {
      inRouter(
        "iptables",
        "-t",
        "mangle",
        "-A",
        "FORWARD",
        ...hello,
        "-j",
        "CONNMARK",
        "--set-mark",
        "64/64",
      );
      // 18 KiB/s is 147,456 bit/s.
      const limit = [
        ...["-m", "hashlimit", "--hashlimit-name", "box", "--hashlimit-above", "18kb/s"],
        ...["--hashlimit-burst", "20kb", "--hashlimit-mode", "srcip,srcport,dstip,dstport"],
      ];
      const marked = ["-m", "connmark", "--mark", "64/64"];
      inRouter("iptables", "-t", "mangle", "-A", "FORWARD", ...marked, ...limit, "-j", "DROP");
      return;
    }
    case "reset":
      inRouter("iptables", "-A", "FORWARD", ...hello, "-j", "REJECT", "--reject-with", "tcp-reset");
      return;
    case "tbf-by-address": {
      const device = "downlink";
      const tc = (...words: string[]): void =>
        inRouter("tc", words[0]!, "add", "dev", device, ...words.slice(1));
      tc("qdisc", "root", "handle", "1:", "htb", "default", "10");
      for (const [id, rate] of [
        ["1:10", "1gbit"],
        ["1:20", "200kbit"],
      ])
        tc("class", "parent", "1:", "classid", id!, "htb", "rate", rate!, "quantum", "1500");
      tc("qdisc", "parent", "1:20", "tbf", "rate", "200kbit", "burst", "10kb", "limit", "60kb");
      const match = ["u32", "match", "ip", "src", `${target}/32`, "flowid", "1:20"];
      tc("filter", "parent", "1:", "protocol", "ip", ...match);
      return;
    }
    case "captive-portal": {
      const serve = `require("http").createServer((q, s) => s.writeHead(302, {location: "http://login.hotel.example/"}).end()).listen(${PORTAL_PORT})`;
      spawn("ip", ["netns", "exec", ROUTER, process.execPath, "-e", serve], { stdio: "ignore" });
      const redirect = ["-j", "REDIRECT", "--to-port", String(PORTAL_PORT)];
      inRouter("iptables", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "80", ...redirect);
      const refuse = ["-j", "REJECT", "--reject-with", "tcp-reset"];
      inRouter("iptables", "-A", "FORWARD", "-p", "tcp", "--dport", "443", ...refuse);
      return;
    }
    case "self-signed":
      // The cell's list of authorities has the laboratory's; the system's below it has not.
      execFileSync("umount", ["/etc/ssl/certs/ca-certificates.crt"]);
      return;
    case "ipv6-only":
      execFileSync("ip", ["netns", "exec", CLIENT, "ip", "-4", "addr", "flush", "scope", "global"]);
      return;
    default:
  }
}
