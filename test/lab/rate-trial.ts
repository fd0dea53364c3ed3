/**
 * Inside a cell: many flows through one policer setting at a time, and what arrived of each in every window.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { arrivalWindows } from "./arrival-windows.ts";
import { insideCell } from "./in-cell.ts";
import { scenarioOf } from "./small-scenario.ts";

export interface RateTrial {
  readonly rttsMs: readonly number[];
  readonly burstsKb: readonly number[];
  /** Of each RTT, direction and bucket. */
  readonly flows: number;
  readonly seconds: number;
  readonly windowS: number;
}

export interface RateLine {
  readonly rttMs: number;
  readonly burstKb: number;
  readonly direction: "down" | "up";
  readonly windowsKbps: readonly number[];
}

const RATE = "146 kbit/s";
/** More than any flow can move in its time. */
const BYTES = 5_000_000;

function scenarioText({ rttsMs, burstsKb }: RateTrial): string {
  return `
name: rates
title: policers of several depths at several distances
start: 2021-03-10T00:00:00Z
end: 2021-03-11T00:00:00Z
rules:
  limits:
    rules:
${burstsKb.map((kb) => `      - {id: b${kb}, names: b${kb}.example, action: {kind: police, rate: ${RATE}, burst: ${kb} kB}}`).join("\n")}
hosting: [{name: hoster, asn: 64500, link: {delay: 0 ms}}]
sites:
${burstsKb.map((kb) => `  - {name: b${kb}.example, hosting: hoster}`).join("\n")}
networks:
${rttsMs.map((rtt) => `  - {name: rtt${rtt}, kind: landline, asn: 64510, hops: 2, access: {delay: ${rtt / 2} ms}, box: {hop: 2, rules: limits}, clients: [client-${rtt}]}`).join("\n")}
`;
}

insideCell<RateTrial>(async (trial, folder, tell) => {
  const scenario = scenarioOf(scenarioText(trial));
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const captures = join(folder, "captures");
  mkdirSync(captures);
  const network = new KernelNetwork(scenario, folder, captures, clock, seededRandom(1).next);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  const { sites, clients } = network.topology;
  for (const burstKb of trial.burstsKb) {
    const name = `b${burstKb}.example`;
    const address = sites.get(name)!.v4;
    const visits = trial.rttsMs.flatMap((rttMs) =>
      (["down", "up"] as const).flatMap((direction) =>
        Array.from({ length: trial.flows }, () =>
          network.visit({
            ...{ client: `client-${rttMs}`, name, address, direction, bytes: BYTES },
            path: direction === "down" ? `/bytes/${BYTES}` : "/upload",
            timeoutMs: trial.seconds * 1000,
          }),
        ),
      ),
    );
    const outcomes = await Promise.all(visits);
    const failed = outcomes.find(({ operation }) => operation !== "read");
    if (failed) throw new Error(`${name}: ${failed.failure} at ${failed.operation}`);
  }
  await network.stop();
  const flows = trial.rttsMs
    .flatMap((rttMs) => arrivalWindows(join(captures, `client-${rttMs}.pcap`), "down", trial.windowS))
    .concat(arrivalWindows(join(captures, "hoster-servers.pcap"), "up", trial.windowS));
  for (const { client, server, direction, windowsKbps } of flows) {
    const burstKb = trial.burstsKb.find((kb) => sites.get(`b${kb}.example`)!.v4 === server)!;
    const rttMs = trial.rttsMs.find((rtt) => clients.get(`client-${rtt}`)!.v4 === client)!;
    tell({ rttMs, burstKb, direction, windowsKbps } satisfies RateLine);
  }
});
