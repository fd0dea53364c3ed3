import { expect, test } from "vitest";
import { isPartial, shareOf } from "./share.ts";
import type { Vote } from "./votes.ts";

const vote = (state: Vote["state"]): Vote => ({
  asn: 1,
  place: "a",
  firstS: 0,
  lastS: 0,
  state,
  throttledRows: 0,
  okRows: 0,
  insufficientRows: 0,
});
const votes = (throttled: number, ok: number, insufficient = 0): Vote[] => [
  ...Array.from({ length: throttled }, () => vote("throttled")),
  ...Array.from({ length: ok }, () => vote("ok")),
  ...Array.from({ length: insufficient }, () => vote("insufficient")),
];

test("gives Jeffreys' interval (Brown, Cai and DasGupta 2001, table 5: 3 of 7)", () => {
  const { share, interval } = shareOf(votes(3, 4));
  expect(share).toBeCloseTo(3 / 7, 12);
  expect(Math.abs(interval!.low - 0.139)).toBeLessThan(0.001);
  expect(Math.abs(interval!.high - 0.766)).toBeLessThan(0.001);
});

test("says throttled, ok, or that it cannot tell", () => {
  expect(shareOf(votes(50, 50)).state).toBe("throttled");
  expect(shareOf(votes(0, 100)).state).toBe("ok");
  expect(shareOf(votes(1, 9))).toMatchObject({
    state: "insufficient",
    because: expect.stringContaining("1 of 10"),
  });
});

test("says insufficient with the counts where there are too few votes", () => {
  expect(shareOf([])).toEqual({
    state: "insufficient",
    throttledVotes: 0,
    votes: 0,
    insufficientVotes: 0,
    because: "not enough votes to say (0 of 5 needed)",
  });
  expect(shareOf(votes(4, 0, 3))).toMatchObject({
    state: "insufficient",
    votes: 4,
    insufficientVotes: 3,
    because: "not enough votes to say (4 of 5 needed)",
  });
});

test("calls a share from a tenth to nine tenths partial", () => {
  expect([votes(1, 9), votes(9, 1), votes(5, 5)].map((list) => isPartial(shareOf(list)))).toEqual([
    true,
    true,
    true,
  ]);
  expect([votes(0, 9), votes(95, 5), []].map((list) => isPartial(shareOf(list)))).toEqual([
    false,
    false,
    false,
  ]);
});
