import { expect, test } from "vitest";
import { groupOf } from "./network-groups.ts";

test.each([
  [25_159, "PJSC MegaFon", "mobile"],
  [12_958, "T2 Mobile LLC", "mobile"],
  [16_345, 'Public Joint Stock Company "Vimpel-Communications"', "mobile"],
  [8402, 'PJSC "Vimpelcom"', "landline"],
  [31_499, "Ekaterinburg-2000 LLC", "mobile"],
  [8359, "MTS PJSC", "mobile"],
  [29_497, "MTS PJSC", "landline"],
  [28_884, "MTS PJSC", undefined],
  [28_840, 'PJSC "TATTELECOM"', undefined],
  [12_389, "PJSC Rostelecom", "landline"],
])("puts %s, %s, where the operator belongs", (asn, networkName, group) => {
  expect(groupOf({ asn, networkName, country: "RU" })).toBe(group);
});

test("knows no groups elsewhere, and needs no name", () => {
  expect(groupOf({ asn: 1, country: "DE", networkName: "MegaFon" })).toBeUndefined();
  expect(groupOf({ asn: 1, country: "RU" })).toBe("landline");
});
