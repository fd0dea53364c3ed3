import { expect, test } from "vitest";
import { placeOfAddress } from "./place.ts";

test("keeps an IPv4 address's /24 and an IPv6 address's /48", () => {
  expect(placeOfAddress("198.51.100.7")).toBe("198.51.100.0/24");
  expect(placeOfAddress("2001:db8:7:1::5")).toBe("2001:db8:7::/48");
  expect(placeOfAddress("2001:db8:7::")).toBe("2001:db8:7::/48");
  expect(placeOfAddress("::ffff:198.51.100.7")).toBe("198.51.100.0/24");
});

test("knows no place for what is no address", () => {
  for (const text of ["", "198.51.100", "198.51.100.0/24", "host.example"])
    expect(placeOfAddress(text)).toBeUndefined();
});
