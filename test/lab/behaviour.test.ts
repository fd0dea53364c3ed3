/**
 * The table of behaviours (test/middlebox/behaviours.ts) over real kernels: raw packets through network namespaces,
 * NFQUEUE and the box driver. And what only a network shows: at which hop each box sits, and how fragments arrive.
 */
import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { BEHAVIOURS } from "../middlebox/behaviours.ts";
import type { BehaviourLine } from "./behaviour-cell.ts";
import { BLOCKER_HOP, BOX_HOP, HOPS_TO_SERVERS } from "./behaviour-network.ts";
import { FIRST_FRAGMENT_HOP_LIMIT, PLACE_HOP_LIMITS, PLACE_NAMES } from "./behaviour-places.ts";
import { runInCell, whyNoLab } from "./in-cell.ts";
import { madeInQuiet } from "./quiet-machine.ts";

const TIMEOUT_MS = 200_000;
const title = "the boxes over real kernels";

function isAsExpected({ group, name, outcomes }: Extract<BehaviourLine, { kind: "row" }>): boolean {
  const row = BEHAVIOURS[group]!.find((one) => one.name === name)!;
  return isDeepStrictEqual(outcomes, [row.expected].flat().sort());
}

if (whyNoLab) {
  describe.skip(`${title} [skipped: ${whyNoLab}]`, () => it("behave as in memory", () => {}));
} else {
  describe(title, () => {
    let lines: BehaviourLine[] = [];
    const linesOf = <Kind extends BehaviourLine["kind"]>(kind: Kind) =>
      lines.filter((line): line is Extract<BehaviourLine, { kind: Kind }> => line.kind === kind);

    /** Where the machine lacks what fragments take, the driver says what it is. */
    const skipUnseen = (skip: (reason: string) => void): void => {
      const reason = linesOf("driver")[0]!.groups.find((group) => group.fragmentsUnseen)?.fragmentsUnseen;
      if (reason) skip(`boxes do not see fragments: ${reason}`);
    };

    beforeAll(async () => {
      // A machine that stands still holds packets longer than any box does, and rows say "delayed".
      const made = await madeInQuiet(
        () => runInCell<BehaviourLine>("behaviour-cell.ts", null),
        (all) => all.every((line) => line.kind !== "row" || isAsExpected(line)),
      );
      lines = made.value;
    }, 3 * TIMEOUT_MS);

    for (const [group, rows] of Object.entries(BEHAVIOURS)) {
      describe(group, () => {
        it.for(rows.map((row) => [row.name, row] as const))("%s", ([name, row], { skip }) => {
          if (group === "fragments") skipUnseen(skip);
          const line = linesOf("row").find((other) => other.group === group && other.name === name);
          expect(line?.outcomes).toEqual([row.expected].flat().sort());
        });
      });
    }

    describe.each(PLACE_NAMES)("a hello for %s that reaches hop", (name) => {
      const isThrottlers = name === PLACE_NAMES[0];
      it.each(PLACE_HOP_LIMITS)("%i and no further", (hopLimit) => {
        const line = linesOf("place").find((other) => other.name === name && other.hopLimit === hopLimit)!;
        const isActedOn = hopLimit >= (isThrottlers ? BOX_HOP : BLOCKER_HOP);
        expect(line.outcome).toBe(isActedOn ? (isThrottlers ? "throttled" : "reset") : "swallowed");
        // The blocker swallows what it resets; everything else gets as far as its hop limit, and is told so.
        const routers = linesOf("routers")[0]!.addresses[hopLimit - 1]!;
        if (isActedOn && !isThrottlers) expect(line.answeredBy).toEqual([]);
        else {
          expect(line.answeredBy).toHaveLength(1);
          expect(routers).toContain(line.answeredBy[0]);
        }
      });
    });

    it.for(["IPv4", "IPv6"])("fragments go on with the first one's hop limit: %s", (name, { skip }) => {
      skipUnseen(skip);
      const { hopLimits } = linesOf("fragments").find((line) => line.name === name)!;
      // "IP fragments are buffered and forwarded with the first fragment's TTL"
      expect(hopLimits).toHaveLength(5);
      expect([...new Set(hopLimits)]).toEqual([FIRST_FRAGMENT_HOP_LIMIT - HOPS_TO_SERVERS]);
    });

    it("nothing that a box or an end sent was refused by the kernel", () => {
      for (const { refusedInjections } of linesOf("driver")[0]!.groups) expect(refusedInjections).toBe(0);
    });
  });
}
