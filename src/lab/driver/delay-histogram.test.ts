import { describe, expect, it } from "vitest";
import { DelayHistogram } from "./delay-histogram.ts";

describe("how late packets were", () => {
  it("is told by the upper edges of the buckets that the median and the 99th percentile lie in", () => {
    const delays = new DelayHistogram();
    delays.add(100, 980);
    delays.add(7000, 20);
    expect(delays.summary()).toEqual({ packets: 1000, meanUs: 238, medianUs: 128, p99Us: 8192 });
  });

  it("is zero where there was no packet", () => {
    expect(new DelayHistogram().summary()).toEqual({ packets: 0, meanUs: 0, medianUs: 0, p99Us: 0 });
  });
});
