import fc from "fast-check";
import { expect, it } from "vitest";
import { Agenda } from "./agenda.ts";

it("gives items back by time, rank and order", () => {
  const item = fc.record({ atMs: fc.integer({ min: 0, max: 20 }), rank: fc.integer({ min: 0, max: 1 }) });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 200 }), (items) => {
      const agenda = new Agenda();
      for (const { atMs, rank } of items) agenda.add(atMs, () => {}, rank);
      const numbered = items.map((one, order) => ({ ...one, order }));
      numbered.sort((a, b) => a.atMs - b.atMs || a.rank - b.rank || a.order - b.order);
      for (const expected of numbered) {
        expect(agenda.nextMs).toBe(expected.atMs);
        expect(agenda.take()).toMatchObject(expected);
      }
      expect(agenda.take()).toBeUndefined();
      expect(agenda.nextMs).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});
