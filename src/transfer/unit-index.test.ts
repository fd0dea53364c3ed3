import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BY_NOTHING, BY_SACK, UnitIndex } from "./unit-index.ts";

function units(lengths: readonly number[], from = 100): UnitIndex {
  const index = new UnitIndex();
  let at = from;
  for (const [i, length] of lengths.entries()) {
    index.add(at, at + length, i, 0);
    at += length;
  }
  return index;
}

const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 });

describe("the ranges of a direction", () => {
  it("are found by any sequence number in them", () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 0, max: 3000 }), (sizes, sequence) => {
        const index = units(sizes);
        const expected =
          Array.from(index.start.subarray(0, index.count)).filter((start) => start <= sequence).length - 1;
        expect(index.find(sequence)).toBe(expected);
      }),
    );
  });

  it("lead to the next one that is open, however many were acknowledged, and grow meanwhile", () => {
    fc.assert(
      fc.property(lengths, fc.array(fc.nat(80), { maxLength: 100 }), (sizes, steps) => {
        const index = units(sizes);
        const open = new Set(sizes.keys());
        let end = index.end[index.count - 1]!;
        for (const step of steps) {
          if (step % 5 === 0) {
            open.add(index.add(end, end + 10, 0, 0));
            end += 10;
            continue;
          }
          const unit = step % index.count;
          if (index.acknowledgedBy[unit] === BY_NOTHING) {
            index.acknowledge(unit, 1, BY_SACK, 0, false);
            open.delete(unit);
          }
          const from = (step * 7) % (index.count + 1);
          const expected = Math.min(index.count, ...[...open].filter((candidate) => candidate >= from));
          expect(index.nextOpen(from)).toBe(expected);
        }
      }),
    );
  });

  it("are as new after a reset, beyond the room of the first thousand", () => {
    const index = units(new Array<number>(5000).fill(3));
    for (let unit = 0; unit < 5000; unit++) index.acknowledge(unit, 5, BY_SACK, 9, true);
    index.reset();
    const unit = index.add(7, 9, -1, 65_535);
    expect([index.count, index.nextOpen(0), index.copies[unit], index.acknowledgedBy[unit]]).toEqual([
      1,
      0,
      0,
      BY_NOTHING,
    ]);
    expect(index.acknowledgedUs[unit]).toBeNaN();
  });
});
