import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sequenceAdd, sequenceBefore, sequenceDistance, unwrapSequence } from "./sequence.ts";

const word = fc.nat(0xffffffff);

describe("sequence numbers", () => {
  it("are near each other across the wrap", () => {
    expect(sequenceDistance(0xffffffff, 1)).toBe(2);
    expect(sequenceDistance(1, 0xffffffff)).toBe(-2);
    expect(sequenceBefore(0xfffffff0, 5)).toBe(true);
    expect(sequenceBefore(5, 5)).toBe(false);
    expect(sequenceAdd(0xffffffff, 2)).toBe(1);
  });

  it("differ by what was added, up to half of them", () => {
    fc.assert(
      fc.property(word, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (from, bytes) => {
        expect(sequenceDistance(from, sequenceAdd(from, bytes))).toBe(bytes);
      }),
    );
  });

  it("are unwrapped to the nearest number with the same last 32 bits", () => {
    fc.assert(
      fc.property(word, fc.integer({ min: -(2 ** 40), max: 2 ** 52 }), (wrapped, near) => {
        const full = unwrapSequence(wrapped, near);
        expect(((full % 2 ** 32) + 2 ** 32) % 2 ** 32).toBe(wrapped);
        expect(Math.abs(full - near)).toBeLessThanOrEqual(2 ** 31);
      }),
    );
  });
});
