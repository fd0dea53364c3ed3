/**
 * 2,000 drawn cases, judged from their captures alone (issue "forensic core", "Beyond those traces").
 * BRAKELIGHT_SIMULATED_CASES changes how many.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { judgeCase } from "../simulated/cases.ts";

const CASES = Number(process.env["BRAKELIGHT_SIMULATED_CASES"] ?? 2000);
/** Not the seeds that thresholds were tuned on (0 to 1,000). */
const FIRST_SEED = 1_000_000;
/** The fewest losses that are asked to be decided. */
const MANY_LOSSES = 30;

describe(`${CASES} simulated cases`, () => {
  const tally = { others: 0, falselyPoliced: 0, policed: 0, found: 0, lossy: 0, undecided: 0 };
  const wrong: string[] = [];

  beforeAll(() => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      const { config, truth, path, finding } = judgeCase(seed);
      const lost = path.transfers
        .flat()
        .reduce((sum, { segments }) => sum + segments.reduce((n, s) => n + s.lostPackets, 0), 0);
      const isCalled = finding.slowness === "policed";
      if (lost >= MANY_LOSSES) {
        tally.lossy++;
        if (finding.slowness === "undecided") tally.undecided++;
      }
      if (truth.mechanism !== "policed") {
        tally.others++;
        if (!isCalled) continue;
        tally.falselyPoliced++;
        wrong.push(`seed ${seed} (${config.intent}): policed`);
      } else if (truth.burstExhausted && lost >= MANY_LOSSES) {
        tally.policed++;
        if (isCalled) tally.found++;
        else wrong.push(`seed ${seed} (${config.intent}): ${finding.slowness}`);
      }
    }
    console.log(`simulated cases: ${JSON.stringify(tally)}\n${wrong.join("\n")}`);
  }, 1_200_000);

  it("calls at most 1 % of what is not policed policed", () => {
    expect(tally.falselyPoliced / tally.others).toBeLessThanOrEqual(0.01);
  });

  it("finds at least 90 % of the policed with 30 losses and an exhausted burst", () => {
    expect(tally.found / tally.policed).toBeGreaterThanOrEqual(0.9);
  });

  it("leaves at most 15 % of the cases with 30 losses undecided", () => {
    expect(tally.undecided / tally.lossy).toBeLessThanOrEqual(0.15);
  });
});
