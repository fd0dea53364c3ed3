import { describe, expect, it } from "vitest";
import { blockerConfig, boxConfig } from "./box-config.ts";

const BOX = { hop: 3, devices: 1, variant: "2021", reassembles: false, idleMs: 600_000 } as const;
const LONGEST_USUAL_PAUSE_S = 3;

describe("a box of a scenario", () => {
  it("forgets flows by the scenario's clock, ten minutes as published (IMC 2021)", () => {
    for (const speed of [1, 60]) expect(boxConfig(BOX, speed).idleMs).toBe(600_000);
    expect(blockerConfig(1).idleMs).toBe(600_000);
  });

  it("does not forget one for a retransmission, however fast the story is told", () => {
    for (const speed of [3600, 86_400]) {
      for (const { idleMs } of [boxConfig(BOX, speed), blockerConfig(speed)])
        expect(idleMs! / 1000 / speed).toBeGreaterThan(LONGEST_USUAL_PAUSE_S);
    }
  });
});
