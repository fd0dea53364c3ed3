import { describe, expect, it } from "vitest";
import { likelihoodInterval } from "./likelihood-interval.ts";

describe("what a grid of likelihoods leaves", () => {
  it("is what lies near the best, around the middle", () => {
    // A normal law: 1.92 nats are 1.96 standard deviations.
    const costs = Float64Array.from({ length: 201 }, (_, at) => ((at - 100) / 20) ** 2 / 2);
    expect(likelihoodInterval(costs, 1.92)).toEqual({ from: 61, to: 139, middle: 100 });
  });

  it("holds both hills where most of the likelihood is in another one than the best", () => {
    const costs = new Float64Array(200).fill(Number.POSITIVE_INFINITY);
    costs[10] = 0;
    // Each a tenth as likely, and fifty of them.
    costs.fill(Math.log(10), 120, 170);
    const { from, to, middle } = likelihoodInterval(costs, 1.92);
    expect(from).toBe(10);
    expect(middle).toBeGreaterThanOrEqual(120);
    expect(to).toBeGreaterThanOrEqual(167);
  });
});
