/**
 * Inside a cell: the scenario mobile-upload-cap with real TCP and TLS. Twitter's rules on the dates of their changes, what
 * helps against them, and the network that shapes every upload. Only times are told; the test judges them.
 */
import { readFileSync } from "node:fs";
import { seededRandom } from "../../src/base/random.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { networkPath } from "../../src/lab/network/build-network.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { loadScenario, scenarioPath } from "../../src/lab/run/load-scenario.ts";
import { download, HELLO_KINDS, type HelloKind } from "./behaviour-hellos.ts";
import { insideCell } from "./in-cell.ts";

export interface SocketTrial {
  /** Scenario clock, ms since the epoch. */
  readonly dates: readonly number[];
  readonly names: readonly string[];
  readonly bytes: number;
}

export type SocketLine =
  | { readonly kind: "name"; readonly ms: number; readonly name: string; readonly tookMs: number }
  | { readonly kind: "hello"; readonly hello: HelloKind; readonly tookMs: number }
  | {
      readonly kind: "upload";
      readonly client: string;
      readonly name: string;
      readonly failure?: string;
      readonly tookMs: number;
    }
  /** Packets that the boxes dropped for their rate while nothing but uploads went on, by network and role. */
  | { readonly kind: "limited"; readonly at: string; readonly packets: number };

const TIMEOUT_MS = 30_000;
/** Behind a box with Twitter's rules, and behind one that also shapes all upload. */
const POLICED_CLIENT = "mts-phone";
const CAPPED_CLIENT = "tele2-phone";

insideCell<SocketTrial>(async (trial, folder, tell: (line: SocketLine) => void) => {
  const loaded = loadScenario(scenarioPath("mobile-upload-cap")!);
  if (!loaded.ok) throw new Error(loaded.problem.reason);
  const clockOf = (ms: number) => ({ ms, us: packetClockUs(), speed: 1 });
  const network = new KernelNetwork(
    loaded.value,
    folder,
    undefined,
    clockOf(loaded.value.startMs),
    seededRandom(1).next,
  );
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  const ca = readFileSync(network.authorityPath, "utf8");
  // Whatever the name: the rules do not ask for the address.
  const address = network.topology.sites.get("example.org")!.v4;
  const fetchBytes = (servername: string, hello: HelloKind): Promise<number> =>
    download({
      ...{ network: networkPath(POLICED_CLIENT), address, servername, ca, hello },
      ...{ bytes: trial.bytes, timeoutMs: TIMEOUT_MS },
    });
  for (const ms of trial.dates) {
    await network.setClock(clockOf(ms));
    await Promise.all(
      trial.names.map(async (name) => {
        tell({ kind: "name", ms, name, tookMs: await fetchBytes(name, "plain") });
      }),
    );
  }
  for (const hello of HELLO_KINDS) {
    tell({ kind: "hello", hello, tookMs: await fetchBytes("twitter.com", hello) });
  }
  const limited = async (): Promise<Map<string, number>> => {
    const { groups } = await network.status();
    return new Map(
      groups.map(({ network: name, role, devices }) => [
        `${name} ${role}`,
        devices.reduce((sum, { limitedPackets }) => sum + limitedPackets, 0),
      ]),
    );
  };
  const before = await limited();
  await Promise.all(
    [POLICED_CLIENT, CAPPED_CLIENT].map(async (client) => {
      const { totalUs, failure } = await network.visit({
        ...{ client, name: "example.org", path: "/upload", direction: "up", bytes: trial.bytes },
        timeoutMs: TIMEOUT_MS,
      });
      tell({
        ...{ kind: "upload", client, name: "example.org", tookMs: totalUs / 1000 },
        ...(failure === undefined ? {} : { failure }),
      });
    }),
  );
  for (const [at, packets] of await limited()) {
    tell({ kind: "limited", at, packets: packets - before.get(at)! });
  }
  network.stop();
});
