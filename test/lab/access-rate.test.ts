/** A line that is slowed while its network runs, and is fast again after. */
import { describe, expect, it } from "vitest";
import { runInCell, whyNoLab } from "./in-cell.ts";

const RATE_BPS = 200_000;
const OBJECT_BITS = 50_000 * 8;

describe.skipIf(whyNoLab !== undefined)(`an access link ${whyNoLab ?? ""}`, () => {
  it("has the rate that it is given, and the scenario's again", async () => {
    const lines = await runInCell<{ seconds: number }>("access-rate-cell.ts", { rateBps: RATE_BPS });
    const [before, meanwhile, after] = lines.map(({ seconds }) => seconds);
    // What the link sends at once, and what waits in it, are some 5 kB.
    expect(meanwhile).toBeGreaterThan((0.85 * OBJECT_BITS) / RATE_BPS);
    for (const fast of [before, after]) expect(fast).toBeLessThan(meanwhile! / 4);
  });
});
