/**
 * Inside a cell: round trips over links of several delays beside what they were set to, with a box that lets pass and
 * without; and what flows that a box polices cost its driver.
 */
import { seededRandom } from "../../src/base/random.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { insideCell } from "../lab/in-cell.ts";
import { scenarioOf } from "../lab/small-scenario.ts";
import { pingTimes } from "./lab-ping.ts";
import { processSeconds } from "./lab-stage.ts";

export interface DelayTrial {
  readonly rttsMs: readonly number[];
  readonly pings: number;
  readonly policedFlows: number;
  readonly seconds: number;
}

export type DelayLine =
  | {
      readonly kind: "rtt";
      readonly rttMs: number;
      readonly hasBox: boolean;
      readonly samplesUs: readonly number[];
    }
  | {
      readonly kind: "policed";
      readonly flows: number;
      readonly goodputBps: number;
      readonly packets: number;
      readonly driverS: number;
      readonly seconds: number;
      readonly ownDelayUs: { readonly mean: number; readonly median: number; readonly p99: number };
    };

const NAME = "api.twitter.com";
/** More than any policed flow can move in its time. */
const BYTES = 5_000_000;

function scenarioText(rttsMs: readonly number[]): string {
  const access = rttsMs.flatMap((rtt) => [true, false].map((hasBox) => ({ rtt, hasBox })));
  return `
name: delays
title: links of several delays, with and without a box
start: 2026-03-02T09:00:00Z
end: 2026-03-02T10:00:00Z
rules:
  twitter:
    action: {kind: police, rate: 146 kbit/s, burst: 16 kB}
    rules: [{id: twitter, names: "*twitter.com"}]
hosting: [{name: hoster, asn: 64500, link: {delay: 0 ms}}]
sites: [{name: ${NAME}, hosting: hoster}]
networks:
${access
  .map(({ rtt, hasBox }) => {
    const box = hasBox ? ", box: {hop: 1, rules: twitter}" : "";
    const name = networkName(rtt, hasBox);
    return `  - {name: ${name}, kind: landline, asn: 64510, hops: 1, access: {delay: ${rtt / 2} ms}${box}, clients: [${name}-client]}`;
  })
  .join("\n")}
`;
}

function networkName(rttMs: number, hasBox: boolean): string {
  return `rtt${rttMs}-${hasBox ? "box" : "plain"}`;
}

insideCell<DelayTrial>(async (trial, folder, tell) => {
  const scenario = scenarioOf(scenarioText(trial.rttsMs));
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
  const network = new KernelNetwork(scenario, folder, undefined, clock, seededRandom(1).next);
  furnishCell(folder, network.topology.nameServer.v4);
  await network.start();
  const address = network.topology.sites.get(NAME)!.v4;
  for (const rttMs of trial.rttsMs) {
    for (const hasBox of [false, true]) {
      const client = `${networkName(rttMs, hasBox)}-client`;
      tell({
        kind: "rtt",
        rttMs,
        hasBox,
        samplesUs: pingTimes(client, address, trial.pings),
      } satisfies DelayLine);
    }
  }
  tell(await playPoliced(network, trial, address));
  await network.stop();
});

async function playPoliced(
  network: KernelNetwork,
  { policedFlows, seconds, rttsMs }: DelayTrial,
  address: string,
): Promise<DelayLine> {
  const client = `${networkName(rttsMs[0]!, true)}-client`;
  const group = network.topology.boxes.findIndex(({ network: name }) => client.startsWith(name));
  const before = (await network.status()).groups[group]!;
  const cpu = processSeconds(network.processes.driver!);
  const outcomes = await Promise.all(
    Array.from({ length: policedFlows }, () =>
      network.visit({
        client,
        name: NAME,
        address,
        direction: "down",
        path: `/bytes/${BYTES}`,
        bytes: BYTES,
        timeoutMs: seconds * 1000,
      }),
    ),
  );
  const driverS = processSeconds(network.processes.driver!) - cpu;
  const { queued, ownDelay } = (await network.status()).groups[group]!;
  const bytes = outcomes.reduce((sum, outcome) => sum + outcome.bytes, 0);
  return {
    ...{ kind: "policed", flows: policedFlows, seconds, driverS },
    goodputBps: (8 * bytes) / seconds / policedFlows,
    packets: queued - before.queued,
    ownDelayUs: { mean: ownDelay.meanUs, median: ownDelay.medianUs, p99: ownDelay.p99Us },
  };
}
