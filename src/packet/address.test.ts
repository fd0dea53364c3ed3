import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAddress, formatEndpoint } from "./address.ts";
import { addressBytes } from "./emit-ip.ts";

describe("addresses", () => {
  it("are written as RFC 5952 asks", () => {
    const cases: [string, string][] = [
      ["2001:0db8:0:0:0:0:0:1", "2001:db8::1"],
      ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
      ["0:0:0:0:0:0:0:0", "::"],
      ["0:0:0:0:0:0:0:1", "::1"],
      ["1:0:0:0:0:0:0:0", "1::"],
      ["2001:DB8::ABCD", "2001:db8::abcd"],
    ];
    for (const [long, short] of cases) expect(formatAddress(addressBytes(long), 0, 6)).toBe(short);
    expect(formatAddress([0, 192, 0, 2, 255], 1, 4)).toBe("192.0.2.255");
  });

  it("read back as the bytes that they were written from", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ minLength: 4, maxLength: 4 }),
          fc
            .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
            .map((bytes) => Uint8Array.from(bytes)),
        ),
        (bytes) => {
          expect(addressBytes(formatAddress(bytes, 0, bytes.length === 4 ? 4 : 6))).toEqual(bytes);
        },
      ),
    );
  });

  it("stand in brackets before a port where they hold colons", () => {
    expect(formatEndpoint("10.0.0.1", 443)).toBe("10.0.0.1:443");
    expect(formatEndpoint("2001:db8::1", 443)).toBe("[2001:db8::1]:443");
  });
});
