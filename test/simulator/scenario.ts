/**
 * Draws configurations from a population of paths as they are met: rates, buckets and buffers uniform in their
 * logarithm. Transfers are usually long enough for the mechanism to bite, and short enough to end within a minute.
 */
import type { Random } from "../../src/base/random.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { DeviceConfig, FlowConfig, QueueConfig, SimulationConfig } from "./config.ts";

export const INTENTS = [
  "policed-per-flow",
  "policed-shared",
  "shaped",
  "drop-tail-alone",
  "drop-tail-with-cross-traffic",
  "codel",
  "pie",
  "random-loss",
  "bursty-loss",
  "receiver-limited",
  "sender-limited",
  "healthy",
] as const;
export type Intent = (typeof INTENTS)[number];

const LOWEST_RATE_BPS = 100e3;
const HIGHEST_RATE_BPS = 50e6;
const LEAST_TRANSFER_BYTES = 100_000;
const LARGEST_TRANSFER_BYTES = 5_000_000;
/** What all flows together may take at the drawn rate. */
const LONGEST_TRANSFER_S = 40;
/** Rates are drawn such that a transfer is usually worth this many of its buckets or round trips. */
const TRANSFER_WORTH = 4;
const FULL_PACKET_BYTES = 1_500;
const LEAST_QUEUE_PACKETS = 10;
const MAXIMUM_US = 60e6;

export function drawScenario(seed: number): SimulationConfig {
  const random = seededRandom(seed);
  const intent = INTENTS[((seed % INTENTS.length) + INTENTS.length) % INTENTS.length]!;
  const rttUs = logUniform(random, 10e3, 300e3);
  const flowCount = random.pick([1, 1, 1, 2, 3]);
  const burstBytes = logUniform(random, 6e3, 1e6);
  let bytes = logUniform(random, LEAST_TRANSFER_BYTES, LARGEST_TRANSFER_BYTES);
  const policed = intent.startsWith("policed");
  // A policed transfer must outlast its bucket to be seen, and usually does here.
  if (policed && random.next() < 0.9) bytes = clampBytes(Math.max(bytes, TRANSFER_WORTH * burstBytes));
  const fastest = Math.max(2 * LOWEST_RATE_BPS, (bytes * 8e6) / (TRANSFER_WORTH * rttUs));
  const rateBps = logUniform(random, LOWEST_RATE_BPS, Math.min(HIGHEST_RATE_BPS, fastest));
  bytes = clampBytes(Math.min(bytes, (rateBps * LONGEST_TRANSFER_S) / 8 / flowCount));
  const drawn = { random, intent, rttUs, rateBps, burstBytes, bytes };
  const { devices, cross = [] } = drawDevices(drawn);
  const own = Array.from({ length: flowCount }, (_, i) => drawFlow(drawn, i));
  return {
    seed,
    intent,
    flows: [...own, ...cross],
    devices,
    rttUs,
    jitterUs: random.next() < 0.25 ? 0 : random.next() * 20e3,
    devicePlace: random.pick([0.1, 0.5, 0.9]),
    accessRateBps: random.pick([1e9, 1e9, 1e8]),
    capture: { at: random.pick(["sender", "receiver"]), link: random.next() < 0.9 ? "ethernet" : "raw" },
    maximumUs: MAXIMUM_US,
  };
}

interface Drawn {
  readonly random: Random;
  readonly intent: Intent;
  readonly rttUs: number;
  readonly rateBps: number;
  readonly burstBytes: number;
  readonly bytes: number;
}

interface Surroundings {
  readonly devices: readonly DeviceConfig[];
  readonly cross?: readonly FlowConfig[];
}

function logUniform(random: Random, low: number, high: number): number {
  return Math.round(low * (high / low) ** random.next());
}

function clampBytes(bytes: number): number {
  return Math.round(Math.min(LARGEST_TRANSFER_BYTES, Math.max(LEAST_TRANSFER_BYTES, bytes)));
}

