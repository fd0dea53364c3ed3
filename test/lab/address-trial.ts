/**
 * Inside a cell: which sites of a scenario's shared hosting a client can connect to under given rule lists.
 */
import { seededRandom } from "../../src/base/random.ts";
import { connectTcp } from "../../src/host/kernel/tcp-connection.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { networkPath } from "../../src/lab/network/build-network.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { loadScenario, scenarioPath } from "../../src/lab/run/load-scenario.ts";
import { insideCell } from "./in-cell.ts";

export interface AddressTrial {
  readonly scenario: string;
  /** Names of the scenario's rule lists, all in force at once. */
  readonly rules: readonly string[];
  readonly network: string;
  readonly client: string;
}

export interface AddressLine {
  readonly site: string;
  readonly address: string;
  readonly isReached: boolean;
}

const HTTPS_PORT = 443;
/** Ten times the longest round trip of the scenarios. */
const TIMEOUT_MS = 4000;
const AT_ONCE = 400;

insideCell<AddressTrial>(async (trial, folder, tell) => {
  const loaded = loadScenario(scenarioPath(trial.scenario)!);
  if (!loaded.ok) throw new Error(loaded.problem.reason);
  const scenario = loaded.value;
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const network = new KernelNetwork(scenario, folder, undefined, clock, seededRandom(1).next);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  const rules = trial.rules.flatMap((name) => scenario.rules[name]!.rules);
  await network.setRules(trial.network, 0, { name: "all", rules });
  const { sites } = network.topology;
  const waiting = [...new Set([...sites.values()].map(({ v4 }) => v4))];
  const reached = new Map<string, boolean>();
  const work = async (): Promise<void> => {
    for (let address = waiting.shift(); address; address = waiting.shift()) {
      const place = { network: networkPath(trial.client), address, port: HTTPS_PORT, timeoutMs: TIMEOUT_MS };
      const connection = await connectTcp(place).catch(() => undefined);
      connection?.socket.destroy();
      reached.set(address, connection !== undefined);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const [site, { v4 }] of sites) {
    tell({ site, address: v4, isReached: reached.get(v4)! } satisfies AddressLine);
  }
});
