import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DueQueue } from "./due-queue.ts";

describe("packets that wait for their time", () => {
  it("come back by time, and in the order they came where times are equal", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3000 }), (times) => {
        const queue = new DueQueue();
        times.forEach((dueUs, id) => {
          queue.add(dueUs, id, id + 1);
        });
        const expected = times
          .map((dueUs, id) => ({ dueUs, id }))
          .sort((a, b) => a.dueUs - b.dueUs || a.id - b.id);
        for (const { dueUs, id } of expected) {
          expect([queue.nextDueUs, queue.nextId, queue.nextTag]).toEqual([dueUs, id, id + 1]);
          queue.removeNext();
        }
        expect(queue.size).toBe(0);
        expect(queue.nextDueUs).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });
});
