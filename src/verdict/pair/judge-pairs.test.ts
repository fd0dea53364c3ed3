import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { Observation } from "../../observation/observation.ts";
import { observationSchema } from "../../observation/observation.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";

const FREE: FlowModel = { kind: "free", rateBps: 12e6 };
const POLICED: FlowModel = { kind: "policed", rateBps: 140_000 };
const SHAPED: FlowModel = { kind: "shaped", rateBps: 130_000 };
const SERVER: PairPlan = { hasControlServer: true, sites: 2, directions: ["down", "up"] };
const ALONE: PairPlan = { hasControlServer: false, sites: 2, directions: ["down"] };
const RESET: FlowModel = { kind: "reset", rateBps: 0 };

function server(
  count: number,
  target: FlowModel,
  control = FREE,
  direction: "down" | "up" = "down",
): Observation[] {
  return drawPairs(count, { target, control }, { comparison: "control-server", direction }, count);
}
const own = (count: number, target: FlowModel, control: FlowModel): Observation[] =>
  drawPairs(count, { target, control }, { comparison: "same-address" }, 7);
const sites = (count: number, target: FlowModel, control = FREE): Observation[] =>
  drawPairs(count, { target, control }, { comparison: "site" }, 9);

describe("pairs against a control server", () => {
  it("prove a policer by the saw tooth of three flows, both ways, at its rate", () => {
    const judged = judgePairs([...server(3, POLICED), ...server(3, POLICED, FREE, "up")], SERVER);
    expect(judged).toMatchObject({
      state: "throttled",
      slowness: "policed",
      direction: "both",
      isSettled: true,
    });
    expect(judged.mechanisms).toEqual(["tls.throttle.sni"]);
    // Of IP packets: 1500 bytes for 1448 of payload.
    expect(judged.rateBps! / ((140_000 * 1500) / 1448)).toBeCloseTo(1, 1);
    expect(judged.ruledOut.map(({ explanation }) => explanation)).toContain("slow server");
  });

  it("let one control of many be slow, where the pairs speak as well; not of few, and not two", () => {
    // Slower than the target.
    const crawl: FlowModel = { kind: "free", rateBps: 100_000 };
    const withSlow = (pairs: number, slow: number): Observation[] => {
      const odd = server(pairs, SHAPED, crawl);
      return server(pairs, SHAPED).map((one, index) =>
        one.role === "control" && one.pair! < slow ? odd[index]! : one,
      );
    };
    const states = [3, 8, 9, 10].map((pairs) => judgePairs(withSlow(pairs, 1), SERVER).state);
    // Nine of ten slower stake 29.9 to 1, eight of nine 17.2: the mean of (1 + s)^n (1 - s) for s from 1/2 to 1.
    expect(states).toEqual(["insufficient", "insufficient", "insufficient", "throttled"]);
    expect(judgePairs(withSlow(10, 2), SERVER).state).toBe("insufficient");
  });

  it("tell no rate of even flows that lost packets where time-outs outlast a small bucket", () => {
    // Drawn case 122 of seed 3001: 6 kB and 589 kbit/s let flows of 96 ms get 460 of payload.
    const starved = server(4, { kind: "shaped", rateBps: 460_000, burstBytes: 1 }).map((one) =>
      one.role === "target" ? { ...one, rttUs: 96_000, outOfOrder: Math.round(one.bytes! / 1448 / 4) } : one,
    );
    const judged = judgePairs(starved, SERVER);
    expect(judged).toMatchObject({ state: "throttled", slowness: "undecided" });
    expect(judged).not.toHaveProperty("rateBps");
    expect(judged.heldBps! / ((460_000 * 1500) / 1448)).toBeCloseTo(1, 1);
    // Case 477: 6 kB outlast a time-out at 149 kbit/s.
    const fed = server(4, { kind: "shaped", rateBps: 144_000, burstBytes: 1 }).map((one) =>
      one.role === "target" ? { ...one, rttUs: 93_000, outOfOrder: Math.round(one.bytes! / 1448 / 4) } : one,
    );
    expect(judgePairs(fed, SERVER).rateBps! / 149_000).toBeCloseTo(1, 1);
  });

  it("name one direction only when the other was seen to be free", () => {
    const down = judgePairs([...server(3, POLICED), ...server(3, FREE, FREE, "up")], SERVER);
    expect(down).toMatchObject({ state: "throttled", direction: "down" });
    const unseen = judgePairs(server(3, POLICED), SERVER);
    expect(unseen.state).toBe("throttled");
    expect(unseen.direction).toBeUndefined();
    expect(unseen.wanted).toEqual([{ comparison: "control-server", direction: "up", pairs: 3 }]);
  });

  it("are not enough at two flows, and say how many there are", () => {
    const judged = judgePairs(server(2, POLICED), SERVER);
    expect(judged).toMatchObject({ state: "insufficient", isSettled: false });
    expect(judged.evidence[0]).toBe("not enough measurements to say (2 of 10 pairs)");
  });

  it("find nothing where both names fare alike, after ten pairs and not before", () => {
    const all = [...server(10, FREE), ...server(3, FREE, FREE, "up"), ...own(3, FREE, FREE)];
    expect(judgePairs(all, SERVER)).toMatchObject({ state: "ok", isSettled: true });
    const early = [...server(9, FREE), ...server(3, FREE, FREE, "up"), ...own(3, FREE, FREE)];
    expect(judgePairs(early, SERVER)).toMatchObject({ state: "insufficient", isSettled: false });
  });

  it("are not fooled by a line that is slow for everything, once other sites were asked as well", () => {
    const seen = [
      ...server(10, SHAPED, SHAPED),
      ...server(3, SHAPED, SHAPED, "up"),
      ...own(3, SHAPED, SHAPED),
    ];
    expect(judgePairs(seen, SERVER).wanted).toEqual([{ comparison: "site", direction: "down", pairs: 3 }]);
    const judged = judgePairs([...seen, ...sites(3, SHAPED, SHAPED)], SERVER);
    expect(judged).toMatchObject({ state: "ok", slowness: "shaped", isSettled: true });
    expect(judged.evidence[0]).toMatch(/^slow for everything/);
  });

  it("do not call two rates one by three pairs, in all of which the target is behind", () => {
    const line: FlowModel = { kind: "shaped", rateBps: 180_000 };
    const seen = [...server(3, POLICED, line), ...server(3, line, line, "up"), ...own(3, POLICED, line)];
    expect(judgePairs([...seen, ...sites(3, POLICED, line)], SERVER).state).toBe("insufficient");
  });

  it("say nothing where the way to the control server is slow for every name, and others are not", () => {
    const seen = [...server(10, SHAPED, SHAPED), ...server(3, SHAPED, SHAPED, "up")];
    const fast = judgePairs([...seen, ...own(3, FREE, FREE), ...sites(3, FREE, FREE)], SERVER);
    expect(fast).toMatchObject({ state: "insufficient", isSettled: true, isTainted: true });
    expect(fast.evidence[0]).toMatch(/either name is held to 130 kbit\/s, and other addresses are not/);
    const ownSlow = judgePairs([...seen, ...own(3, SHAPED, SHAPED), ...sites(3, SHAPED, FREE)], SERVER);
    expect(ownSlow.state).toBe("insufficient");
  });

  it("are neither alike nor apart by a pair of which nothing came before the time was over", () => {
    const near: FlowModel = { kind: "free", rateBps: 5e6 };
    const seen = server(11, near, { kind: "free", rateBps: 8e6 }).map((one) =>
      one.pair === 10 ? { ...one, bytes: 3500, samples: one.samples!.slice(0, 1), goodputBps: 0 } : one,
    );
    const rest = [...server(3, FREE, FREE, "up"), ...own(3, FREE, FREE)];
    const whole = judgePairs([...seen.filter(({ pair }) => pair! < 10), ...rest], SERVER);
    expect(judgePairs([...seen, ...rest], SERVER).state).toBe(whole.state);
    // As for one rate: no capital that is no number proves it.
    const held: FlowModel = { kind: "shaped", rateBps: 2e6, wantedBytes: 900_000 };
    const faster: FlowModel = { kind: "free", rateBps: 3.5e6, wantedBytes: 900_000 };
    const few = server(6, held, faster).map((one) =>
      one.pair === 5 ? { ...one, bytes: 3500, samples: one.samples!.slice(0, 1), goodputBps: 0 } : one,
    );
    expect(judgePairs(few, SERVER).state).toBe("insufficient");
  });

  it("do not say ok of a target that is behind in every pair, though not by half", () => {
    const near: FlowModel = { kind: "free", rateBps: 5e6 };
    const far: FlowModel = { kind: "free", rateBps: 8e6 };
    const rest = [...server(3, FREE, FREE, "up"), ...own(3, FREE, FREE)];
    const behind = judgePairs([...server(10, near, far), ...rest], SERVER);
    expect(behind).toMatchObject({ state: "insufficient", isSettled: false });
    expect(behind.evidence[0]).toMatch(/not alike, and not apart/);
    expect(judgePairs([...server(10, far, near), ...rest], SERVER).state).toBe("ok");
    const proven = judgePairs([...server(16, near, far), ...rest], SERVER);
    expect(proven).toMatchObject({ state: "throttled", mechanisms: ["tls.throttle.sni"] });
    expect(proven.evidence[0]).toMatch(
      /^slower than its control in 16 of 16 pairs, by more than a fifth in the middle \(evidence \d+ to 1, 500 needed\)$/,
    );
  });

  it("name no rate that few of the flows show", () => {
    const slow: FlowModel = { kind: "free", rateBps: 600_000 };
    const few = server(10, SHAPED).map((one) =>
      one.role === "target" && one.pair! >= 3 ? server(10, slow)[2 * one.pair!]! : one,
    );
    const judged = judgePairs(few, SERVER);
    expect(judged).toMatchObject({ state: "throttled" });
    expect(judged).not.toHaveProperty("rateBps");
    const ofAddress = few.map((one) => ({ ...one, comparison: "same-address" as const }));
    expect(judgePairs([...ofAddress, ...sites(3, slow)], ALONE).state).toBe("insufficient");
  });

  it("say how slow a limit they would have shown", () => {
    const all = [...server(10, FREE), ...server(3, FREE, FREE, "up"), ...own(3, FREE, FREE)];
    const judged = judgePairs(all, SERVER);
    expect(judged.evidence.at(-1)).toMatch(
      /^this would have shown a limit below [\d.]+ [Mk]bit\/s that begins within the first [12]\d\d kB of a flow/,
    );
  });

  it("say server, route or address where only the target's own address is slow", () => {
    const all = [...server(10, FREE), ...server(3, FREE, FREE, "up"), ...own(3, SHAPED, SHAPED)];
    const judged = judgePairs(all, SERVER);
    expect(judged.state).toBe("insufficient");
    expect(judged.evidence[0]).toMatch(/whatever name is sent.*server, route or address$/);
  });

  it("say a deeper bucket may be it where the own address is slow under the target's name alone", () => {
    const all = [...server(10, FREE), ...server(3, FREE, FREE, "up"), ...own(3, SHAPED, FREE)];
    const judged = judgePairs(all, SERVER);
    expect(judged.state).toBe("insufficient");
    expect(judged.evidence[0]).toMatch(/under the target's name alone.*--flow-bytes/);
  });

  it("call a handshake that takes seconds delayed, and throttled", () => {
    const all = server(5, { ...FREE, delayUs: 3_500_000 });
    expect(judgePairs(all, SERVER)).toMatchObject({
      ...{ state: "throttled", slowness: "delayed", mechanisms: ["tls.delay.sni"], isSettled: true },
    });
  });

  it.each<[string, FlowModel, string[]]>([
    ["reset", { kind: "reset", rateBps: 0 }, ["tls.reset.sni"]],
    ["dropped", { kind: "silent", rateBps: 0 }, ["tls.timeout.sni"]],
    ["frozen", { kind: "frozen", rateBps: 0, burstBytes: 17_000 }, ["tls.freeze.sni"]],
  ])("never call throttled what is %s: it is blocked", (_, model, mechanisms) => {
    expect(judgePairs(server(6, model), SERVER)).toMatchObject({
      state: "blocked",
      mechanisms,
      isSettled: true,
    });
  });

  it("know a freeze within the first TLS record of an answer, whose status nobody could read", () => {
    const flows = server(6, { kind: "frozen", rateBps: 0, burstBytes: 15_700 }).map(
      ({ statusCode, ...one }) => (one.role === "target" ? one : { ...one, statusCode: statusCode! }),
    );
    expect(judgePairs(flows, SERVER)).toMatchObject({ state: "blocked", slowness: "frozen" });
  });

  it("look at the target's own address before ok, whatever broke once on a line that holds both names", () => {
    const plan: FlowModel = { kind: "shaped", rateBps: 600_000, burstBytes: 1 };
    const [, reset] = server(1, RESET, RESET);
    const flows = server(5, plan, plan).map((one) =>
      one.role === "target" && one.pair === 4 ? { ...reset!, role: one.role, pair: 4 } : one,
    );
    const judged = judgePairs([...flows, ...sites(3, plan, plan), ...server(3, plan, plan, "up")], SERVER);
    expect(judged.state).toBe("insufficient");
    expect(judged.wanted.map(({ comparison }) => comparison)).toContain("same-address");
  });

  it("say down where the target's own address is never reached and its name passes", () => {
    const gone: FlowModel = { kind: "unreached", rateBps: 0 };
    const all = [...server(10, FREE), ...server(3, FREE, FREE, "up"), ...own(3, gone, gone)];
    const judged = judgePairs(all, SERVER);
    expect(judged.state).toBe("down");
    expect(judged.confidence).toBeLessThan(0.7);
  });

  it("go back to the target's address when the control server dies, and say so", () => {
    const gone: FlowModel = { kind: "unreached", rateBps: 0 };
    const judged = judgePairs(
      [...server(4, gone, gone), ...own(3, POLICED, FREE), ...sites(3, POLICED)],
      SERVER,
    );
    expect(judged.state).toBe("throttled");
    expect(judged.isUnpaired).toBe(true);
    expect(judged.evidence[1]).toMatch(/^the control server could not be used \(generic_timeout_error\)/);
  });
});

describe("what must not be called ok, or blocked, with confidence", () => {
  const ups = server(3, FREE, FREE, "up");

  it("is a name that only its own address resets: the box may lie on that way alone", () => {
    const judged = judgePairs([...server(10, FREE), ...ups, ...own(3, RESET, FREE)], SERVER);
    expect(judged.state).toBe("insufficient");
    expect(judged.isSettled).toBe(false);
    const more = judgePairs([...server(10, FREE), ...ups, ...own(10, RESET, FREE)], SERVER);
    expect(more.state).toBe("insufficient");
  });

  it("is a name whose uploads are reset: more of them are wanted, and then it is blocked", () => {
    const rest = [...server(10, FREE), ...own(3, FREE, FREE)];
    expect(judgePairs([...rest, ...server(3, RESET, FREE, "up")], SERVER)).toMatchObject({
      ...{ state: "insufficient", isSettled: false },
    });
    expect(judgePairs([...rest, ...server(6, RESET, FREE, "up")], SERVER)).toMatchObject({
      state: "blocked",
    });
  });

  it("is a control that turned slow after the target's name had been sent there", () => {
    const lookAt = (second: number, model: FlowModel): Observation => {
      const { pair, ...look } = server(1, model, model).find(({ role }) => role === "control")!;
      return { ...look, time: new Date(1_000_000_000_000 + second * 1000).toISOString() };
    };
    const pairs = [lookAt(-60, FREE), ...server(10, POLICED, POLICED)];
    // Slow side by side: a taint, or a thin line that flows share. A look at the control alone tells.
    const doubtful = judgePairs(pairs, SERVER);
    expect(doubtful).toMatchObject({
      ...{ state: "insufficient", isSettled: false },
      wanted: [{ comparison: "control-server", direction: "down", pairs: 1, isAlone: true }],
    });
    const tainted = judgePairs([...pairs, lookAt(60, POLICED)], SERVER);
    expect(tainted).toMatchObject({ state: "insufficient", isSettled: true, isTainted: true });
    expect(tainted.evidence[0]).toMatch(/tainted/);
    const shared = [
      ...[...pairs, lookAt(60, FREE)],
      ...server(3, POLICED, POLICED, "up"),
      ...own(3, POLICED, POLICED),
      ...sites(3, POLICED, POLICED),
    ];
    expect(judgePairs(shared, SERVER)).toMatchObject({ state: "ok", isSettled: true });
    // What was seen after the name had been sent there is no look at how the address was before.
    const late = judgePairs([...pairs.slice(1), lookAt(2, FREE), lookAt(60, POLICED)], SERVER);
    expect(late.isTainted).toBeUndefined();
  });

  it("is a certificate that is not trusted", () => {
    const untrusted = own(5, RESET, RESET).map((one) => ({ ...one, failure: "ssl_unknown_authority" }));
    for (const plan of [SERVER, ALONE]) {
      const judged = judgePairs([...server(10, FREE), ...ups, ...untrusted, ...sites(3, RESET)], plan);
      expect(judged.state).toBe("insufficient");
      expect(judged.evidence[0]).toMatch(/certificate is not trusted/);
    }
  });

  it("is a control server that refuses either name of late: its own bounds, and another one would tell", () => {
    // RFC 6585, section 4.
    const refused = server(3, FREE).map((one) => ({
      ...one,
      ...{ pair: one.pair! + 4, statusCode: 429, bytes: 4300, samples: one.samples!.slice(0, 1) },
      time: new Date(Date.parse(one.time!) + 60_000).toISOString(),
    }));
    const judged = judgePairs([...server(4, FREE), ...refused], SERVER);
    expect(judged).toMatchObject({ state: "insufficient", isSettled: true, isTainted: true });
    expect(judged.evidence[0]).toMatch(/refuses either name \(status 429\)/);
    // One name alone is no bound of the server's.
    const half = refused.filter(({ role }) => role === "target");
    expect(
      judgePairs(
        [...server(7, FREE).filter(({ role, pair }) => role === "control" || pair! < 4), ...half],
        SERVER,
      ).isTainted,
    ).toBeUndefined();
  });

  it("is no failure of control sites before the target's own flows were seen: a certificate may be wrong with all", () => {
    const untrusted = (pairs: Observation[]): Observation[] =>
      pairs.map((one) => ({ ...one, failure: "ssl_unknown_authority" }));
    const failing = untrusted(sites(3, RESET, RESET)).filter(({ role }) => role === "control");
    const early = judgePairs([...failing, ...untrusted(own(2, RESET, RESET))], ALONE);
    expect(early).toMatchObject({ isSettled: false, wanted: [{ comparison: "same-address" }] });
    const later = judgePairs([...failing, ...untrusted(own(3, RESET, RESET))], ALONE);
    expect(later.evidence[0]).toMatch(/certificate is not trusted/);
  });

  it("is a server that hangs or is late for every name", () => {
    const hung = (pairs: Observation[]): Observation[] =>
      pairs.map(({ statusCode, ...one }) => ({
        ...one,
        samples: (one.samples ?? []).slice(0, 1),
        bytes: 3500,
        durationUs: 13e6,
      }));
    const all = [...hung(own(5, FREE, FREE)), ...sites(6, { kind: "silent", rateBps: 0 })];
    expect(judgePairs(all, ALONE).state).toBe("insufficient");
    const late: FlowModel = { ...FREE, delayUs: 2_000_000 };
    expect(judgePairs([...own(3, RESET, RESET), ...sites(6, late)], ALONE).state).toBe("insufficient");
  });

  it("is a server that paces by itself, against other sites", () => {
    const paced: FlowModel = { kind: "policed", rateBps: 400_000, burstBytes: 4000 };
    const flows = sites(6, paced).map((one) => ({ ...one, outOfOrder: 0 }));
    expect(judgePairs([...own(3, RESET, RESET), ...flows], ALONE).state).toBe("insufficient");
  });

  it("is a rate beside other sites alone: pacing and loss on the way to one server look the same", () => {
    for (const kind of ["policed", "shaped"] as const) {
      const slow: FlowModel = { kind, rateBps: 145_000, burstBytes: 4000 };
      const judged = judgePairs([...own(3, RESET, RESET), ...sites(10, slow)], ALONE);
      expect(judged.state).toBe("insufficient");
      expect(judged.evidence[0]).toMatch(/server, route or address/);
      expect(judged.ruledOut).toEqual([]);
    }
  });

  it("is a server that stalls for every name, while a control server shows the name to be free", () => {
    const stalls: FlowModel = { kind: "frozen", rateBps: 0, burstBytes: 16_500 };
    const judged = judgePairs([...server(10, FREE), ...ups, ...own(6, stalls, stalls)], SERVER);
    expect(judged.state).toBe("insufficient");
    expect(judged.evidence[0]).toMatch(/server, route or address/);
  });

  it("is a stall of the own address under its name, while the control server shows the name to be free", () => {
    const stalls: FlowModel = { kind: "frozen", rateBps: 0, burstBytes: 16_500 };
    const judged = judgePairs([...server(10, FREE), ...ups, ...own(6, stalls, FREE)], SERVER);
    expect(judged.state).toBe("insufficient");
    expect(judged.evidence[0]).toMatch(/server, route or address; no byte for ten seconds after 16/);
  });

  it("is an answer that its server does not end, beside other sites; flows of any name that stop at one point are a freeze", () => {
    const stalls: FlowModel = { kind: "frozen", rateBps: 0, burstBytes: 16_500 };
    const hangs = judgePairs([...own(6, RESET, RESET), ...sites(6, stalls)], ALONE);
    expect(hangs.state).toBe("insufficient");
    const freezes = judgePairs([...own(6, stalls, stalls), ...sites(6, stalls)], ALONE);
    expect(freezes).toMatchObject({ state: "blocked", slowness: "frozen", isUnpaired: true });
    expect(freezes.confidence).toBeLessThanOrEqual(0.6);
  });

  it("is a small page asked for again and again: it tells of round trips", () => {
    const page: FlowModel = { kind: "shaped", rateBps: 300_000, burstBytes: 1 };
    const small = own(10, page, page).map((one) => ({ ...one, answers: 25 }));
    const judged = judgePairs([...server(10, FREE), ...ups, ...small], SERVER);
    expect(judged.state).toBe("ok");
    const alone = own(3, page, FREE).map((one) => ({ ...one, answers: one.role === "target" ? 25 : 1 }));
    expect(judgePairs([...alone, ...sites(3, page)], ALONE).state).toBe("insufficient");
  });

  it("is a deep bucket that both names share: controls were fast before it was empty, and so were the targets", () => {
    const deep: FlowModel = { kind: "policed", rateBps: 115_000, burstBytes: 240_000 };
    // Of three controls two show the rate as well: too few to call them held.
    const odd = server(3, FREE, { kind: "free", rateBps: 500_000 });
    const seen = server(3, deep, deep, "up").map((one) =>
      one.role === "control" && one.pair === 2 ? { ...odd[5]!, direction: "up" as const } : one,
    );
    const judged = judgePairs([...server(10, FREE), ...own(3, FREE, FREE), ...seen], SERVER);
    expect(judged.state).not.toBe("throttled");
  });

  it("is a line that was bad for four seconds, in which three targets happened to begin first", () => {
    const crawl: FlowModel = { kind: "shaped", rateBps: 130_000, burstBytes: 1 };
    const drawn = server(3, crawl, crawl);
    const rest = server(3, FREE, FREE);
    const seen = drawn.map((one, index) => {
      const time = new Date(1_000_000_000_000 + (one.role === "target" ? 0 : 1200)).toISOString();
      if (one.role === "target") return { ...one, time };
      // The same crawl until the targets have told enough, and then what a free flow does.
      const crept = one.samples!.filter(({ elapsedUs }) => elapsedUs <= 3_700_000);
      const { elapsedUs, bytes } = crept.at(-1)!;
      const quick = rest[index]!.samples!.map((sample) => ({
        elapsedUs: elapsedUs + sample.elapsedUs,
        bytes: bytes + sample.bytes,
      }));
      const samples = [...crept, ...quick];
      return { ...one, time, samples, bytes: samples.at(-1)!.bytes, durationUs: samples.at(-1)!.elapsedUs };
    });
    expect(judgePairs(seen, SERVER)).toMatchObject({ state: "insufficient", isSettled: false });
  });

  it("is a target beside a short page that its server has for other names", () => {
    const short = own(6, POLICED, FREE).map((one) =>
      one.role === "target"
        ? one
        : { ...one, bytes: 15_000, samples: one.samples!.filter(({ bytes }) => bytes <= 15_000) },
    );
    const judged = judgePairs([...short, ...sites(3, POLICED)], ALONE);
    expect(judged.state).toBe("insufficient");
    // Whatever more of them would show, it would not be a speed.
    expect(judged.wanted.map(({ comparison }) => comparison)).not.toContain("same-address");
  });

  it("is what hit three flows at once while no control ran", () => {
    const apart = server(3, POLICED).map((one) =>
      one.role === "target" ? one : { ...one, time: new Date(999_999_000_000).toISOString() },
    );
    expect(judgePairs(apart, SERVER)).toMatchObject({ state: "insufficient", isSettled: false });
  });
});

describe("what an outage of the line leaves", () => {
  const gone: FlowModel = { kind: "unreached", rateBps: 0 };
  const later = (seconds: number, flows: Observation[]): Observation[] =>
    flows.map((one) => ({
      ...one,
      time: new Date(Date.parse(one.time!) + 1000 * seconds).toISOString(),
    }));

  it("is not down: nothing was seen to work while the target was not reached", () => {
    const seen = [...server(10, FREE), ...server(3, FREE, FREE, "up")];
    const judged = judgePairs([...seen, ...later(60, own(3, gone, gone))], SERVER);
    expect(judged).toMatchObject({ state: "insufficient", isSettled: false });
    // Once more, with flows to the control server beside.
    expect(judged.wanted).toMatchObject([
      { comparison: "same-address", pairs: 6 },
      { comparison: "control-server", pairs: 13 },
    ]);
    // What still does not answer while the others do.
    const both = [...seen, ...later(60, [...own(6, gone, gone), ...server(3, FREE)])];
    expect(judgePairs(both, SERVER)).toMatchObject({ state: "down", isSettled: true });
    const never = judgePairs([...seen, ...later(60, own(8, gone, gone))], SERVER);
    expect(never).toMatchObject({ state: "insufficient", isSettled: true });
    const alone = judgePairs([...own(3, gone, gone), ...later(60, sites(1, gone))], ALONE);
    expect(alone.state).toBe("insufficient");
  });

  it("is down where nobody is waited for: connections are refused", () => {
    const refused = own(3, gone, gone).map((one) => ({ ...one, failure: "connection_refused" }));
    expect(judgePairs([...refused, ...later(60, sites(1, gone))], ALONE).state).toBe("down");
  });
});

describe("requests that are never answered, after a handshake", () => {
  it("are cut off where controls went well at any time meanwhile", () => {
    const flows = server(6, { kind: "silent", rateBps: 0 }).map((one): Observation => {
      const ms = Date.parse(one.time!) + (one.role === "target" ? 0 : 3000);
      const done = one.role === "target" ? { handshakeUs: 150_000 } : {};
      return { ...one, ...done, time: new Date(ms).toISOString() };
    });
    expect(judgePairs(flows, SERVER)).toMatchObject({ state: "blocked", mechanisms: ["tls.timeout.sni"] });
  });
});

describe("handshakes that never end", () => {
  it("are cut off though their server repeats a packet or two that a box lets by, and slow where more comes", () => {
    const silent = (packets: number): Observation[] =>
      server(6, { kind: "silent", rateBps: 0 }).map((one) => {
        if (one.role !== "target") return one;
        const late = Array.from({ length: packets }, (_, index) => ({
          elapsedUs: 9_000_000 + 900_000 * index,
          bytes: 1448 * (index + 1),
        }));
        const samples = [one.samples![0]!, ...late, { ...one.samples!.at(-1)!, bytes: 1448 * packets }];
        return { ...one, samples, bytes: 1448 * packets };
      });
    expect(judgePairs(silent(2), SERVER)).toMatchObject({
      state: "blocked",
      mechanisms: ["tls.timeout.sni"],
    });
    expect(judgePairs(silent(5), SERVER).state).not.toBe("blocked");
  });

  it("are no delay, though one of many gets through", () => {
    const [leak] = server(1, FREE);
    const silent: FlowModel = { kind: "silent", rateBps: 0 };
    const flows = server(12, silent).map((one) =>
      one.role === "target" && one.pair === 0 ? { ...leak!, role: one.role, pair: 0 } : one,
    );
    expect(judgePairs(flows, SERVER).state).not.toBe("throttled");
  });
});

it("drawn flows are observations", () => {
  for (const one of [...server(2, POLICED), ...own(2, { kind: "reset", rateBps: 0 }, FREE)]) {
    expect(observationSchema.safeParse(one).error?.issues ?? []).toEqual([]);
  }
});

it("calls nothing throttled in 400 measurements of two names that fare alike", () => {
  let throttled = 0;
  for (let seed = 0; seed < 400; seed++) {
    const rateBps = 0.3e6 * 2 ** (6 * ((seed % 100) / 100));
    const kind = (["free", "lossy", "shaped"] as const)[seed % 3]!;
    const model: FlowModel = { kind, rateBps, burstBytes: 4000 };
    const pairs = drawPairs(12, { target: model, control: model }, { comparison: "control-server" }, seed);
    // Looked at again and again, as the probe does.
    for (const pair of [3, 5, 6, 8, 10, 12]) {
      const judged = judgePairs(pairs.slice(0, 2 * pair), SERVER);
      if (judged.state === "throttled") throttled++;
    }
  }
  expect(throttled).toBe(0);
});
