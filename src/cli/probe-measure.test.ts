import { expect, it } from "vitest";
import { directionsOf } from "./probe-measure.ts";

it("sends no uploads where nobody counts what of them arrived", () => {
  expect(directionsOf(false)).toEqual(["down"]);
  expect(directionsOf(true)).toEqual(["down", "up"]);
});
