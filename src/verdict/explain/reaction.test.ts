import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { Observation } from "../../observation/observation.ts";
import { actedOn } from "./acted-on.ts";
import { reactionOf } from "./reaction.ts";

const FREE: FlowModel = { kind: "free", rateBps: 8_000_000 };

/** Pairs whose targets end as `end` says, beside controls that run on. */
function pairsWith(
  target: FlowModel,
  end: (flow: Observation) => Observation = (flow) => flow,
): Observation[] {
  return drawPairs(6, { target, control: FREE }, { comparison: "control-server" }, 7).map((one) =>
    one.role === "target" ? end(one) : one,
  );
}

/** A box that lets 5 to 8 packets pass, then drops both ways (Xue et al., IMC 2022): the handshake never ends. */
function droppedAfter(bytes: number): (flow: Observation) => Observation {
  return ({ operation, failure, ...flow }) => ({
    ...flow,
    bytes,
    durationUs: 10_300_000,
    samples: [
      { elapsedUs: 60_000, bytes: 0 },
      { elapsedUs: 190_000, bytes },
      { elapsedUs: 10_300_000, bytes },
    ],
  });
}

describe("what a box does to connections", () => {
  it("is silence where they stop in the handshake after some bytes, though no failure was waited for", () => {
    const reaction = reactionOf(pairsWith({ kind: "silent", rateBps: 0 }, droppedAfter(2896)));
    expect(reaction).toMatchObject({ kind: "break", failures: ["timeout"] });
    const samples = [
      { elapsedUs: 190_000, bytes: 2896 },
      { elapsedUs: 4_000_000, bytes: 2896 },
    ];
    const silent = { samples, bytes: 2896, connectUs: 60_000, durationUs: 4_000_000 };
    expect(actedOn(reaction!, silent)).toBe("yes");
  });

  it("is what each of them ended by", () => {
    expect(reactionOf(pairsWith({ kind: "reset", rateBps: 0 }))).toMatchObject({ failures: ["reset"] });
    expect(reactionOf(pairsWith({ kind: "silent", rateBps: 0 }))).toMatchObject({ failures: ["timeout"] });
    const unreachable = { operation: "tls_handshake", failure: "host_unreachable" } as const;
    expect(
      reactionOf(pairsWith({ kind: "reset", rateBps: 0 }, (flow) => ({ ...flow, ...unreachable }))),
    ).toMatchObject({ failures: ["unreachable"] });
  });

  it("is nothing that single connections could be told by where all run on", () => {
    expect(reactionOf(pairsWith(FREE))).toBeUndefined();
  });
});
