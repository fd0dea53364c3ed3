/** The simulator's policers, which share nothing with the judge: the rate is the one that they were given. */
import { describe, expect, it } from "vitest";
import { pathsOf } from "../../../test/policing/traces.ts";
import type { DeviceConfig, SimulationConfig } from "../../../test/simulator/config.ts";
import { simulate } from "../../../test/simulator/simulate.ts";
import type { Transfer } from "../../transfer/transfer.ts";
import { fitLikeBuckets } from "./like-buckets.ts";

const FLOWS = 4;
const BYTES = 120_000;

/** Downloads one after the other, captured at the client: one path or several. */
function downloads(seed: number, rttUs: number, rest: Partial<SimulationConfig>): Transfer[] {
  const { capture } = simulate({
    seed,
    flows: Array.from({ length: FLOWS }, (_, i) => ({
      requests: [{ bytes: BYTES }],
      startUs: i * 15_000_000,
    })),
    rttUs,
    jitterUs: 1_000,
    capture: { at: "receiver" },
    devices: [],
    ...rest,
  });
  return pathsOf(capture).flatMap(({ transfers }) =>
    transfers.flatMap((ofDirection) =>
      ofDirection.filter(({ segments }) => segments.some(({ payloadBytes }) => payloadBytes > BYTES / 2)),
    ),
  );
}

function policer(rateBps: number, burstBytes: number): DeviceConfig {
  return { kind: "policer", rateBps, burstBytes, scope: "flow", overheadBytes: 0 };
}

describe("fitLikeBuckets", () => {
  it.each([
    [150_000, 6000, 60_000],
    [300_000, 6000, 60_000],
    [250_000, 6000, 120_000],
    [800_000, 16_000, 60_000],
  ])("tells %d bit/s behind buckets of %d bytes", (rateBps, burstBytes, rttUs) => {
    const fit = fitLikeBuckets(
      downloads(1, rttUs, { devices: [policer(rateBps, burstBytes)] }),
      rateBps / 4,
      rateBps * 8,
    )!;
    expect(fit.rateLowBps).toBeLessThanOrEqual(rateBps);
    expect(fit.rateHighBps).toBeGreaterThanOrEqual(rateBps);
    expect(Math.abs(fit.rateBps / rateBps - 1)).toBeLessThan(0.05);
    // Between full packets a depth cannot be told from another.
    expect(Math.abs(fit.burstBytes - burstBytes)).toBeLessThan(1500);
    expect(fit.strayGaps).toBeLessThan(0.1);
  });

  it.each([
    [100_000, 100_000],
    [430_000, 110_000],
    [600_000, 60_000],
    [600_000, 100_000],
    [1_200_000, 80_000],
  ])("holds %d bit/s in its interval where flows leave much open", (rateBps, rttUs) => {
    const fit = fitLikeBuckets(
      downloads(2, rttUs, { devices: [policer(rateBps, 6000)] }),
      rateBps / 4,
      rateBps * 8,
    )!;
    expect(fit.rateLowBps).toBeLessThanOrEqual(rateBps);
    expect(fit.rateHighBps).toBeGreaterThanOrEqual(rateBps);
  });

  it("accounts for little of losses at random", () => {
    const transfers = downloads(9, 60_000, { devices: [{ kind: "loss", share: 0.05 }] });
    const fit = fitLikeBuckets(transfers, 200_000, 10_000_000);
    expect(fit?.strayGaps ?? 1).toBeGreaterThan(0.1);
  });

  it("accounts for little of what a deeper bucket drops", () => {
    const transfers = downloads(4, 60_000, { devices: [policer(300_000, 64_000)] });
    const fit = fitLikeBuckets(transfers, 150_000, 6_000_000);
    expect(fit?.strayGaps ?? 1).toBeGreaterThan(0.1);
  });

  /** Narrow and well accounted for, as with-like-buckets.ts asks, and the box's rate outside. */
  const isWronglySure = (transfers: readonly Transfer[], rateBps: number): boolean => {
    const fit = fitLikeBuckets(transfers, rateBps / 4, rateBps * 8);
    if (!fit || fit.strayGaps > 0.1 || fit.strayPackets > 0.01) return false;
    if (fit.isOpenAbove || fit.rateHighBps > 1.12 * fit.rateLowBps) return false;
    return Math.abs(fit.rateBps / rateBps - 1) > 0.06;
  };

  it("is not sure of a wrong rate where flows share one bucket, by turns or at once", () => {
    for (const [rateBps, apartUs] of [
      [300_000, 15e6],
      [300_000, 100_000],
      [800_000, 100_000],
    ] as const) {
      const flows = Array.from({ length: FLOWS }, (_, i) => ({
        requests: [{ bytes: BYTES }],
        startUs: i * apartUs,
      }));
      const devices: DeviceConfig[] = [{ ...policer(rateBps, 6000), scope: "shared" } as DeviceConfig];
      expect(isWronglySure(downloads(6, 60_000, { flows, devices }), rateBps)).toBe(false);
    }
  });

  it("is not sure of a wrong rate behind a second box, or where packets come late", () => {
    const queue = { kind: "drop-tail", limitBytes: 30_000 } as const;
    const line: DeviceConfig = { kind: "link", rateBps: 2_000_000, queue };
    const loss: DeviceConfig = { kind: "loss", share: 0.01 };
    for (const devices of [
      [policer(300_000, 6000), line],
      [line, policer(300_000, 6000)],
      [loss, policer(300_000, 6000)],
    ])
      expect(isWronglySure(downloads(7, 60_000, { devices }), 300_000)).toBe(false);
    const late = downloads(8, 60_000, { devices: [policer(300_000, 6000)], jitterUs: 20_000 });
    expect(isWronglySure(late, 300_000)).toBe(false);
  });

  it("says nothing where nothing was lost", () => {
    expect(fitLikeBuckets(downloads(5, 60_000, {}), 100_000, 1_000_000)).toBeUndefined();
  });
});
