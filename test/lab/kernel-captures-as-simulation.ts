/** The simulator's counterpart of a kernel capture: the same devices, delay and transfer. */
import type { DeviceConfig, SimulationConfig } from "../simulator/config.ts";
import type { KernelCase, KernelDevice } from "./kernel-captures.ts";

const KIB = 1024;
const ETHERNET_BYTES = 14;
/** hashlimit charges whole chunks of 16 bytes, one more than fit (net/netfilter/xt_hashlimit.c). */
const HASHLIMIT_CHUNK_BYTES = 8;
/** What two hosts, two tunnels and a relay without privileges add to the delay. */
const PROCESSING_US = 500;
/** Share of a receive buffer that the kernel announces, for full packets (19,072 of 32,768 seen on Linux 6.18). */
const ANNOUNCED_SHARE = 0.582;
const VETH_RATE_BPS = 1e9;

/** `jitterUs`: of the relay, which depends on what else the machine does. */
export function asSimulation(
  setup: KernelCase,
  at: "sender" | "receiver",
  seed: number,
  jitterUs: number,
): SimulationConfig {
  const { bytes, congestionControl = "cubic", flows = 1, seconds = 20, windowBytes, writeRateBps } = setup;
  return {
    seed,
    intent: setup.title,
    flows: Array.from({ length: flows }, () => ({
      requests: [{ bytes, ...(writeRateBps ? { writeRateBps } : {}) }],
      congestionControl,
      ...(windowBytes ? { receiveBufferBytes: windowBytes * ANNOUNCED_SHARE } : {}),
    })),
    devices: setup.device ? [asDevice(setup.device)] : [],
    rttUs: setup.delayMs * 1000 + PROCESSING_US,
    jitterUs,
    // The router stands right beside the server.
    devicePlace: 0.01,
    accessRateBps: VETH_RATE_BPS,
    capture: { at },
    maximumUs: seconds * 1e6,
  };
}

function asDevice(device: KernelDevice): DeviceConfig {
  if (device.kind === "policer") {
    const bytesPerSecond = device.rateKiBps * KIB;
    return {
      kind: "policer",
      rateBps: bytesPerSecond * 8,
      burstBytes: bytesPerSecond,
      initialBytes: 2 * bytesPerSecond,
      scope: device.scope,
      overheadBytes: HASHLIMIT_CHUNK_BYTES,
    };
  }
  if (device.kind === "loss") return device;
  return {
    kind: "shaper",
    rateBps: device.rateBps,
    burstBytes: device.burstBytes,
    queue: { kind: "drop-tail", limitBytes: device.limitBytes },
    overheadBytes: ETHERNET_BYTES,
  };
}