function drawDevices(drawn: Drawn): Surroundings {
  const { random, intent, rateBps, burstBytes } = drawn;
  const overheadBytes = random.pick([0, 14, 18]);
  const link = (queue: QueueConfig): DeviceConfig => ({ kind: "link", rateBps, queue, overheadBytes });
  switch (intent) {
    case "policed-per-flow":
    case "policed-shared": {
      const scope = intent === "policed-shared" ? "shared" : "flow";
      return { devices: [{ kind: "policer", rateBps, burstBytes, scope, overheadBytes }] };
    }
    case "shaped": {
      const queue = dropTail(drawn);
      // A shaper's bucket is small beside its queue; a large one would be a burst allowance.
      const burst = Math.min(burstBytes, logUniform(random, 2_000, 100_000));
      return { devices: [{ kind: "shaper", rateBps, burstBytes: burst, queue, overheadBytes }] };
    }
    case "drop-tail-alone":
      return { devices: [link(dropTail(drawn))] };
    case "drop-tail-with-cross-traffic":
      return { devices: [link(dropTail(drawn))], cross: drawCrossTraffic(drawn) };
    case "codel":
      return { devices: [link({ kind: "codel" })] };
    case "pie":
      return { devices: [link({ kind: "pie" })] };
    case "random-loss":
      return { devices: [{ kind: "loss", share: logUniform(random, 1, 50) / 1000 }] };
    case "bursty-loss": {
      const meanBurst = random.integer(2, 10);
      // The channel is bad for 0.3 to 5 % of the packets.
      const toBad = logUniform(random, 300, 5_000) / 100_000 / meanBurst;
      const lossWhenBad = 0.5 + 0.5 * random.next();
      return { devices: [{ kind: "bursty-loss", toBad, toGood: 1 / meanBurst, lossWhenBad }] };
    }
    default:
      return { devices: [] };
  }
}

/** 0.25 to 4 bandwidth-delay products, at least ten packets. */
function dropTail({ random, rateBps, rttUs }: Drawn): QueueConfig {
  const product = (rateBps * rttUs) / 8e6;
  const bytes = Math.round(product * 0.25 * 16 ** random.next());
  return { kind: "drop-tail", limitBytes: Math.max(LEAST_QUEUE_PACKETS * FULL_PACKET_BYTES, bytes) };
}

/** One to three others that share the queue: endless or on and off, in the capture or not. */
function drawCrossTraffic(drawn: Drawn): FlowConfig[] {
  const { random } = drawn;
  const hidden = random.next() < 0.5;
  return Array.from({ length: random.integer(1, 3) }, (_, i): FlowConfig => {
    const endless = random.next() < 0.5;
    const chunk = logUniform(random, 50e3, 1e6);
    const requests = endless
      ? [{ bytes: 100 * LARGEST_TRANSFER_BYTES }]
      : Array.from({ length: 200 }, () => ({ bytes: chunk, pauseUs: random.exponential(1e6) }));
    return {
      ...drawStack(random),
      requests,
      hidden,
      cross: true,
      serverHost: 2 + i,
      clientHost: 1 + random.integer(0, 1) * (1 + i),
      startUs: random.next() * 2e6,
      extraRttUs: random.next() * 100e3,
    };
  });
}

function drawStack(random: Random): Omit<FlowConfig, "requests"> {
  return {
    congestionControl: random.next() < 0.75 ? "cubic" : "reno",
    hyStart: random.next() < 0.8,
    sack: random.next() < 0.92,
    timestamps: random.next() < 0.85,
    initialWindow: random.next() < 0.9 ? 10 : 4,
    acknowledgeEvery: random.next() < 0.85 ? 2 : random.pick([1, 4]),
  };
}

function drawFlow(drawn: Drawn, index: number): FlowConfig {
  const { random, intent, bytes, rttUs, rateBps } = drawn;
  const flow: FlowConfig = {
    ...drawStack(random),
    startUs: index === 0 ? 0 : random.next() * 1e6,
    requests: drawRequests(random, bytes),
  };
  const share = (rateBps * rttUs) / 8e6;
  if (intent === "receiver-limited") {
    if (random.next() < 0.5) return { ...flow, receiveBufferBytes: random.integer(8, 65) * 1_000 };
    return { ...flow, receiveBufferBytes: Math.max(32_768, Math.round(2 * share)), readRateBps: rateBps };
  }
  if (intent !== "sender-limited") return flow;
  if (random.next() < 0.7) return { ...flow, requests: [{ bytes, writeRateBps: Math.min(rateBps, 20e6) }] };
  const count = random.integer(5, 15);
  const part = Math.ceil(bytes / count);
  // Pauses that outweigh what the transfers themselves take.
  const pauseUs = Math.max(1e6, 8 * rttUs);
  return { ...flow, requests: Array.from({ length: count }, () => ({ bytes: part, pauseUs })) };
}

/** One response, or the chunks of a video. */
function drawRequests(random: Random, bytes: number): FlowConfig["requests"] {
  if (random.next() < 0.8) return [{ bytes }];
  const count = random.integer(2, 5);
  const part = Math.ceil(bytes / count);
  return Array.from({ length: count }, (_, i) => ({
    bytes: part,
    pauseUs: i === 0 ? 0 : random.next() * 1e6,
  }));
}
