/** What the overview's cells say of counts that were made by hand. */
import { expect, it } from "vitest";
import { cellState } from "../../dashboard/pages/overview/cell-state.ts";

const cell = (measurements: number, failed: number, slow: number, fast: number) =>
  cellState({ domain: "a.example", measurements, failed, slow, fast, pairs: slow + fast });

it("never calls a cell good of which surely more than a tenth of the attempts fail", () => {
  expect(cell(100, 48, 0, 52)).toBe("faltering");
  expect(cell(100, 20, 0, 80)).toBe("faltering");
  expect(cell(40, 15, 0, 0)).toBe("faltering");
});

it("keeps the other states: most fail, throttled, few failures, too few attempts", () => {
  expect(cell(100, 90, 0, 10)).toBe("failing");
  expect(cell(100, 30, 60, 10)).toBe("throttled");
  expect(cell(100, 5, 0, 95)).toBe("ok");
  expect(cell(40, 0, 0, 0)).toBe("loads");
  // One failure, or two, of three: nothing is sure.
  expect(cell(2, 2, 0, 0)).toBe("insufficient");
  expect(cell(3, 2, 0, 1)).toBe("insufficient");
});
