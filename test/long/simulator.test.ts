/**
 * Whether the simulator does what its parts promise. Its agreement with real kernels: test/lab/kernel-captures.test.ts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { capturedPackets } from "../simulator/captured-packets.ts";
import type { DeviceConfig, FlowConfig, SimulationConfig } from "../simulator/config.ts";
import { drawScenario, INTENTS } from "../simulator/scenario.ts";
import { simulate } from "../simulator/simulate.ts";
import { TSHARK } from "../tshark.ts";

const SERVER_PORT = 443;

function config(
  devices: readonly DeviceConfig[],
  flow: Partial<FlowConfig> & { bytes?: number } = {},
  more: Partial<SimulationConfig> = {},
): SimulationConfig {
  const { bytes = 2_000_000, ...rest } = flow;
  const flows = [{ requests: [{ bytes }], ...rest }];
  return { seed: 7, flows, devices, rttUs: 50_000, capture: { at: "sender" }, ...more };
}

/** Data packets of each round trip, as a sender's capture shows them where the round trip exceeds what bursts take. */
function packetsByRound(capture: Uint8Array, rttUs: number): number[] {
  const data = capturedPackets(capture).filter((p) => p.sourcePort === SERVER_PORT && p.payloadBytes > 0);
  const rounds: number[] = [];
  data.forEach((packet, i) => {
    if (i === 0 || packet.timeUs - data[i - 1]!.timeUs > rttUs / 2) rounds.push(0);
    rounds[rounds.length - 1]!++;
  });
  return rounds;
}

