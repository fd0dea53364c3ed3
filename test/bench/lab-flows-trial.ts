/**
 * Inside a cell: bursts of new flows through the box driver, at several rates, and what became of them.
 */
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { forgetConnections } from "../../src/host/kernel/conntrack.ts";
import { libc } from "../../src/host/kernel/libc.ts";
import { withinNetwork } from "../../src/host/kernel/network-namespace.ts";
import { networkPath } from "../../src/lab/network/build-network.ts";
import { TRANSIT, UP } from "../../src/lab/topology/plan-topology.ts";
import { insideCell } from "../lab/in-cell.ts";
import { byName, POLICE } from "../middlebox/rules.ts";
import { Burst, BurstSocket, hardwareOf } from "./lab-flood.ts";
import { CLIENT, readNetworkFile, Stage } from "./lab-stage.ts";

export interface FlowsTrial {
  readonly flows: number;
  readonly hitShare: number;
  readonly names: number;
  readonly bursts: number;
  /** Flows offered a second; null: as fast as they can be sent. */
  readonly rates: readonly (number | null)[];
}

export interface FlowsLine {
  readonly offered: number | null;
  readonly flows: number;
  readonly sentS: number;
  /** Until the last packet had its verdict. */
  readonly decidedS: number;
  /** Flows all of whose packets the box decided on, at least. */
  readonly decided: number;
  /** Packets that the box did not see; and what the driver's own counter says of them. */
  readonly bypassed: number;
  readonly counted: number;
  readonly triggered: number;
  readonly hits: number;
  readonly evicted: number;
  readonly driverS: number;
}

const IDLE_MS = 11 * 60_000;
const LOOK_EVERY_MS = 2;
/** RFC 5737; the transit network drops what is for it, so that nothing answers. */
const NOWHERE = "203.0.113.7";

insideCell<FlowsTrial>(async (trial, folder, tell) => {
  const stage = new Stage(folder);
  execFileSync("ip", ["-n", TRANSIT, "route", "add", "blackhole", `${NOWHERE}/32`]);
  const wantedName = "api.twitter.com";
  const names = Array.from({ length: trial.names - 1 }, (_, i) => `*.site-${i}.example`);
  await stage.putBoxIn(byName(POLICE, "*twitter.com", ...names));
  const upper = execFileSync("ip", ["-n", stage.boxHost, "-br", "link", "show", "c0"], { encoding: "utf8" });
  const [device, socket] = withinNetwork(networkPath(CLIENT), () => [
    libc().if_nametoindex(UP),
    new BurstSocket(),
  ]);
  const { flows, hitShare } = trial;
  const plan = { flows, hitShare, wantedName, client: stage.clientAddress, server: NOWHERE };
  const burst = new Burst(plan, device, hardwareOf(upper.split(/\s+/)[2]!));
  // The first burst warms up.
  for (const offered of [
    null,
    ...trial.rates.flatMap((rate) => Array.from({ length: trial.bursts }, () => rate)),
  ]) {
    const line = await playBurst(stage, burst, socket, trial.flows, offered);
    tell(line);
  }
  stage.takeBoxOut();
});

async function playBurst(
  stage: Stage,
  burst: Burst,
  socket: BurstSocket,
  flows: number,
  offered: number | null,
): Promise<FlowsLine> {
  await stage.leap(IDLE_MS);
  withinNetwork(networkPath(stage.boxHost), forgetConnections);
  const before = await stage.status();
  const cpuBefore = stage.driverSeconds();
  const started = performance.now();
  const sentS = burst.send(socket, offered ?? Number.POSITIVE_INFINITY);
  while (waiting(stage.boxHost) > 0) await sleep(LOOK_EVERY_MS);
  const decidedS = (performance.now() - started) / 1000;
  const after = await stage.status();
  const [now, then] = [after.devices[0]!, before.devices[0]!];
  const bypassed = burst.packets - (now.packets - then.packets);
  return {
    ...{ offered, flows, sentS, decidedS, bypassed, hits: burst.hits },
    counted: after.bypassed - before.bypassed,
    decided: Math.max(0, flows - bypassed),
    triggered: now.flowsByAction.police - then.flowsByAction.police,
    evicted: now.evictedFlows - then.evictedFlows,
    driverS: stage.driverSeconds() - cpuBefore,
  };
}

/** Packets in the queue that have no verdict yet. */
function waiting(host: string): number {
  return Number(readNetworkFile(host, "netfilter/nfnetlink_queue").trim().split(/\s+/)[2] ?? 0);
}
