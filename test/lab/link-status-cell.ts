/** Inside a cell: the network's status after one visit over links that delay, and over links that do not. */
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { insideCell } from "./in-cell.ts";
import { scenarioOf } from "./small-scenario.ts";

function scenarioText(delayMs: number): string {
  return `
name: links
title: links without a box
start: 2026-03-02T09:00:00Z
end: 2026-03-02T10:00:00Z
hosting: [{name: hoster, asn: 64500, link: {delay: ${delayMs} ms}}]
sites: [{name: site.example, hosting: hoster, objects: {/object: 100 kB}}]
networks: [{name: access, kind: landline, asn: 64510, hops: 1, access: {delay: 0 ms}, clients: [client]}]
`;
}

insideCell<{ delayMs: number }>(async ({ delayMs }, folder, tell) => {
  const scenario = scenarioOf(scenarioText(delayMs));
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const network = new KernelNetwork(scenario, folder, undefined, clock, () => 0.5);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  await network.visit({ client: "client", name: "site.example", path: "/object", timeoutMs: 8000 });
  tell(await network.status());
  await network.stop();
});
