/**
 * What the packet benchmark runs: Brakelight, its peers and the bare reads, each a command line over one file, and how
 * many names of each kind a tool's own output holds.
 */
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readLines } from "./process-run.ts";
import type { NameCounts } from "./traffic-flows.ts";

type Command = readonly [string, ...string[]];

export interface Tool {
  readonly title: string;
  /** Debian package that has it. */
  readonly debianPackage?: string;
  readonly versionArguments?: readonly string[];
  readonly command: (file: string) => Command;
  /** The names in its output, by a run of its own that is the warm-up as well. */
  readonly names?: (file: string) => Promise<NameCounts>;
  /** Run once, and by `names` alone: it takes minutes. */
  readonly isSlow?: boolean;
}

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "../../dist/cli/main.js");
const NODE_READ = `const fs=require("node:fs"),f=fs.openSync(process.argv[1]),b=new Uint8Array(1<<20);while(fs.readSync(f,b)>0);`;
const node = process.execPath;

export const NAMES_ONLY: Tool = {
  title: "Brakelight, names only (src/packet in process)",
  command: (file) => [node, join(here, "names-only.mjs"), file],
  names: async (file) => {
    let names = noNames();
    await readLines([node, join(here, "names-only.mjs"), file], (text) => {
      names = JSON.parse(text) as NameCounts;
    });
    return names;
  },
};

export const ANALYZE_NAMES: Tool = {
  title: "Brakelight, analyze --names --json (transfers too)",
  command: (file) => [node, main, "analyze", file, "--names", "--json"],
  names: async (file) => {
    const names = noNames();
    await readLines([node, main, "analyze", file, "--names", "--json"], (text) => {
      if (!text.startsWith('{"type":"name"')) return;
      names[(JSON.parse(text) as { protocol: keyof NameCounts }).protocol]++;
    });
    return names;
  },
};

export const ANALYZE: Tool = {
  title: "Brakelight, analyze --json (transfers)",
  command: (file) => [node, main, "analyze", file, "--json"],
};

export const NDPI: Tool = {
  title: "ndpiReader -q",
  debianPackage: "libndpi-bin",
  versionArguments: ["-h"],
  command: (file) => ["ndpiReader", "-i", file, "-q"],
  names: ndpiNames,
};

const TSHARK_FIELDS = ["tls.handshake.extensions_server_name", "http.host", "dns.qry.name", "udp.srcport"];
const tsharkCommand = (file: string): Command => [
  "tshark",
  "-n",
  "-r",
  file,
  "-Y",
  TSHARK_FIELDS.slice(0, 3).join(" or "),
  "-T",
  "fields",
  ...TSHARK_FIELDS.flatMap((field) => ["-e", field]),
];

export const TSHARK: Tool = {
  title: "tshark -T fields (one timed run)",
  debianPackage: "tshark",
  versionArguments: ["--version"],
  command: tsharkCommand,
  isSlow: true,
  names: async (file) => {
    const names = noNames();
    await readLines(tsharkCommand(file), (text) => {
      const [server, host, question, udpPort] = text.split("\t");
      if (server) names[udpPort ? "quic" : "tls"]++;
      if (host) names.http++;
      if (question) names.dns++;
    });
    return names;
  },
};

// Without -n it would ask the network for the name of every address.
export const TCPTRACE: Tool = {
  title: "tcptrace -n",
  debianPackage: "tcptrace",
  versionArguments: ["-v"],
  command: (file) => ["tcptrace", "-n", file],
};

export const TCPTRACE_LONG: Tool = {
  ...TCPTRACE,
  title: "tcptrace -n -l -r -W (statistics, RTT, window)",
  command: (file) => ["tcptrace", "-n", "-l", "-r", "-W", file],
};

export const TCPDUMP: Tool = {
  title: "tcpdump -w /dev/null (bare read)",
  debianPackage: "tcpdump",
  versionArguments: ["--version"],
  command: (file) => ["tcpdump", "-r", file, "-w", "/dev/null"],
};

export const BARE_READ: Tool = {
  title: "node, reading the file and nothing else",
  command: (file) => [node, "-e", NODE_READ, file],
};

function noNames(): NameCounts {
  return { tls: 0, quic: 0, http: 0, dns: 0 };
}

/** Flows with a name: a DNS flow is a query and its answer, where Brakelight counts messages. */
async function ndpiNames(file: string): Promise<NameCounts> {
  const table = join(tmpdir(), `brakelight-ndpi-${process.pid}.csv`);
  const names = noNames();
  try {
    await readLines(["ndpiReader", "-i", file, "-q", "-C", table], () => {});
    const [head, ...rows] = readFileSync(table, "utf8").trimEnd().split("\n");
    const columns = head!.split(",");
    const protocolAt = columns.indexOf("ndpi_proto");
    const nameAt = columns.indexOf("server_name_sni");
    for (const row of rows) {
      const cells = row.split(",");
      if (!cells[nameAt]) continue;
      const protocol = cells[protocolAt]!;
      if (protocol.startsWith("DNS")) names.dns++;
      else if (protocol.startsWith("QUIC")) names.quic++;
      else if (protocol.startsWith("HTTP")) names.http++;
      else names.tls++;
    }
  } finally {
    rmSync(table, { force: true });
  }
  return names;
}
