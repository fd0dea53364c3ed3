/** Builds the devices of a configuration. */
import type { Random } from "../../src/base/random.ts";
import { seededRandom } from "../../src/base/random.ts";
import { CodelQueue } from "./codel.ts";
import type { DeviceConfig, QueueConfig } from "./config.ts";
import type { Drops } from "./drops.ts";
import type { QueueingRecord } from "./link.ts";
import { Link } from "./link.ts";
import { LossyChannel } from "./loss.ts";
import { PieQueue } from "./pie.ts";
import { Policer } from "./policer.ts";
import { DropTailQueue } from "./queue.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";

/** Far beyond what active queue management lets grow. */
const DEFAULT_QUEUE_LIMIT_BYTES = 10_000_000;

export interface DeviceChain {
  readonly first: Stage;
  /** Of each device in turn; absent where it has no queue. */
  readonly queueing: readonly (QueueingRecord | undefined)[];
}

export interface DeviceSurroundings {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly drops: Drops;
  /** Whether queueing records include the segment. */
  readonly counts: (segment: Segment) => boolean;
}

export function chainDevices(
  devices: readonly DeviceConfig[],
  surroundings: DeviceSurroundings,
  last: Stage,
): DeviceChain {
  const queueing: (QueueingRecord | undefined)[] = devices.map(() => undefined);
  let next = last;
  for (let i = devices.length - 1; i >= 0; i--) {
    const made = makeDevice(devices[i]!, surroundings, next);
    if (made instanceof Link) queueing[i] = made.record;
    next = made;
  }
  return { first: next, queueing };
}

function makeDevice(device: DeviceConfig, surroundings: DeviceSurroundings, next: Stage): Stage {
  const { schedule, drops, counts } = surroundings;
  // Each device draws from a series of its own, so that adding one leaves the others as they were.
  const random = seededRandom(surroundings.random.integer(0, 0x7fffffff));
  if (device.kind === "policer") return new Policer(schedule, device, drops, next);
  if (device.kind === "loss" || device.kind === "bursty-loss") {
    return new LossyChannel(device, random, drops, next);
  }
  const { rateBps, overheadBytes = 0 } = device;
  const burstBytes = device.kind === "shaper" ? device.burstBytes : 0;
  const queue = makeQueue(device.queue, rateBps, surroundings, random);
  return new Link(schedule, { rateBps, burstBytes, overheadBytes, counts }, queue, next);
}

function makeQueue(
  config: QueueConfig,
  rateBps: number,
  { schedule, drops }: DeviceSurroundings,
  random: Random,
): DropTailQueue {
  const limit = config.limitBytes ?? DEFAULT_QUEUE_LIMIT_BYTES;
  if (config.kind === "codel") {
    return new CodelQueue(schedule, drops, limit, config.targetUs, config.intervalUs);
  }
  if (config.kind === "pie") return new PieQueue(schedule, drops, limit, random, rateBps, config.targetUs);
  return new DropTailQueue(schedule, drops, limit);
}