describe("the simulator", () => {
  it("makes the same capture from the same seed, and another from another", () => {
    for (let seed = 0; seed < 2 * INTENTS.length; seed++) {
      const first = simulate(drawScenario(seed));
      const same = Buffer.from(simulate(drawScenario(seed)).capture);
      expect(same.equals(first.capture)).toBe(true);
      const other = simulate({ ...drawScenario(seed), seed: seed + 1_000 }).capture;
      expect(same.equals(other)).toBe(false);
    }
  });

  it("delivers every byte once, and accounts for every data packet", () => {
    for (let seed = 0; seed < 10 * INTENTS.length; seed++) {
      const drawn = drawScenario(seed);
      const { truth } = simulate(drawn);
      truth.flows.forEach((flow, i) => {
        const asked = drawn.flows[i]!.requests.reduce((sum, request) => sum + request.bytes, 0);
        if (flow.finished) expect(flow.deliveredBytes, `seed ${seed}`).toBe(asked);
        else expect(flow.deliveredBytes).toBeLessThanOrEqual(asked);
        const lost = Object.values(flow.losses).reduce((sum, count) => sum + count, 0);
        expect(flow.dataPackets - lost).toBeGreaterThanOrEqual(Math.floor(flow.deliveredBytes / 1460));
        if (flow.finished) expect(flow.retransmissions).toBeGreaterThanOrEqual(lost);
      });
    }
  });

  it("captures at the receiver exactly what was not dropped", () => {
    for (const rateBps of [500e3, 3e6]) {
      const devices: DeviceConfig[] = [{ kind: "policer", rateBps, burstBytes: 40_000, scope: "flow" }];
      const { capture, truth } = simulate(config(devices, {}, { capture: { at: "receiver" } }));
      const data = capturedPackets(capture).filter((p) => p.sourcePort === SERVER_PORT && p.payloadBytes > 0);
      expect(data.length).toBe(truth.dataPackets - truth.losses.policer);
    }
  });

  it.each([
    ["cubic", true],
    ["cubic", false],
    ["reno", true],
    ["reno", false],
  ] as const)("polices %s (SACK: %s) to the rate beyond the burst", (congestionControl, sack) => {
    for (const rateBps of [300e3, 2e6]) {
      const burstBytes = 30_000;
      const devices: DeviceConfig[] = [{ kind: "policer", rateBps, burstBytes, scope: "flow" }];
      const result = simulate(config(devices, { congestionControl, sack }, { capture: { at: "receiver" } }));
      const packets = capturedPackets(result.capture).filter((p) => p.sourcePort === SERVER_PORT);
      const passed = packets.reduce((sum, packet) => sum + packet.ipBytes, 0);
      const seconds = (packets.at(-1)!.timeUs - packets[0]!.timeUs) / 1e6;
      const rate = ((passed - burstBytes) * 8) / seconds;
      expect(result.truth).toMatchObject({ mechanism: "policed", burstExhausted: true, rateBps, burstBytes });
      // Never faster (one packet's leeway); slower only while the sender recovers from its losses.
      expect(rate).toBeLessThan(rateBps + (1500 * 8) / seconds);
      expect(rate).toBeGreaterThan(0.7 * rateBps);
    }
  });

  it("fills a drop-tail queue up to its limit and no further", () => {
    const rateBps = 4e6;
    const limitBytes = 75_000;
    const device: DeviceConfig = { kind: "link", rateBps, queue: { kind: "drop-tail", limitBytes } };
    const { truth } = simulate(config([device], { hyStart: false }));
    const fullUs = (limitBytes * 8e6) / rateBps;
    expect(truth.mechanism).toBe("congested");
    expect(truth.losses.queue).toBeGreaterThan(0);
    expect(truth.queueing!.longestWaitUs).toBeLessThanOrEqual(fullUs + 1500 * 2);
    expect(truth.queueing!.longestWaitUs).toBeGreaterThan(fullUs - 1500 * 4);
  });

  it("shapes to the rate, after the bucket's burst", () => {
    const device: DeviceConfig = {
      kind: "shaper",
      rateBps: 1e6,
      burstBytes: 50_000,
      queue: { kind: "drop-tail", limitBytes: 500_000 },
    };
    const { truth } = simulate(config([device], { bytes: 1_000_000 }));
    const { durationUs } = truth.flows[0]!;
    expect(truth.mechanism).toBe("shaped");
    const onWire = (1_000_000 / 1448) * 1500;
    expect(durationUs / 1e6).toBeGreaterThan(((onWire - 50_000) * 8) / 1e6);
    expect(durationUs / 1e6).toBeLessThan(((onWire - 50_000) * 8) / 1e6 + 0.5);
  });

  it("doubles the window every round trip of slow start", () => {
    for (const congestionControl of ["cubic", "reno"] as const) {
      // Wide enough that the server's own interface spreads no ACKs (HyStart would stop).
      const { capture, truth } = simulate(
        config([], { congestionControl, hyStart: false, acknowledgeEvery: 1 }, { rttUs: 200_000 }),
      );
      expect(packetsByRound(capture, 200_000).slice(0, 5)).toEqual([10, 20, 40, 80, 160]);
      expect(truth.mechanism).toBe("unimpeded");
    }
  });

  it("reaches the throughput of random loss with Reno", () => {
    // Ott, Kemperman, Mathis, "The stationary behavior of ideal TCP congestion avoidance", 1996: 1.31 / sqrt(p) segments
    // a round trip, where losses within one round trip count once.
    const device: DeviceConfig = { kind: "loss", share: 0.01 };
    let ratio = 0;
    const seeds = 8;
    for (let seed = 0; seed < seeds; seed++) {
      const flow = { bytes: 20_000_000, congestionControl: "reno" as const, acknowledgeEvery: 1 };
      const { truth } = simulate(config([device], flow, { seed, maximumUs: 1e9 }));
      const { deliveredBytes, durationUs, recoveries } = truth.flows[0]!;
      const perRound = deliveredBytes / 1448 / (durationUs / 50_000);
      ratio += perRound / (1.31 / Math.sqrt(recoveries / truth.dataPackets)) / seeds;
    }
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  });

  it("keeps CoDel's queue near 5 ms and PIE's near 15 ms", () => {
    for (const [kind, targetUs] of [
      ["codel", 5_000],
      ["pie", 15_000],
    ] as const) {
      const device: DeviceConfig = { kind: "link", rateBps: 10e6, queue: { kind } };
      const { truth } = simulate(config([device], { bytes: 40_000_000, congestionControl: "reno" }));
      const meanUs = truth.queueing!.totalWaitUs / truth.queueing!.passed;
      expect(truth.mechanism).toBe("congested");
      expect(truth.losses.aqm).toBeGreaterThan(5);
      expect(meanUs).toBeGreaterThan(0.2 * targetUs);
      expect(meanUs).toBeLessThan(2 * targetUs);
    }
  });

  it("loses the share that it was told, alone or in bursts", () => {
    let lost = 0;
    let sent = 0;
    let bursts = 0;
    let burstyLost = 0;
    for (let seed = 0; seed < 20; seed++) {
      const random = simulate(config([{ kind: "loss", share: 0.02 }], {}, { seed })).truth;
      lost += random.losses.channel;
      sent += random.dataPackets;
      const channel = { kind: "bursty-loss", toBad: 0.002, toGood: 0.2, lossWhenBad: 0.9 } as const;
      const { drops } = simulate(config([channel], {}, { seed })).truth;
      const forward = drops.filter((drop) => drop.payloadBytes > 0);
      burstyLost += forward.length;
      bursts += forward.filter((drop, i) => i === 0 || drop.timeUs - forward[i - 1]!.timeUs > 5_000).length;
    }
    expect(lost / sent).toBeGreaterThan(0.017);
    expect(lost / sent).toBeLessThan(0.023);
    expect(burstyLost / bursts).toBeGreaterThan(1.5);
  });

  it("holds back at the receiver and at the sender when told so", () => {
    const window = simulate(config([], { receiveBufferBytes: 20_000 })).truth;
    expect(window.mechanism).toBe("receiver-limited");
    const reader = simulate(config([], { receiveBufferBytes: 60_000, readRateBps: 2e6 })).truth;
    expect(reader.mechanism).toBe("receiver-limited");
    const readerRate = (reader.flows[0]!.deliveredBytes * 8e6) / reader.flows[0]!.durationUs;
    expect(readerRate).toBeGreaterThan(1.8e6);
    expect(readerRate).toBeLessThan(2.3e6);
    const slow = simulate(config([], { requests: [{ bytes: 500_000, writeRateBps: 1e6 }] })).truth;
    expect(slow.mechanism).toBe("sender-limited");
    for (const truth of [window, reader, slow]) expect(truth.drops).toEqual([]);
  });

  it("says 'policed' only of policers that dropped something", () => {
    const roomy: DeviceConfig = { kind: "policer", rateBps: 1e6, burstBytes: 1_000_000, scope: "flow" };
    const { truth } = simulate(config([roomy], { bytes: 200_000 }));
    expect(truth).toMatchObject({ mechanism: "unimpeded", burstExhausted: false });
  });

  it("keeps the order of packets under jitter, unless told to reorder", () => {
    const reordered = (reordering: boolean): number => {
      const more = { jitterUs: 20_000, reordering, capture: { at: "receiver" as const } };
      const packets = capturedPackets(simulate(config([], {}, more)).capture);
      const data = packets.filter((p) => p.sourcePort === SERVER_PORT && p.payloadBytes > 0);
      return data.filter((p, i) => i > 0 && ((p.sequence - data[i - 1]!.sequence) | 0) < 0).length;
    };
    expect(reordered(false)).toBe(0);
    expect(reordered(true)).toBeGreaterThan(20);
  });

  it("leaves hidden flows out of the capture but not out of the queue", () => {
    const device: DeviceConfig = {
      kind: "link",
      rateBps: 5e6,
      queue: { kind: "drop-tail", limitBytes: 60_000 },
    };
    const own = { requests: [{ bytes: 1_000_000 }] };
    const cross = { requests: [{ bytes: 1e8 }], cross: true, serverHost: 2, startUs: 0 };
    const alone = simulate({ ...config([device]), flows: [own] });
    const seen = simulate({ ...config([device]), flows: [own, cross] });
    const hidden = simulate({ ...config([device]), flows: [own, { ...cross, hidden: true }] });
    const ports = (capture: Uint8Array): number =>
      new Set(
        capturedPackets(capture).map((p) => Math.min(p.sourcePort, 1) && p.sourcePort + p.destinationPort),
      ).size;
    expect([ports(alone.capture), ports(seen.capture), ports(hidden.capture)]).toEqual([1, 2, 1]);
    expect(hidden.truth.flows[0]!.durationUs).toBeGreaterThan(1.3 * alone.truth.flows[0]!.durationUs);
  });

  it("draws every mechanism often enough, and within a minute of virtual time", () => {
    const counts = new Map<string, number>();
    const cases = 20 * INTENTS.length;
    let unfinished = 0;
    for (let seed = 0; seed < cases; seed++) {
      const { truth, endUs } = simulate(drawScenario(seed));
      counts.set(truth.mechanism, (counts.get(truth.mechanism) ?? 0) + 1);
      expect(endUs).toBeLessThanOrEqual(61e6);
      if (truth.flows.some((flow) => !flow.cross && !flow.finished)) unfinished++;
    }
    expect(unfinished / cases).toBeLessThan(0.05);
    for (const mechanism of [
      "policed",
      "shaped",
      "congested",
      "lossy",
      "receiver-limited",
      "sender-limited",
      "unimpeded",
    ]) {
      expect((counts.get(mechanism) ?? 0) / cases, mechanism).toBeGreaterThan(0.04);
    }
  });
});

