/**
 * Broken packets through boxes of several kinds. The seed is fixed; the environment's BRAKELIGHT_FUZZ_MUTATIONS changes
 * how many (default 10 million), BRAKELIGHT_FUZZ_SEED the seed.
 */
import { expect, it } from "vitest";
import { fuzzMiddlebox } from "../middlebox/fuzz.ts";

const MUTATIONS = Number(process.env["BRAKELIGHT_FUZZ_MUTATIONS"] ?? 10_000_000);
const SEED = Number(process.env["BRAKELIGHT_FUZZ_SEED"] ?? 20_210_310);
/** What the collector leaves lying about; tables that grew would take gigabytes by the end. */
const MOST_GROWTH_BYTES = 150e6;
const WARM_UP_CHECKS = 200;

it(`the middlebox takes packets with ${MUTATIONS} mutations without a throw, and does not grow`, () => {
  let checks = 0;
  let startBytes = 0;
  let mostBytes = 0;
  const tally = fuzzMiddlebox(MUTATIONS, SEED, () => {
    const { rss } = process.memoryUsage();
    if (++checks === WARM_UP_CHECKS) startBytes = rss;
    mostBytes = Math.max(mostBytes, rss);
  });
  console.log(`fuzz: ${JSON.stringify(tally)}, ${(mostBytes / 1e6).toFixed(0)} MB`);
  expect(tally.mutations).toBeGreaterThanOrEqual(MUTATIONS);
  for (const [what, count] of Object.entries(tally)) expect(count, what).toBeGreaterThan(0);
  if (startBytes > 0) expect(mostBytes - startBytes).toBeLessThan(MOST_GROWTH_BYTES);
});
