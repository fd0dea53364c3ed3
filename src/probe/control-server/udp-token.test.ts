import { describe, expect, it } from "vitest";
import { holdsToken, makeToken, TOKEN_BYTES, TOKEN_SECONDS } from "./udp-token.ts";

const SECRET = Buffer.from("a secret of this test");

describe("a token", () => {
  it("is good for its address, for at least the promised time, and for twice that at most", () => {
    for (const madeMs of [0, 1, 59_999, 60_000, 1_234_567]) {
      const token = makeToken(SECRET, "192.0.2.7", madeMs);
      expect(token.length).toBe(TOKEN_BYTES);
      expect(holdsToken(SECRET, "192.0.2.7", token, madeMs)).toBe(true);
      expect(holdsToken(SECRET, "192.0.2.7", token, madeMs + TOKEN_SECONDS * 1000)).toBe(true);
      expect(holdsToken(SECRET, "192.0.2.7", token, madeMs + 2 * TOKEN_SECONDS * 1000)).toBe(false);
    }
  });

  it("is good for no other address and no other server", () => {
    const token = makeToken(SECRET, "192.0.2.7", 0);
    expect(holdsToken(SECRET, "192.0.2.8", token, 0)).toBe(false);
    expect(holdsToken(Buffer.from("another"), "192.0.2.7", token, 0)).toBe(false);
  });

  it("is the same for both forms of an IPv4 address", () => {
    expect(holdsToken(SECRET, "::ffff:192.0.2.7", makeToken(SECRET, "192.0.2.7", 0), 0)).toBe(true);
  });

  it("is not there where a bit is wrong or bytes are missing", () => {
    const token = makeToken(SECRET, "192.0.2.7", 0);
    for (let bit = 0; bit < 8 * TOKEN_BYTES; bit++) {
      const wrong = Buffer.from(token);
      wrong[bit >> 3]! ^= 1 << (bit & 7);
      expect(holdsToken(SECRET, "192.0.2.7", wrong, 0)).toBe(false);
    }
    expect(holdsToken(SECRET, "192.0.2.7", token.subarray(1), 0)).toBe(false);
    expect(holdsToken(SECRET, "192.0.2.7", Buffer.alloc(0), 0)).toBe(false);
  });
});
