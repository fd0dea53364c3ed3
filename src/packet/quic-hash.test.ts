import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HmacKey } from "./quic-hash.ts";

describe("short authentication codes", () => {
  it("are those of node:crypto, for keys and messages of every length", () => {
    const key = fc.uint8Array({ maxLength: 64 });
    const message = fc.uint8Array({ maxLength: 55 });
    fc.assert(
      fc.property(key, message, message, (secret, first, second) => {
        const short = new HmacKey(secret);
        for (const each of [first, second, first]) {
          expect(Buffer.from(short.sign(each)).toString("hex")).toBe(
            createHmac("sha256", secret).update(each).digest("hex"),
          );
        }
      }),
    );
  });

  it("refuse what does not fit a block", () => {
    expect(() => new HmacKey(new Uint8Array(65))).toThrow(RangeError);
    expect(() => new HmacKey(new Uint8Array(1)).sign(new Uint8Array(56))).toThrow(RangeError);
  });
});
