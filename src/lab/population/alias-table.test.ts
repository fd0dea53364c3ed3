import { expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { AliasTable } from "./alias-table.ts";
import { DueList } from "./due-list.ts";

it("draws each index in proportion to its weight, and never one without", () => {
  const table = new AliasTable([1, 0, 3, 6]);
  const random = seededRandom(5);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 100_000; i++) counts[table.draw(random)]!++;
  expect(counts[1]).toBe(0);
  expect(counts.map((count) => Math.round(count / 2000))).toEqual([5, 0, 15, 30]);
  expect(() => new AliasTable([0, 0])).toThrow(RangeError);
});

it("gives what is due soonest first", () => {
  const due = new DueList();
  const random = seededRandom(6);
  for (let i = 0; i < 500; i++) {
    const doing = due.blank();
    doing.atMs = random.integer(0, 100);
    due.add(doing);
  }
  const times: number[] = [];
  for (let next = due.take(); next; next = due.take()) times.push(next.atMs);
  expect(times).toHaveLength(500);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(due.size).toBe(0);
});
