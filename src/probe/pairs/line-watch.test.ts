import { describe, expect, it } from "vitest";
import { type FlowKind, LineWatch } from "./line-watch.ts";

const EVERY_MS = 1800;

/** What ran, each from and to when; what is lacking at the given moments. */
function lacking(
  flows: readonly (readonly [FlowKind, number, number])[],
  moments: readonly number[],
): boolean[] {
  return moments.map((nowMs) => {
    const watch = new LineWatch(EVERY_MS);
    for (const [kind, fromMs, toMs] of flows) {
      if (fromMs <= nowMs) watch.begin("down", kind);
      if (toMs <= nowMs) watch.end("down", kind, toMs);
    }
    return watch.lacksWitness("down", nowMs);
  });
}

describe("watching the line", () => {
  it("wants a look beside an arm that takes its time, whichever it is", () => {
    for (const [slow, fast] of [
      ["target", "control"],
      ["control", "target"],
    ] as const)
      expect(
        lacking(
          [
            [slow, 0, 9000],
            [fast, 0, 1000],
          ],
          [500, 2700, 2800, 9100],
        ),
      ).toEqual([false, false, true, false]);
  });

  it("wants the next one as long after the last, and none beside a look", () => {
    const flows: [FlowKind, number, number][] = [
      ["target", 0, 9000],
      ["look", 2000, 4000],
    ];
    expect(lacking(flows, [1800, 3900, 5700, 5800])).toEqual([true, false, false, true]);
  });

  it("wants none while another pair's arm of the other kind runs, nor for a look that outlasts all arms", () => {
    const pairs: [FlowKind, number, number][] = [
      ["target", 0, 9000],
      ["control", 0, 9000],
      ["target", 0, 1000],
      ["control", 0, 1000],
    ];
    expect(lacking(pairs, [3000, 8000])).toEqual([false, false]);
    const late: [FlowKind, number, number][] = [
      ["target", 0, 5800],
      ["look", 4800, 8400],
    ];
    expect(lacking(late, [7600, 8300, 12_000])).toEqual([false, false, false]);
  });

  it("counts what runs", () => {
    const watch = new LineWatch(EVERY_MS);
    watch.begin("down", "target");
    watch.begin("down", "look");
    watch.begin("up", "control");
    expect([watch.running("down"), watch.running("up"), watch.runningAll()]).toEqual([2, 1, 3]);
    watch.end("down", "target", 5);
    expect(watch.running("down")).toBe(1);
  });
});
