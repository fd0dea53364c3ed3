/**
 * Simulates transfers packet by packet in virtual time: servers, their path to the clients with its devices, and the
 * capture that one end would have made. Deterministic in the configuration, seed included; shares nothing with
 * src/transfer and src/verdict, which are tested with its captures.
 *
 * server - its interface - tap - delay - devices - delay - tap - client, and back without the interface.
 */
import { seededRandom } from "../../src/base/random.ts";
import { CaptureWriter } from "./capture-writer.ts";
import type { SimulationConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import { DelayLine, PATH_HOLD_US } from "./delay-line.ts";
import { chainDevices } from "./devices.ts";
import { Drops } from "./drops.ts";
import { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";
import type { Truth } from "./truth.ts";
import { truthOf } from "./truth.ts";

export type { SimulationConfig } from "./config.ts";
export type { Mechanism, Truth } from "./truth.ts";

const DEFAULT_ACCESS_RATE_BPS = 1e9;
const DEFAULT_MAXIMUM_US = 120e6;
/** From the interface to TCP, packet by packet: interrupts and scheduling of an ordinary host. */
const HOST_DELAY = { delayUs: 10, jitterUs: 30, holdUs: 0, reordering: false };
/** The server's own interface drops nothing: its sockets wait instead. */
const ACCESS_QUEUE_BYTES = 1e9;
/** Start values of timestamp clocks; low enough not to wrap. */
const MAXIMUM_TIMESTAMP = 0x3fffffff;

export interface SimulationResult {
  /** A pcap. */
  readonly capture: Uint8Array;
  readonly frames: number;
  readonly truth: Truth;
  /** Virtual time at the end. */
  readonly endUs: number;
}

/** A stage whose successor is known only later. */
class Junction implements Stage {
  next: Stage | undefined;
  accept(segment: Segment): void {
    this.next!.accept(segment);
  }
}

export function simulate(config: SimulationConfig): SimulationResult {
  const schedule = new Schedule();
  const random = seededRandom(config.seed);
  const drops = new Drops(schedule);
  const capture = new CaptureWriter(schedule, config.capture, config.flows, random);
  const counts = (segment: Segment): boolean =>
    segment.payloadBytes > 0 && segment.fromServer && !config.flows[segment.flow]!.cross;
  const surroundings = { schedule, random, drops, counts };
  const place = config.devicePlace ?? 0.5;

  const beyond: Stage[] = [];
  const route: Stage = { accept: (segment) => beyond[segment.flow]!.accept(segment) };
  const forward = chainDevices(config.devices, surroundings, route);
  const beyondReverse: Stage[] = [];
  const routeReverse: Stage = { accept: (segment) => beyondReverse[segment.flow]!.accept(segment) };
  const reverse = chainDevices(config.reverseDevices ?? [], surroundings, routeReverse);
  const toPath: Stage[] = [];
  const access = chainDevices(
    [
      {
        kind: "link",
        rateBps: config.accessRateBps ?? DEFAULT_ACCESS_RATE_BPS,
        queue: { kind: "drop-tail", limitBytes: ACCESS_QUEUE_BYTES },
      },
    ],
    surroundings,
    { accept: (segment) => toPath[segment.flow]!.accept(segment) },
  );

  const dataPackets = config.flows.map(() => 0);
  const connections = config.flows.map((flow, i) => {
    const oneWayUs = (config.rttUs + (flow.extraRttUs ?? 0)) / 2;
    // A quarter of the jitter in each of the four parts of the way.
    const jitterUs = (config.jitterUs ?? 0) / 4;
    const part = (share: number, next: Stage): Stage => {
      const reordering = config.reordering ?? false;
      const options = { delayUs: oneWayUs * share, jitterUs, holdUs: PATH_HOLD_US, reordering };
      return new DelayLine(schedule, options, seededRandom(random.integer(0, 0x7fffffff)), next);
    };
    const host = (next: Stage): Stage =>
      new DelayLine(schedule, HOST_DELAY, seededRandom(random.integer(0, 0x7fffffff)), next);
    const server = new Junction();
    const client = new Junction();
    beyond[i] = part(1 - place, capture.tap("receiver", host(client)));
    toPath[i] = capture.tap("sender", part(place, forward.first));
    beyondReverse[i] = part(place, capture.tap("sender", host(server)));
    const connection = new Connection(schedule, {
      flow: i,
      config: flow,
      serverOutput: {
        accept: (segment) => {
          if (segment.payloadBytes > 0) dataPackets[i]!++;
          access.first.accept(segment);
        },
      },
      clientOutput: capture.tap("receiver", part(1 - place, reverse.first)),
      serverTimestampBase: random.integer(1, MAXIMUM_TIMESTAMP),
      clientTimestampBase: random.integer(1, MAXIMUM_TIMESTAMP),
    });
    server.next = connection.server;
    client.next = connection.client;
    return connection;
  });

  // Cross-traffic ends with what it crosses.
  const awaited = connections.filter((_, i) => !config.flows[i]!.cross);
  const maximumUs = config.maximumUs ?? DEFAULT_MAXIMUM_US;
  while (schedule.nowUs < maximumUs && !awaited.every((connection) => connection.over)) {
    if (!schedule.step()) break;
  }
  const endUs = schedule.nowUs;
  const evidence = { config, connections, drops: drops.list, queueing: forward.queueing, dataPackets, endUs };
  return { capture: capture.finish(), frames: capture.frames, truth: truthOf(evidence), endUs };
}
