import { describe, expect, it } from "vitest";
import { type MeteredFlow, peersSay } from "./peer-rules.ts";

function flows(goodputBps: readonly number[]): MeteredFlow[] {
  return goodputBps.map((bps) => ({
    goodputBps: bps,
    samples: Array.from({ length: 10 }, (_, index) => ({
      elapsedUs: index * 100_000,
      bytes: ((index + 1) * bps) / 80,
    })),
  }));
}

describe("other rules", () => {
  it("call slowed what is twenty times slower each time", () => {
    const fast = flows([2_000_000, 2_050_000, 1_950_000]);
    const slow = flows([100_000, 101_000, 99_000]);
    expect(peersSay(slow, fast)).toEqual({ wehe: true, "ooni-10x": true, "t-test": true });
    expect(peersSay(fast, slow)).toEqual({ wehe: false, "ooni-10x": false, "t-test": false });
  });

  it("abstain from fewer than two transfers on either side, each by what it reads of them", () => {
    const three = flows([100_000, 101_000, 99_000]);
    expect(peersSay(flows([100_000]), three)).toEqual({});
    expect(peersSay(three, flows([100_000]))).toEqual({});
    // Broken off: a course, and no speed.
    const broken = flows([100_000, 100_000]).map(({ samples = [] }) => ({ samples }));
    expect(peersSay(broken, three)).toEqual({ wehe: false });
  });
});
