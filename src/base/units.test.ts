import { describe, expect, it } from "vitest";
import { bitsPerSecond, formatBytes, formatDuration, formatRate } from "./units.ts";

describe("units", () => {
  it("make a rate of bytes and µs, and none without time", () => {
    expect(bitsPerSecond(125_000, 1e6)).toBe(1e6);
    expect(bitsPerSecond(1, 0)).toBe(0);
    expect(bitsPerSecond(1, -5)).toBe(0);
  });

  it("are written with three digits and the prefix that fits", () => {
    expect([0, 1.5, 999, 999.6, 1000, 149_900, 1_490_000, 2.5e9].map(formatRate)).toEqual([
      "0 bit/s",
      "1.50 bit/s",
      "999 bit/s",
      "1.00 kbit/s",
      "1.00 kbit/s",
      "150 kbit/s",
      "1.49 Mbit/s",
      "2.50 Gbit/s",
    ]);
    expect([0, 999, 1000, 100_000, 1.2e7].map(formatBytes)).toEqual([
      "0 bytes",
      "999 bytes",
      "1.00 kB",
      "100 kB",
      "12.0 MB",
    ]);
    expect([0, 450, 23_000, 1_520_000].map(formatDuration)).toEqual(["0 µs", "450 µs", "23.0 ms", "1.52 s"]);
  });
});
