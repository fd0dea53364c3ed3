/**
 * Inside a cell: builds a drawn case's network, runs the built probe at the client as a user would, and hands over what it
 * said, with how late the box's driver was meanwhile.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { insideCell } from "../lab/in-cell.ts";
import { scenarioOf } from "../lab/small-scenario.ts";
import { PROGRAM } from "../program.ts";
import { CLIENT, CONTROL, NETWORK, type ProbeCase, SITES, TARGET, TARGET_HOSTING } from "./probe-cases.ts";
import { type Peer, peersSay } from "./probe-peers.ts";

export interface ProbeLine {
  /** The verdict as printed; or what the program said instead. */
  readonly verdict?: Record<string, unknown>;
  readonly words?: string;
  /** Of the same transfers. */
  readonly peers?: Record<Peer, boolean>;
  readonly driverP99Us: number;
}

const LONGEST_MS = 90_000;
/** Before the first measurement others fill the link. */
const SETTLE_MS = 1500;

insideCell<ProbeCase>(async (drawn, folder, tell) => {
  const scenario = scenarioOf(drawn.scenario);
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const network = new KernelNetwork(scenario, folder, undefined, clock, seededRandom(drawn.seed).next);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  if (drawn.isHostingDown) await network.setHosting(TARGET_HOSTING, "down");
  if (drawn.trafficBps > 0) {
    await network.setTraffic(NETWORK, drawn.trafficBps);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
  if (drawn.kind === "tainted-address") await taint(network);
  const line = await runProbe(drawn, folder);
  const { groups } = await network.status();
  const driverP99Us = Math.max(0, ...groups.map(({ ownDelay }) => ownDelay.p99Us));
  tell({ ...line, driverP99Us } satisfies ProbeLine);
  await network.stop();
});

/** Somebody at the same client asked for a slowed name at the target's address before. */
async function taint(network: KernelNetwork): Promise<void> {
  const address = network.topology.sites.get(TARGET)!.v4;
  await network.visit({ client: CLIENT, name: "elsewhere.example", path: "/", address, timeoutMs: 8000 });
}

function peersOf(report: string): Pick<ProbeLine, "peers"> {
  if (!existsSync(report)) return {};
  const { test_keys } = JSON.parse(readFileSync(report, "utf8")) as {
    test_keys: { observations: Observation[] };
  };
  return { peers: peersSay(test_keys.observations) };
}

function runProbe(drawn: ProbeCase, folder: string): Promise<Pick<ProbeLine, "verdict" | "words" | "peers">> {
  const report = join(folder, "report.jsonl");
  const authority = readdirSync(folder).find((name) => name.endsWith(".pem"));
  const args = [
    ...["netns", "exec", CLIENT, process.execPath, PROGRAM, "probe", `https://${TARGET}/film`],
    ...(drawn.hasControlServer ? ["--control", CONTROL] : []),
    ...SITES.flatMap((site) => ["--site", `https://${site}/picture`]),
    ...["--insecure", "--yes", "--json", "-o", report, "--seed", String(drawn.seed)],
  ];
  return new Promise((resolve) => {
    const child = spawn("ip", args, {
      env: {
        ...process.env,
        XDG_DATA_HOME: folder,
        BRAKELIGHT_LABORATORY: "bench",
        ...(authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: join(folder, authority) }),
      },
    });
    let [out, words] = ["", ""];
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
    });
    child.on("close", () => {
      clearTimeout(timer);
      const line = out.split("\n").find((text) => text.startsWith("{"));
      if (line === undefined) resolve({ words });
      else resolve({ verdict: JSON.parse(line) as Record<string, unknown>, ...peersOf(report) });
    });
  });
}
