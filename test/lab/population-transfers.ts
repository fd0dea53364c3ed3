/**
 * Inside a cell: real transfers on a KernelNetwork of population-calibration.yaml, a line each. Clients work side by
 * side, each on an access link of its own and on one transfer at a time; fast kinds come before slow ones, so that they
 * do not wait for the processor.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { seededRandom } from "../../src/base/random.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { loadScenario } from "../../src/lab/run/load-scenario.ts";
import type { Scenario } from "../../src/lab/scenario/scenario.ts";
import { insideCell } from "./in-cell.ts";
import {
  CALIBRATION_KINDS,
  CALIBRATION_SCENARIO,
  type CalibrationKind,
  type KernelTransfer,
} from "./population-kinds.ts";

const TIMEOUT_MS = 60_000;
/** A first connection is slower than all later ones: code is compiled, certificates are made. */
const WARM_UP_BYTES = 1000;

/** Which models' kinds. */
export type TransferTrial = readonly CalibrationKind["model"][];

insideCell<TransferTrial>(async (models, folder, tell) => {
  const loaded = loadScenario(CALIBRATION_SCENARIO);
  if (!loaded.ok) throw new Error(`${loaded.problem.reason}, line ${loaded.problem.line}`);
  const scenario = loaded.value;
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const network = new KernelNetwork(scenario, folder, undefined, clock, seededRandom(1).next);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  useLossBasedControl();
  for (const kind of CALIBRATION_KINDS.filter(({ model }) => models.includes(model))) {
    const clients = clientsOf(kind, scenario);
    await Promise.all(clients.map((client) => transfer(network, client, kind, WARM_UP_BYTES)));
    let left = kind.transfers;
    await Promise.all(
      clients.map(async (client) => {
        while (left-- > 0) tell(await transfer(network, client, kind, kind.bytes));
      }),
    );
  }
  network.stop();
});

function clientsOf({ network, atOnce }: CalibrationKind, scenario: Scenario): string[] {
  const { clients } = scenario.networks.find(({ name }) => name === network)!;
  return clients.slice(0, atOnce).map(({ name }) => name);
}

async function transfer(
  network: KernelNetwork,
  client: string,
  { name: kind, site: name, direction }: CalibrationKind,
  wanted: number,
): Promise<KernelTransfer> {
  const outcome = await network.visit({
    client,
    name,
    path: direction === "up" ? "/" : `/bytes/${wanted}`,
    direction,
    bytes: wanted,
    timeoutMs: TIMEOUT_MS,
  });
  const { bytes, transferUs: durationUs = 0, failure } = outcome;
  return { kind, bytes, durationUs, ...(failure === undefined ? {} : { failure }) };
}

/**
 * Otherwise it would be the machine's default, and the figures with it: under BBR random loss hardly slows anything.
 * CUBIC, as most servers have it; Reno where namespaces may not choose CUBIC (tcp_allowed_congestion_control).
 */
function useLossBasedControl(): void {
  const isSet = ["cubic", "reno"].some((name) =>
    readdirSync("/run/netns").every((host) => {
      const set = ["sysctl", "-qw", `net.ipv4.tcp_congestion_control=${name}`];
      return spawnSync("ip", ["netns", "exec", host, ...set], { stdio: "ignore" }).status === 0;
    }),
  );
  if (!isSet) throw new Error("the kernel offers neither CUBIC nor Reno");
}
