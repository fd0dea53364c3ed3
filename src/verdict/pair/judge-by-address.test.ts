import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { Observation } from "../../observation/observation.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";

const FREE: FlowModel = { kind: "free", rateBps: 12e6 };
const POLICED: FlowModel = { kind: "policed", rateBps: 140_000 };
const SHAPED: FlowModel = { kind: "shaped", rateBps: 130_000 };
const RESET: FlowModel = { kind: "reset", rateBps: 0 };
const ALONE: PairPlan = { hasControlServer: false, sites: 2, directions: ["down"] };

const own = (count: number, target: FlowModel, control: FlowModel): Observation[] =>
  drawPairs(count, { target, control }, { comparison: "same-address" }, 7);
const sites = (count: number, target: FlowModel, control = FREE): Observation[] =>
  drawPairs(count, { target, control }, { comparison: "site" }, 9);

/** Another name gets another answer: its pairs are not exchangeable with the target's. */
const unlike = (seen: Observation[]): Observation[] =>
  seen.map((one) =>
    one.role === "control" && one.comparison === "same-address" ? { ...one, statusCode: 201 } : one,
  );

describe("pairs without a server of ours", () => {
  it("tell a delay by name where another name gets a short page", () => {
    const late: FlowModel = { ...FREE, delayUs: 5_000_000 };
    const flows = own(10, late, FREE).map((one) =>
      one.role === "target"
        ? one
        : { ...one, bytes: 4000, samples: one.samples!.filter(({ bytes }) => bytes <= 4000) },
    );
    expect(judgePairs([...flows, ...sites(3, FREE)], ALONE)).toMatchObject({
      ...{ state: "throttled", slowness: "delayed", isUnpaired: true },
    });
  });

  it("accuse nobody of a late handshake where the server had the hello at once, or nobody can say", () => {
    const slow: FlowModel = { ...FREE, delayUs: 5_000_000, isServerSlow: true };
    const flows = own(10, slow, FREE);
    const untold = own(10, { ...FREE, delayUs: 5_000_000 }, FREE).map(
      ({ unacknowledgedUs: _, ...one }) => one,
    );
    for (const seen of [flows, untold]) {
      const judged = judgePairs([...seen, ...sites(3, FREE)], ALONE);
      expect(judged).toMatchObject({ state: "insufficient" });
      expect(judged.evidence[0]).toMatch(/server or box/);
    }
  });

  it("take no speed from a short page that another name gets again and again, however long that takes", () => {
    const held: FlowModel = { kind: "shaped", rateBps: 300_000 };
    const short = own(10, held, FREE).map((one) => {
      if (one.role === "target") return one;
      const samples = one.samples!.slice(0, 2).map(({ elapsedUs }, at) => ({
        ...{ elapsedUs: at === 0 ? elapsedUs : 3_000_000, bytes: at === 0 ? 3500 : 300_000 },
      }));
      return { ...one, answers: 30, bytes: 300_000, durationUs: 3_000_000, samples };
    });
    // Other sites lead, and accuse nobody; nor is it said to be well.
    expect(judgePairs([...short, ...sites(3, held)], ALONE).state).toBe("insufficient");
  });

  it("hold one flow of the target against another name and against other sites", () => {
    const beside = sites(3, POLICED).filter(({ role }) => role === "control");
    const judged = judgePairs([...own(3, POLICED, FREE), ...beside], ALONE);
    expect(judged).toMatchObject({ state: "throttled", isUnpaired: true });
    expect(judged.evidence).toEqual(
      judgePairs([...own(3, POLICED, FREE), ...sites(3, POLICED)], ALONE).evidence,
    );
    // A server that is slow under any name: other sites tell.
    const slow = judgePairs([...own(10, POLICED, POLICED), ...beside], ALONE);
    expect(slow.state).toBe("insufficient");
    expect(slow.evidence[0]).toMatch(/server, route or address/);
  });

  it("need no other sites where another name at the same address is spared", () => {
    const none: FlowModel = { kind: "unreached", rateBps: 0 };
    expect(judgePairs([...own(5, POLICED, FREE), ...sites(3, POLICED, none)], ALONE).state).toBe("throttled");
  });

  it("count looks at the control alone apart from the pairs", () => {
    const looks = own(3, FREE, FREE)
      .filter(({ role }) => role === "control")
      .map(({ pair, ...one }) => ({ ...one, bytes: 64_000 }));
    const judged = judgePairs([...own(3, POLICED, FREE), ...looks, ...sites(3, POLICED)], ALONE);
    expect(judged.ruledOut.find(({ explanation }) => explanation === "congested")?.because).toMatch(
      /^3 control flows, taken in turn/,
    );
  });

  it("reach 0.8 at most, are called unpaired, and say how to do better", () => {
    const judged = judgePairs([...own(3, POLICED, FREE), ...sites(3, POLICED)], ALONE);
    expect(judged).toMatchObject({ state: "throttled", isUnpaired: true });
    expect(judged.confidence).toBeLessThanOrEqual(0.8);
    expect(judged.evidence.join()).toMatch(/--control/);
  });

  it("ask nothing of other sites while the own address breaks or delays", () => {
    const wants = (seen: Observation[]): unknown[] =>
      judgePairs(seen, ALONE).wanted.map(({ comparison }) => comparison);
    expect(wants(own(3, RESET, FREE))).toEqual(["same-address"]);
    const late: FlowModel = { ...FREE, delayUs: 3_000_000 };
    const oneLate = own(3, FREE, FREE).map((one, index) => (index < 2 ? own(3, late, FREE)[index]! : one));
    expect(wants([...oneLate, ...sites(3, FREE)])).toEqual(["same-address"]);
  });

  it("ask other sites after three pairs, and at once where not even another name was answered", () => {
    const wants = (seen: Observation[]): unknown[] =>
      judgePairs(seen, ALONE).wanted.map(({ comparison }) => comparison);
    const [control] = own(1, FREE, FREE).filter(({ role }) => role === "control");
    const { pair: _, ...look } = control!;
    expect(wants([look])).toEqual(["same-address"]);
    expect(wants([look, ...own(3, FREE, FREE)])).toEqual(["same-address", "site"]);
    const { handshakeUs: __, ...unanswered } = look;
    expect(wants([{ ...unanswered, failure: "generic_timeout_error" }])).toEqual(["same-address", "site"]);
  });

  it("ask other sites whether it is the server that fails, where it answers with errors, and then say so", () => {
    const failing = own(3, FREE, FREE).map((one) => ({ ...one, statusCode: 503, bytes: 900 }));
    const asked = judgePairs(failing, ALONE);
    expect(asked).toMatchObject({ isSettled: false, wanted: [{ comparison: "site", pairs: 3 }] });
    const beside = sites(3, FREE).filter(({ role }) => role === "control");
    expect(judgePairs([...failing, ...beside], ALONE)).toMatchObject({ state: "down", confidence: 0.6 });
  });

  it("call blocked what breaks off late as well, in flows as large as usual", () => {
    const cut = own(5, FREE, FREE).map((one) =>
      one.role === "control"
        ? one
        : {
            ...{ ...one, bytes: 200_000, samples: one.samples!.filter(({ bytes }) => bytes <= 200_000) },
            ...{ operation: "read" as const, failure: "connection_reset" },
          },
    );
    const [wanted] = judgePairs(cut.slice(0, 6), ALONE).wanted;
    expect(wanted).toEqual({ comparison: "same-address", direction: "down", pairs: 5 });
    expect(judgePairs(cut, ALONE).state).toBe("blocked");
  });

  it("give medians more weight only where both names got the same answer", () => {
    const capped: FlowModel = { kind: "policed", rateBps: 900_000, burstBytes: 16_000 };
    const free: FlowModel = { kind: "free", rateBps: 5_000_000 };
    const pairs = [...own(6, capped, free), ...sites(3, capped, free)];
    expect(judgePairs(pairs, ALONE)).toMatchObject({ state: "throttled", isUnpaired: true });
    const judged = judgePairs(unlike(pairs), ALONE);
    expect(judged.state).toBe("insufficient");
    expect(judged.evidence[0]).toMatch(/Bayes factor/);
  });

  it("weigh no rate before other sites were tried as well", () => {
    const seen = own(6, POLICED, FREE);
    for (const count of [0, 1, 2])
      expect(judgePairs([...seen, ...sites(count, POLICED)], ALONE)).toMatchObject({
        ...{ state: "insufficient", isSettled: false },
        wanted: [{ comparison: "site", direction: "down", pairs: 3 }],
      });
    expect(judgePairs([...seen, ...sites(3, POLICED)], ALONE).state).toBe("throttled");
    // Where none can be looked up there is nothing to try.
    expect(judgePairs(seen, { ...ALONE, sites: 0 }).state).toBe("throttled");
  });

  it("ask for looks at other sites alone, where theirs ended in slow start, and hold the rate against those", () => {
    const capped: FlowModel = { kind: "shaped", rateBps: 2_200_000, wantedBytes: 900_000 };
    const free: FlowModel = { kind: "free", rateBps: 38e6, wantedBytes: 1_200_000 };
    const slowStart: FlowModel = { kind: "free", rateBps: 4e6 };
    const later = (seen: Observation[]): Observation[] =>
      seen.map((one) => ({
        ...one,
        time: new Date(Date.parse(one.time!) + 10_000 + one.pair! * 20_000).toISOString(),
      }));
    const beside = judgePairs([...own(4, capped, free), ...sites(3, slowStart)], ALONE);
    // Whether the rate is the box's, or a share of the line, is seen with nothing beside.
    expect(beside.wanted).toEqual([
      {
        comparison: "same-address",
        direction: "down",
        pairs: 5,
        bytes: expect.any(Number),
        atOnce: 1,
        isQuiet: true,
      },
    ]);
    const pairs = [...later(own(4, capped, free)), ...sites(3, slowStart)];
    const judged = judgePairs(pairs, ALONE);
    expect(judged).toMatchObject({ state: "insufficient", isSettled: false });
    expect(judged.evidence[0]).toMatch(/Bayes factor/);
    expect(judged.wanted).toEqual([
      { comparison: "site", direction: "down", pairs: 3, bytes: expect.any(Number), isAlone: true },
    ]);
    const looks = (model: FlowModel): Observation[] =>
      drawPairs(3, { target: model, control: model }, { comparison: "site" }, 4)
        .filter(({ role }) => role === "control")
        .map(({ pair, ...one }) => ({
          ...one,
          time: new Date(Date.parse(one.time!) + 900_000 + pair! * 10_000).toISOString(),
        }));
    expect(judgePairs([...pairs, ...looks(free)], ALONE)).toMatchObject({
      ...{ state: "throttled", isUnpaired: true },
    });
    const slow = judgePairs([...pairs, ...looks({ ...slowStart, wantedBytes: 1_200_000 })], ALONE);
    expect(slow).toMatchObject({ state: "insufficient", isSettled: true, wanted: [] });
  });

  it("ask for nothing where no flows could weigh enough", () => {
    const capped: FlowModel = { kind: "shaped", rateBps: 1_000_000, wantedBytes: 600_000 };
    const near: FlowModel = { kind: "free", rateBps: 3_200_000, wantedBytes: 600_000 };
    const judged = judgePairs(unlike([...own(6, capped, near), ...sites(3, near, near)]), ALONE);
    expect(judged).toMatchObject({ state: "insufficient", isSettled: true, wanted: [] });
    expect(judged.evidence[0]).toMatch(/Bayes factor/);
  });

  it("weigh by how far each pair is apart, where both names got the same answer", () => {
    const capped: FlowModel = { kind: "shaped", rateBps: 1_000_000, wantedBytes: 600_000 };
    const near: FlowModel = { kind: "free", rateBps: 3_200_000, wantedBytes: 600_000 };
    const few = judgePairs([...own(6, capped, near), ...sites(3, near, near)], ALONE);
    expect(few).toMatchObject({ state: "insufficient", isSettled: false });
    expect(few.wanted).toMatchObject([{ comparison: "same-address", pairs: 8 }]);
    const judged = judgePairs([...own(8, capped, near), ...sites(3, near, near)], ALONE);
    expect(judged).toMatchObject({ state: "throttled", isUnpaired: true, confidence: 0.8 });
    expect(judged.evidence.join("\n")).toMatch(/evidence of \d+ to 1 against names that make no difference/);
    // No factor of two over the rate is nothing that the bet may carry alone.
    const nearer = { ...near, rateBps: 1_700_000 };
    const close = judgePairs([...own(14, capped, nearer), ...sites(3, nearer, nearer)], ALONE);
    expect(close.state).not.toBe("throttled");
  });

  it("take flows that are each held to a rate of their own for a limit, where the bet carries it and controls are not held", () => {
    const free: FlowModel = { kind: "free", rateBps: 8e6 };
    const each = (control: FlowModel, outOfOrder = 40): Observation[] =>
      [500, 620, 450, 760, 380, 560, 690, 410, 830, 520, 470, 600].flatMap((kbps, pair) =>
        own(1, { kind: "shaped", rateBps: kbps * 1000, burstBytes: 4500 }, control).map((one) => ({
          ...one,
          pair,
          ...(one.role === "target" ? { outOfOrder } : {}),
          time: new Date(Date.parse(one.time!) + pair * 20_000).toISOString(),
        })),
      );
    const judged = judgePairs([...each(free), ...sites(3, free)], ALONE);
    expect(judged).toMatchObject({ state: "throttled", isUnpaired: true });
    expect(judged).not.toHaveProperty("rateBps");
    expect(judged.evidence.join("\n")).toMatch(/each held to a rate of their own/);
    const alike = judgePairs(
      [...each({ ...free, kind: "shaped", rateBps: 900_000 }), ...sites(3, free)],
      ALONE,
    );
    expect(alike.state).not.toBe("throttled");
    // Slow, and nothing lost: no bucket did that, unless packets say so.
    expect(judgePairs([...each(free, 0), ...sites(3, free)], ALONE)).toMatchObject({
      ...{ state: "insufficient", ifLimited: { state: "throttled", isUnpaired: true } },
    });
    expect(judgePairs([...each(free, 0).slice(0, 14), ...sites(3, free)], ALONE).ifLimited).toBeUndefined();
  });

  it("need no ten pairs, and no other sites, where flows that are each limited carry the bet", () => {
    const free: FlowModel = { kind: "free", rateBps: 8e6 };
    const held = [500, 620, 450, 760, 380, 560, 690, 410].flatMap((kbps, pair) =>
      own(1, { kind: "shaped", rateBps: kbps * 1000, burstBytes: 4500 }, free).map((one) => ({
        ...{ ...one, pair, outOfOrder: one.role === "target" ? 40 : 0 },
        time: new Date(Date.parse(one.time!) + pair * 20_000).toISOString(),
      })),
    );
    expect(judgePairs(held, ALONE)).toMatchObject({ state: "throttled", isUnpaired: true });
    expect(judgePairs(held.slice(0, 12), ALONE).state).toBe("insufficient");
    // One of eight controls may be held near it, and that is said.
    const near = own(1, FREE, { kind: "shaped", rateBps: 900_000 })[1]!;
    const odd = held.map((one) =>
      one.role === "control" && one.pair === 3 ? { ...near, pair: 3, time: one.time! } : one,
    );
    const judged = judgePairs(odd, ALONE);
    expect(judged.evidence.join()).toMatch(/controls were not held near it, but for 1 of 8/);
  });

  it("take four flows at one rate, and leave it open while only a fifth would weigh enough", () => {
    const held: FlowModel = { kind: "shaped", rateBps: 1_000_000, wantedBytes: 600_000 };
    const usual: FlowModel = { ...held, wantedBytes: 90_000 };
    const drawn = (control: FlowModel): Observation[] =>
      [...Array(4).fill(usual), ...Array(4).fill(held)].flatMap((model: FlowModel, pair) =>
        own(1, model, { ...control, wantedBytes: 600_000 }).map((one) => ({ ...one, pair })),
      );
    const beside = (control: FlowModel): Observation[] => [...drawn(control), ...sites(3, control, control)];
    expect(judgePairs(beside({ kind: "free", rateBps: 3_400_000 }), ALONE).state).toBe("throttled");
    // Of four medians a factor of two is no evidence yet; of five it is.
    const open = judgePairs(beside({ kind: "free", rateBps: 2_400_000 }), ALONE);
    expect(open).toMatchObject({ state: "insufficient", isSettled: false });
    expect(open.wanted).toMatchObject([{ comparison: "same-address" }]);
  });

  it("do not accuse anybody of a server that is slow under every name", () => {
    const judged = judgePairs([...own(10, SHAPED, SHAPED), ...sites(3, SHAPED)], ALONE);
    expect(judged.state).toBe("insufficient");
  });

  it("do not take random loss for a rate", () => {
    const lossy: FlowModel = { kind: "lossy", rateBps: 0, burstBytes: 3500 };
    const judged = judgePairs([...own(10, lossy, lossy), ...sites(3, lossy, lossy)], ALONE);
    expect(judged.state).not.toBe("throttled");
  });
});
