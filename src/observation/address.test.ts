import fc from "fast-check";
import { expect, test } from "vitest";
import { areNeighbours, canonicalAddress, isBogon, isStandIn, splitEndpoint } from "./address.ts";

test("spells an address in one way only", () => {
  expect(canonicalAddress("2001:DB8::1")).toBe(canonicalAddress("2001:db8:0:0:0:0:0:1"));
  expect(canonicalAddress("::ffff:192.0.2.1")).toBe("0:0:0:0:0:ffff:c000:201");
  expect(canonicalAddress("fe80::1%eth0")).toBe("fe80:0:0:0:0:0:0:1");
  expect(canonicalAddress("64:ff9b::192.0.2.1")).toBe("192.0.2.1");
});

test.each([
  "",
  "1.2.3",
  "1.2.3.256",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "::g",
  "host",
  "1.2.3.4.5",
])("%s is no address", (text) => {
  expect(canonicalAddress(text)).toBeUndefined();
});

test("knows the addresses that no public site has (RFC 6890)", () => {
  for (const ip of [
    "127.0.0.1",
    "10.10.34.35",
    "100.64.0.1",
    "192.168.1.1",
    "172.31.255.255",
    "0.0.0.0",
    "::",
    "::1",
    "fe80::1",
    "fd00::1",
  ]) {
    expect(isBogon(ip), ip).toBe(true);
  }
  for (const ip of ["93.184.216.34", "172.32.0.1", "100.128.0.1", "2a00:1450::1", "8.8.8.8"]) {
    expect(isBogon(ip), ip).toBe(false);
  }
  expect(isStandIn("198.19.255.1")).toBe(true);
  expect(isStandIn("198.20.0.1")).toBe(false);
});

test("takes addresses for neighbours by their first 16 bits, of IPv6 32", () => {
  expect(areNeighbours("93.184.216.34", "93.184.0.1")).toBe(true);
  expect(areNeighbours("93.184.216.34", "93.185.216.34")).toBe(false);
  expect(areNeighbours("2001:db8:1::1", "2001:db8:2::1")).toBe(true);
  expect(areNeighbours("2001:db8::1", "2001:db9::1")).toBe(false);
  for (const other of ["2001:db8::1", "no address"])
    expect(areNeighbours("93.184.216.34", other)).toBe(false);
});

test("splits an endpoint", () => {
  expect(splitEndpoint("8.8.4.4:443")).toEqual({ ip: "8.8.4.4", port: 443 });
  expect(splitEndpoint("[::1]:80")).toEqual({ ip: "0:0:0:0:0:0:0:1", port: 80 });
  for (const text of ["8.8.4.4", "::1:80", ":443", "example.com:443"])
    expect(splitEndpoint(text)).toBeUndefined();
});

test("never throws, and its own spelling is stable", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      const once = canonicalAddress(text);
      if (once !== undefined) expect(canonicalAddress(once)).toBe(once);
    }),
  );
});
