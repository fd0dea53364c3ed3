import { expect, test } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { collateralOf } from "./collateral.ts";
import type { SpeedRow } from "./speed-row.ts";

/** Every second target is held to 108 kbit/s; of these, from `fromDay` on, the lookalike as well. 40 rows a day. */
function drawn(days: number, fromDay = Number.POSITIVE_INFINITY): SpeedRow[] {
  const random = seededRandom(8);
  return Array.from({ length: days * 40 }, (_, i) => {
    const day = Math.floor(i / 40);
    const controlBps = 5e6 * Math.exp(0.5 * random.normal());
    const ordinary = () => controlBps * Math.exp(0.3 * random.normal());
    const held = () => 108e3 * Math.exp(0.1 * random.normal());
    const throttled = i % 2 === 0;
    return {
      timeS: day * 86_400 + (i % 40) * 2000,
      asn: 1,
      place: `place ${i % 17}`,
      controlBps,
      targetBps: throttled ? held() : ordinary(),
      lookalikeBps: throttled && day >= fromDay ? held() : ordinary(),
    };
  });
}

test("sees an over-match on its days, in the mixture and in the affected rows", () => {
  const collateral = collateralOf(drawn(10, 6), 108e3, seededRandom(1));
  expect(collateral.state).toBe("over-match");
  expect(collateral.windows.map(({ alarm }) => alarm)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((day) => day >= 6),
  );
  expect(collateral.lookalikeCap.state).toBe("capped");
  expect(collateral.lookalikeThrottled / collateral.affectedRows).toBeCloseTo(0.4, 1);
});

test("never says none, only at most", () => {
  const collateral = collateralOf(drawn(10), 108e3, seededRandom(1));
  expect(collateral).toMatchObject({ state: "none-seen", lookalikeThrottled: 0 });
  // Upper 95 % of none among about 200, Jeffreys': 1.92 / n.
  expect(collateral.atMost! * collateral.affectedRows).toBeCloseTo(1.92, 1);
  expect(collateral.because).toMatch(/^no over-match seen, at most 0\.9\d % of \d+ affected rows$/);
});

test("sees it in a few affected rows, where there are too few for days and a cap", () => {
  const rows = drawn(1, 0).slice(0, 16);
  const collateral = collateralOf(rows, 108e3, seededRandom(1));
  expect(collateral).toMatchObject({ state: "over-match", affectedRows: 8, lookalikeThrottled: 8 });
  expect(collateral.because).toMatch(/throttled in 8 of 8 affected rows/);
});

test("cannot tell without lookalikes, affected rows or full days", () => {
  expect(collateralOf([], undefined, seededRandom(1))).toMatchObject({
    state: "insufficient",
    because: "cannot tell: 0 days with 20 rows, 0 affected rows",
  });
  expect(collateralOf(drawn(1).slice(0, 19), 108e3, seededRandom(1)).state).toBe("insufficient");
});
