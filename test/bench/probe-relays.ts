/**
 * A drawn case in a laboratory made of relays, without namespaces: the probe stays outside and is led in by the client's
 * proxy. There are no packets, and so no driver that could be late.
 */
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { RelayNetwork } from "../../src/lab/relay/relay-network.ts";
import { insideCell } from "../lab/in-cell.ts";
import { scenarioOf } from "../lab/small-scenario.ts";
import { measureCase, type ProbeLine } from "./measure-case.ts";
import { CLIENT, NETWORK, type ProbeCase, TARGET_HOSTING, taint } from "./probe-cases.ts";

insideCell<ProbeCase>(async (drawn, folder, tell) => {
  const scenario = scenarioOf(drawn.scenario);
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const network = new RelayNetwork(scenario, folder, clock);
  await network.start();
  if (drawn.isHostingDown) await network.setHosting(TARGET_HOSTING, "down");
  if (drawn.trafficBps > 0) await network.setTraffic(NETWORK, drawn.trafficBps);
  if (drawn.kind === "tainted-address") await taint(network, network.topology);
  const proxy = { https_proxy: `http://127.0.0.1:${network.proxies[CLIENT]}` };
  const line = await measureCase({ ...drawn, explains: false }, folder, undefined, proxy);
  tell(line satisfies ProbeLine);
  await network.stop();
});
