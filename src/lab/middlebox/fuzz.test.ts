import { expect, it } from "vitest";
import { fuzzMiddlebox } from "../../../test/middlebox/fuzz.ts";

it("takes broken packets of every kind without a throw and within its bounds", () => {
  const tally = fuzzMiddlebox(150_000, 20_210_310);
  for (const [what, count] of Object.entries(tally)) expect(count, what).toBeGreaterThan(0);
});
