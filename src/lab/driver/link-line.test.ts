import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { LinkLine } from "./link-line.ts";

const QUALITY = { queueBytes: 0, delayUs: 20_000, jitterUs: 3000, loss: 0.1 };

describe("one direction of a link", () => {
  it("delays, loses the share it was told, and keeps the order", () => {
    const line = new LinkLine(QUALITY, seededRandom(1));
    let last = 0;
    let lost = 0;
    for (let at = 0; at < 20_000; at++) {
      const dueUs = line.dueUs(at * 100);
      if (dueUs === undefined) {
        lost++;
        continue;
      }
      expect(dueUs).toBeGreaterThanOrEqual(at * 100 + QUALITY.delayUs);
      expect(dueUs).toBeGreaterThanOrEqual(last);
      last = dueUs;
    }
    // Four standard deviations of the binomial around a tenth.
    expect(Math.abs(lost / 20_000 - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / 20_000));
    expect(line.lost).toBe(lost);
  });

  it("adds nothing to a perfect link", () => {
    const line = new LinkLine({ queueBytes: 0, delayUs: 0, jitterUs: 0, loss: 0 }, seededRandom(1));
    expect([line.dueUs(5), line.dueUs(7)]).toEqual([5, 7]);
  });
});