const title = "captures are sound to tshark";
if (!TSHARK) {
  describe.skip(`${title} [skipped: tshark is not installed]`, () => it("reads them", () => {}));
} else {
  describe(title, () => {
    /** Lines that tshark prints for the frames that the filter selects. */
    const framesWhere = (capture: Uint8Array, filter: string): string[] => {
      const folder = mkdtempSync(join(tmpdir(), "brakelight-test-"));
      try {
        const file = join(folder, "simulated.pcap");
        writeFileSync(file, capture);
        const checksums = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
        const text = execFileSync(TSHARK!, ["-n", "-r", file, ...checksums, "-Y", filter], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        });
        return text.split("\n").filter((line) => line !== "");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    };

    it("without malformed packets or errors, in every kind of scenario", () => {
      for (let seed = 0; seed < INTENTS.length; seed++) {
        const { capture, frames } = simulate(drawScenario(seed));
        // 8 388 608 is the severity "error".
        expect(framesWhere(capture, "_ws.malformed || _ws.expert.severity >= 8388608")).toEqual([]);
        expect(framesWhere(capture, "tcp")).toHaveLength(frames);
      }
    });

    it("with right checksums and lengths in whole frames, with every set of options", () => {
      for (const timestamps of [true, false]) {
        for (const sack of [true, false]) {
          for (const link of ["raw", "ethernet"] as const) {
            const device: DeviceConfig = {
              kind: "policer",
              rateBps: 1e6,
              burstBytes: 20_000,
              scope: "shared",
            };
            const capture = { at: "receiver", snapLength: 65_535, link } as const;
            const flow = { bytes: 200_000, timestamps, sack };
            const made = simulate(config([device], flow, { capture }));
            const right = "tcp.checksum.status == 1 && ip.checksum.status == 1 && !_ws.malformed";
            expect(framesWhere(made.capture, right)).toHaveLength(made.frames);
          }
        }
      }
    });

    it("without needless retransmissions on a path that loses nothing", () => {
      const { capture } = simulate(config([], {}, { jitterUs: 15_000 }));
      expect(framesWhere(capture, "tcp.analysis.retransmission || tcp.analysis.lost_segment")).toEqual([]);
    });
  });
}
