/**
 * What really happened to the data of a simulation, from the devices' own records. Cross-traffic does not count.
 * A device that was there but did nothing is not the truth: a policer that dropped nothing did not police.
 */
import type { SimulationConfig } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { Drop, DropCause } from "./drops.ts";
import type { QueueingRecord } from "./link.ts";

export type Mechanism =
  | "policed"
  | "shaped"
  | "congested"
  | "lossy"
  | "receiver-limited"
  | "sender-limited"
  | "unimpeded";

/** A queue held the data up when this share of the packets waited in it. */
const WAITED_SHARE = 0.1;
/** A transfer was limited by its ends when they held it back for more than half of its time. */
const LIMITED_SHARE = 0.5;

export interface FlowTruth {
  readonly cross: boolean;
  readonly hidden: boolean;
  readonly deliveredBytes: number;
  /** From the end of the handshake to the last byte, or to the end of the simulation. */
  readonly durationUs: number;
  readonly finished: boolean;
  /** Data packets lost on their way from server to client, by what dropped them. */
  readonly losses: Readonly<Record<DropCause, number>>;
  readonly dataPackets: number;
  readonly retransmissions: number;
  readonly timeouts: number;
  readonly recoveries: number;
  /** What held the sender back, in µs. */
  readonly limitsUs: Readonly<Record<"network" | "receiver" | "sender" | "none", number>>;
}

export interface Truth {
  readonly mechanism: Mechanism;
  /** Everything that played a part, the mechanism first. */
  readonly mechanisms: readonly Mechanism[];
  /** Of the device that is the mechanism, in bytes as it counts them. */
  readonly rateBps?: number;
  readonly burstBytes?: number;
  readonly scope?: "flow" | "shared";
  readonly overheadBytes?: number;
  /** Kind of queue of the shaper or link. */
  readonly queue?: "drop-tail" | "codel" | "pie";
  /** A policer ran out of tokens for the data. */
  readonly burstExhausted: boolean;
  /** Of the data packets of the flows that count, by cause. */
  readonly losses: Readonly<Record<DropCause, number>>;
  readonly dataPackets: number;
  /** Waiting in shapers and links, of the one that held them up longest. */
  readonly queueing?: Readonly<QueueingRecord>;
  readonly flows: readonly FlowTruth[];
  /** Every drop, in order, of all flows and both directions. */
  readonly drops: readonly Drop[];
}

export interface Evidence {
  readonly config: SimulationConfig;
  readonly connections: readonly Connection[];
  readonly drops: readonly Drop[];
  /** Of each device in turn; absent where it has no queue. */
  readonly queueing: readonly (QueueingRecord | undefined)[];
  /** Data packets that each flow's server sent. */
  readonly dataPackets: readonly number[];
  readonly endUs: number;
}

function noLosses(): Record<DropCause, number> {
  return { policer: 0, queue: 0, aqm: 0, channel: 0 };
}

export function truthOf(evidence: Evidence): Truth {
  const { config, connections, drops, queueing, dataPackets } = evidence;
  const perFlow = connections.map(noLosses);
  for (const drop of drops) {
    if (drop.fromServer && drop.payloadBytes > 0) perFlow[drop.flow]![drop.cause]++;
  }
  const flows = connections.map((connection, i): FlowTruth => {
    const { sender } = connection.server;
    sender.limits.set("none");
    const end = connection.finishedUs >= 0 ? connection.finishedUs : evidence.endUs;
    return {
      cross: config.flows[i]!.cross ?? false,
      hidden: config.flows[i]!.hidden ?? false,
      deliveredBytes: connection.deliveredBytes,
      durationUs: connection.establishedUs >= 0 ? end - connection.establishedUs : 0,
      finished: connection.finishedUs >= 0,
      losses: perFlow[i]!,
      dataPackets: dataPackets[i]!,
      retransmissions: sender.retransmissions,
      timeouts: sender.timeouts,
      recoveries: sender.recoveries,
      limitsUs: sender.limits.durationsUs,
    };
  });
  const own = flows.filter((flow) => !flow.cross);
  const losses = noLosses();
  for (const flow of own) {
    for (const cause of Object.keys(losses) as DropCause[]) losses[cause] += flow.losses[cause];
  }
  const mechanisms = mechanismsOf(config, own, losses, queueing);
  const mechanism = mechanisms[0] ?? "unimpeded";
  const slowest = queueing.reduce(
    (a, b) => ((b?.totalWaitUs ?? 0) > (a?.totalWaitUs ?? 0) ? b : a),
    undefined,
  );
  return {
    mechanism,
    mechanisms: mechanisms.length > 0 ? mechanisms : ["unimpeded"],
    ...deviceOf(config, mechanism),
    burstExhausted: losses.policer > 0,
    losses,
    dataPackets: own.reduce((sum, flow) => sum + flow.dataPackets, 0),
    ...(slowest ? { queueing: slowest } : {}),
    flows,
    drops,
  };
}

function mechanismsOf(
  config: SimulationConfig,
  own: readonly FlowTruth[],
  losses: Readonly<Record<DropCause, number>>,
  queueing: readonly (QueueingRecord | undefined)[],
): Mechanism[] {
  const heldUp = (kind: "shaper" | "link"): boolean =>
    config.devices.some((device, i) => {
      const record = queueing[i];
      return device.kind === kind && record !== undefined && record.waited > WAITED_SHARE * record.passed;
    });
  const has = (kind: string): boolean => config.devices.some((device) => device.kind === kind);
  const queueDropped = losses.queue + losses.aqm > 0;
  const found: Mechanism[] = [];
  if (losses.policer > 0) found.push("policed");
  if (heldUp("shaper") || (queueDropped && has("shaper"))) found.push("shaped");
  if (heldUp("link") || (queueDropped && has("link"))) found.push("congested");
  if (losses.channel > 0) found.push("lossy");
  const total = own.reduce((sum, flow) => sum + flow.durationUs, 0);
  const share = (limit: "receiver" | "sender"): number =>
    own.reduce((sum, flow) => sum + flow.limitsUs[limit], 0) / Math.max(1, total);
  if (share("receiver") > LIMITED_SHARE) found.push("receiver-limited");
  if (share("sender") > LIMITED_SHARE) found.push("sender-limited");
  return found;
}

function deviceOf(
  config: SimulationConfig,
  mechanism: Mechanism,
): Partial<Pick<Truth, "rateBps" | "burstBytes" | "scope" | "overheadBytes" | "queue">> {
  for (const device of config.devices) {
    if (mechanism === "policed" && device.kind === "policer") {
      const { rateBps, burstBytes, scope, overheadBytes = 0 } = device;
      return { rateBps, burstBytes, scope, overheadBytes };
    }
    if (mechanism === "shaped" && device.kind === "shaper") {
      const { rateBps, burstBytes, overheadBytes = 0, queue } = device;
      return { rateBps, burstBytes, overheadBytes, queue: queue.kind };
    }
    if (mechanism === "congested" && device.kind === "link") {
      const { rateBps, overheadBytes = 0, queue } = device;
      return { rateBps, overheadBytes, queue: queue.kind };
    }
  }
  return {};
}
