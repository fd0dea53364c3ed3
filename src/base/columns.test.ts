import { describe, expect, it } from "vitest";
import { copiedBytes, grown } from "./columns.ts";

describe("a column that grows", () => {
  it("keeps its kind and its values, and is zero beyond them", () => {
    const columns = [
      Float64Array.of(1.5, -2),
      Uint32Array.of(0xffffffff, 2),
      Int32Array.of(-1, 2),
      Uint16Array.of(65_535, 2),
      Uint8Array.of(255, 2),
    ];
    for (const column of columns) {
      const larger = grown(column, 4);
      expect(larger.constructor).toBe(column.constructor);
      expect([...larger]).toEqual([...column, 0, 0]);
    }
  });
});

describe("a copy of bytes", () => {
  it("keeps what it holds when a buffer that shares its memory by slice is used again", () => {
    const buffer = Buffer.from([1, 2, 3, 4]);
    const copy = copiedBytes(buffer, 1, 3);
    buffer.fill(9);
    expect([...copy]).toEqual([2, 3]);
  });
});
