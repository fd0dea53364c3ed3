/** The cases of kernel-captures.ts: one transfer each, captured at both ends. */
import type { KernelCase, KernelDevice } from "./kernel-captures.ts";

function policer(rateKiBps: number, scope: "flow" | "shared" = "flow"): KernelDevice {
  return { kind: "policer", rateKiBps, scope };
}

function tbf(rateBps: number, burstBytes: number, limitBytes: number): KernelDevice {
  return { kind: "tbf", rateBps, burstBytes, limitBytes };
}

export const CASES: readonly KernelCase[] = [
  { title: "nothing in the way, 20 ms", mechanism: "unimpeded", delayMs: 20, bytes: 3_000_000 },
  { title: "nothing in the way, 80 ms", mechanism: "unimpeded", delayMs: 80, bytes: 3_000_000 },
  {
    title: "hashlimit 128 KiB/s, 20 ms",
    mechanism: "policed",
    delayMs: 20,
    bytes: 1_500_000,
    device: policer(128),
  },
  {
    title: "hashlimit 64 KiB/s, 80 ms",
    mechanism: "policed",
    delayMs: 80,
    bytes: 900_000,
    device: policer(64),
  },
  {
    title: "hashlimit 128 KiB/s, 40 ms, Reno",
    mechanism: "policed",
    delayMs: 40,
    bytes: 1_500_000,
    congestionControl: "reno",
    device: policer(128),
  },
  {
    title: "hashlimit 128 KiB/s shared by two",
    mechanism: "policed",
    delayMs: 40,
    bytes: 800_000,
    flows: 2,
    device: policer(128, "shared"),
  },
  {
    title: "hashlimit 18 KiB/s, 50 ms",
    mechanism: "policed",
    delayMs: 50,
    bytes: 300_000,
    device: policer(18),
  },
  {
    title: "hashlimit 512 KiB/s, 10 ms",
    mechanism: "policed",
    delayMs: 10,
    bytes: 5_000_000,
    device: policer(512),
  },
  {
    title: "tbf 2 Mbit/s, deep queue",
    mechanism: "shaped",
    delayMs: 20,
    bytes: 2_000_000,
    device: tbf(2_000_000, 10_000, 300_000),
  },
  {
    title: "tbf 4 Mbit/s, shallow queue",
    mechanism: "shaped",
    delayMs: 40,
    bytes: 4_000_000,
    device: tbf(4_000_000, 5_000, 40_000),
  },
  {
    title: "tbf 1 Mbit/s, Reno",
    mechanism: "shaped",
    delayMs: 30,
    bytes: 1_200_000,
    congestionControl: "reno",
    device: tbf(1_000_000, 5_000, 30_000),
  },
  {
    title: "1 % random loss",
    mechanism: "lossy",
    delayMs: 40,
    bytes: 3_000_000,
    device: { kind: "loss", share: 0.01 },
  },
  {
    title: "3 % random loss, Reno",
    mechanism: "lossy",
    delayMs: 40,
    bytes: 2_000_000,
    congestionControl: "reno",
    device: { kind: "loss", share: 0.03 },
  },
  {
    title: "small receiver window",
    mechanism: "receiver-limited",
    delayMs: 50,
    bytes: 2_000_000,
    windowBytes: 32_768,
  },
  {
    title: "paced application",
    mechanism: "sender-limited",
    delayMs: 30,
    bytes: 1_000_000,
    writeRateBps: 1_000_000,
  },
];
