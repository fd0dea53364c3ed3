/**
 * Inside a cell: builds a drawn case's network, runs the probe at its client, and hands over what it said, with how late the
 * programs that make boxes and links were meanwhile (99th percentile of a packet's delay, the later of them).
 */
import { seededRandom } from "../../src/base/random.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { insideCell } from "../lab/in-cell.ts";
import { scenarioOf } from "../lab/small-scenario.ts";
import { measureCase, type ProbeLine } from "./measure-case.ts";
import { CLIENT, NETWORK, type ProbeCase, TARGET_HOSTING, taint } from "./probe-cases.ts";
import { dipWhile } from "./probe-dip.ts";

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
  if (drawn.kind === "tainted-address") await taint(network, network.topology);
  const isOver = new AbortController();
  const dip = drawn.dip === undefined ? undefined : dipWhile(network, drawn.dip, isOver.signal);
  const line = await measureCase(drawn, folder, CLIENT);
  isOver.abort();
  await dip;
  const { groups, links } = await network.status();
  const driverP99Us = Math.max(links?.p99Us ?? 0, ...groups.map(({ ownDelay }) => ownDelay.p99Us));
  tell({ ...line, driverP99Us } satisfies ProbeLine);
  await network.stop();
});
