import { expect, it } from "vitest";
import { type Foreseen, Foresight } from "./foresight.ts";

const WANTED = { comparison: "control-server", direction: "down", pairs: 3 } as const;
const LATE = { pairs: 5, isBrief: true } as const;
const RAGGED = { pairs: 6 } as const;

function after(...foreseen: readonly Foreseen[]): Foresight {
  const foresight = new Foresight();
  for (const one of foreseen) foresight.note("down", {}, one);
  return foresight;
}

it("widens what is wanted by what two flows show, and not by one", () => {
  expect(after(LATE).widened(WANTED, "down", 3)).toEqual(WANTED);
  expect(after(LATE, LATE).widened(WANTED, "down", 3)).toEqual({ ...WANTED, pairs: 5, isBrief: true });
  expect(after(LATE, LATE).widened(WANTED, "up", 3)).toEqual(WANTED);
});

it("asks for less only of those that nobody asked for, and only where both show that an answer will do", () => {
  expect(after(LATE, LATE).widened(WANTED, "down", 2)).toMatchObject({ pairs: 5, isBrief: false });
  expect(after(LATE, RAGGED).widened(WANTED, "down", 3)).toMatchObject({ pairs: 5, isBrief: false });
  expect(after(LATE, LATE).widened({ ...WANTED, bytes: 900_000 }, "down", 3)).toMatchObject({
    isBrief: false,
  });
});

it("forgets what a flow no longer shows", () => {
  const foresight = after(LATE);
  const flow = {};
  foresight.note("down", flow, LATE);
  foresight.note("down", flow, undefined);
  expect(foresight.widened(WANTED, "down", 3)).toEqual(WANTED);
});

it("asks for larger ones beside one flow that takes them, once neither arm of a pair met it, and not before", () => {
  const foresight = new Foresight();
  const deep = {};
  foresight.note("down", deep, { bytes: 600_000 });
  for (let ended = 0; ended < 3; ended++) foresight.end("down", {}, true);
  // Broken off, or brief.
  foresight.end("down", {}, false);
  expect(foresight.slowed("down")).toBe(1);
  expect(foresight.widened(WANTED, "down", 3)).toEqual(WANTED);
  foresight.end("down", {}, true);
  expect(foresight.widened(WANTED, "down", 2)).toEqual(WANTED);
  expect(foresight.widened(WANTED, "down", 3)).toEqual({ ...WANTED, pairs: 6, bytes: 600_000 });
  for (const other of [{ direction: "up" }, { isSide: true }, { isBrief: true }, { isQuiet: true }] as const)
    expect(foresight.widened({ ...WANTED, ...other }, "down", 3)).toEqual({ ...WANTED, ...other });
  // What it showed whoever decides knows then.
  foresight.end("down", deep, true);
  expect(foresight.slowed("down")).toBe(0);
  expect(foresight.widened(WANTED, "down", 3)).toEqual(WANTED);
});
