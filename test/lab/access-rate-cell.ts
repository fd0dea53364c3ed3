/** Inside a cell: how long one object takes before its client's line is slowed, meanwhile and after. */
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { insideCell } from "./in-cell.ts";
import { scenarioOf } from "./small-scenario.ts";

const SCENARIO = `
name: lines
title: a line whose rate changes
start: 2026-03-02T09:00:00Z
end: 2026-03-02T10:00:00Z
hosting: [{name: hoster, asn: 64500, link: {delay: 5 ms}}]
sites: [{name: site.example, hosting: hoster, objects: {/object: 50 kB}}]
networks: [{name: access, kind: landline, asn: 64510, hops: 1, access: {down: 20 Mbit/s, up: 10 Mbit/s, delay: 5 ms}, clients: [client]}]
`;

insideCell<{ rateBps: number }>(async ({ rateBps }, folder, tell) => {
  const scenario = scenarioOf(SCENARIO);
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const network = new KernelNetwork(scenario, folder, undefined, clock, () => 0.5);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  for (const rate of [undefined, rateBps, undefined]) {
    network.setAccessRate("access", rate);
    const { transferUs } = await network.visit({
      ...{ client: "client", name: "site.example", path: "/object", timeoutMs: 20_000 },
    });
    tell({ seconds: transferUs! / 1e6 });
  }
  await network.stop();
});
