/**
 * One word each for transfers whose cause is known: made by the simulator, judged from the capture alone.
 */
import { describe, expect, it } from "vitest";
import { mainDirection, pathsOf } from "../../../test/policing/traces.ts";
import type { DeviceConfig, SimulationConfig } from "../../../test/simulator/config.ts";
import { simulate } from "../../../test/simulator/simulate.ts";
import { judgeDirection, judgePath } from "./judge-path.ts";

function judge(config: Partial<SimulationConfig> & { devices: readonly DeviceConfig[] }) {
  const { capture } = simulate({
    seed: 42,
    flows: [{ requests: [{ bytes: 1_000_000 }] }],
    rttUs: 50_000,
    jitterUs: 1_000,
    capture: { at: "sender" },
    ...config,
  });
  const path = pathsOf(capture)[0]!;
  const from = mainDirection(path);
  return judgePath(path, 18).directions.find((direction) => direction.from === from)!;
}

const policer: DeviceConfig = {
  kind: "policer",
  rateBps: 800_000,
  burstBytes: 30_000,
  scope: "flow",
  overheadBytes: 18,
};
const link: DeviceConfig = {
  kind: "link",
  rateBps: 2_000_000,
  queue: { kind: "drop-tail", limitBytes: 40_000 },
  overheadBytes: 18,
};

describe("judgePath", () => {
  it.each(["sender", "receiver"] as const)(
    "calls a policer policed, with its rate, seen from the %s",
    (at) => {
      const { finding } = judge({ devices: [policer], capture: { at } });
      expect(finding.slowness).toBe("policed");
      expect(finding.policer!.rateBps).toBeGreaterThan(0.98 * 800_000);
      expect(finding.policer!.rateBps).toBeLessThan(1.02 * 800_000);
      expect(finding.policer!.burstBytes!).toBeGreaterThan(27_000);
      expect(finding.policer!.burstBytes!).toBeLessThan(34_000);
      expect(finding.ruledOut.map(({ explanation }) => explanation)).toEqual([
        "congested",
        "shaped",
        "lossy",
      ]);
    },
  );

  it("gives each connection its own bucket when the policer does", () => {
    const flow = { requests: [{ bytes: 800_000 }] };
    const { finding, transfers } = judge({
      flows: [flow, { ...flow, startUs: 700_000 }],
      devices: [policer],
    });
    expect(finding.slowness).toBe("policed");
    expect(finding.policer!.scope).toBe("connection");
    for (const { finding: own } of transfers) expect(own.policer!.rateBps).toBeCloseTo(800_000, -5);
  });

  it("sees one bucket behind two connections when they share it", () => {
    const flow = { requests: [{ bytes: 800_000 }] };
    const shared = { ...policer, scope: "shared" as const };
    const { finding } = judge({ flows: [flow, { ...flow, startUs: 700_000 }], devices: [shared] });
    expect(finding.slowness).toBe("policed");
    expect(finding.policer!.scope).toBe("path");
    expect(finding.policer!.rateBps).toBeCloseTo(800_000, -4);
  });

  it.each([2e6, 60e6])(
    "calls a measure that begins between two connections policed, and no depth that is not told (%i µs)",
    (startUs) => {
      const flow = { requests: [{ bytes: 383_000 }] };
      const shared = { seed: 42, rttUs: 50_000, jitterUs: 1_000, capture: { at: "receiver" as const } };
      const before = pathsOf(simulate({ ...shared, flows: [flow], devices: [] }).capture)[0]!;
      const after = pathsOf(
        simulate({ ...shared, flows: [{ ...flow, startUs }], devices: [policer] }).capture,
      )[0]!;
      const from = mainDirection(before);
      const { finding, transfers } = judgeDirection(
        from,
        [...before.transfers[from], ...after.transfers[from]],
        18,
      );
      expect(finding.slowness).toBe("policed");
      expect(finding.policer!.rateBps / 800_000).toBeCloseTo(1, 1);
      const { burstBytes } = finding.policer!;
      if (burstBytes !== undefined) expect(burstBytes / 30_000).toBeCloseTo(1, 0);
      expect(transfers[0]!.finding.slowness).toBe("unimpeded");
    },
  );

  it("does not call a full queue policed", () => {
    const { finding } = judge({ devices: [link] });
    expect(finding.slowness).toBe("shaped");
    expect(finding.shaper!.rateBps).toBeGreaterThan(0.97 * 2_000_000);
    expect(finding.shaper!.rateBps).toBeLessThan(1.03 * 2_000_000);
    expect(finding.ruledOut[0]!.explanation).toBe("policed");
  });

  it("calls random loss lossy", () => {
    expect(judge({ devices: [{ kind: "loss", share: 0.03 }] }).finding.slowness).toBe("lossy");
  });

  it("calls a small window receiver-limited and a slow application sender-limited", () => {
    const slowReader = { requests: [{ bytes: 1_000_000 }], receiveBufferBytes: 20_000 };
    expect(judge({ flows: [slowReader], devices: [] }).finding.slowness).toBe("receiver-limited");
    const slowWriter = { requests: [{ bytes: 1_000_000, writeRateBps: 1_000_000 }] };
    expect(judge({ flows: [slowWriter], devices: [] }).finding.slowness).toBe("sender-limited");
  });

  it("calls a healthy transfer unimpeded, and one of three packets undecided", () => {
    expect(judge({ devices: [] }).finding.slowness).toBe("unimpeded");
    expect(judge({ flows: [{ requests: [{ bytes: 4_000 }] }], devices: [] }).finding.slowness).toBe(
      "undecided",
    );
  });
});
