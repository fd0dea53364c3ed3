import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import { SHORT_ANSWER } from "../../observation/failure.ts";
import type { Observation } from "../../observation/observation.ts";
import { judgeHost } from "./judge-host.ts";
import { judgePairs } from "./judge-pairs.ts";

const FREE: FlowModel = { kind: "free", rateBps: 20_000_000 };
const POLICED: FlowModel = { kind: "policed", rateBps: 141_000 };

function plain(count: number, target: FlowModel): Observation[] {
  const drawn = drawPairs(count, { target, control: FREE }, { comparison: "control-server" }, 7);
  return drawn.map(({ handshakeUs: _, ...one }) => ({ ...one, protocol: "http" }));
}

describe("pairs of plain HTTP requests", () => {
  it("call a name throttled by its Host, at the rate of its flows", () => {
    const { judgement, isSettled } = judgeHost(plain(3, POLICED));
    expect(isSettled).toBe(true);
    expect(judgement).toMatchObject({ state: "throttled", mechanisms: ["http.throttle.host"] });
    expect(Math.abs((judgement!.rateBps! * 1448) / 1500 / 141_000 - 1)).toBeLessThan(0.1);
  });

  it("call a name that is cut off blocked by its Host", () => {
    const { judgement } = judgeHost(plain(5, { kind: "reset", rateBps: 0 }));
    expect(judgement).toMatchObject({ state: "blocked", mechanisms: ["http.reset.host"] });
  });

  it.each([
    [302, {}, "http.redirect"],
    [200, { failure: SHORT_ANSWER, operation: "read" }, "http.blockpage"],
  ] as const)(
    "call a page with status %i in the server's place a block, and no speed",
    (statusCode, more, mechanism) => {
      const pages = plain(5, FREE).map(
        (one): Observation =>
          one.role === "control"
            ? one
            : {
                ...one,
                ...more,
                statusCode,
                bytes: 500,
                samples: [{ elapsedUs: 100_000, bytes: 500 }],
                durationUs: 100_000,
              },
      );
      const { judgement } = judgeHost(pages);
      expect(judgement).toMatchObject({ state: "blocked", mechanisms: [mechanism] });
      expect(judgement!.evidence.join()).toContain("somebody answers in its place");
      const refused = pages.map(
        ({ failure: _, operation: __, ...one }): Observation =>
          one.role === "control" ? one : { ...one, statusCode: 429 },
      );
      expect(judgeHost(refused)).not.toHaveProperty("judgement");
    },
  );

  it("say of a free name that it makes no difference, after ten pairs and not before", () => {
    expect(judgeHost(plain(9, FREE))).toMatchObject({ isSettled: false, wanted: [{ pairs: 10 }] });
    const free = judgeHost(plain(10, FREE));
    expect(free.isSettled).toBe(true);
    expect(free).not.toHaveProperty("judgement");
    expect(free.sentence).toMatch(/half of its control in 0 of 10 pairs/);
  });

  it("tell a page of a block by a status that the control server never gives", () => {
    const answered = (statusCode: number): Observation[] =>
      plain(5, FREE).map((one) =>
        one.role === "target" ? { ...one, statusCode, bytes: 500, samples: one.samples!.slice(0, 1) } : one,
      );
    // RFC 9110, section 15.5.4; RFC 7725.
    for (const status of [403, 451])
      expect(judgeHost(answered(status)).judgement).toMatchObject({
        ...{ state: "blocked", mechanisms: ["http.blockpage"] },
      });
  });

  it("say nothing of TLS, nor TLS of them", () => {
    const plan = { hasControlServer: true, sites: 0, directions: ["down"] as const };
    expect(judgePairs(plain(5, POLICED), plan)).toMatchObject({ state: "insufficient", isSettled: false });
    const tls = plain(5, POLICED).map((one): Observation => ({ ...one, protocol: "https" }));
    expect(judgeHost(tls)).toMatchObject({ isSettled: false, wanted: [{ pairs: 3 }] });
  });
});
