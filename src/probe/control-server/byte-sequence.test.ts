import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ByteSequence, firstBytes } from "./byte-sequence.ts";

describe("the byte sequence", () => {
  it("is what openssl makes of the documented command", async () => {
    const bytes = await buffer(new ByteSequence(100_000, false));
    expect(bytes.subarray(0, 16).toString("hex")).toBe("c6a13b37878f5b826f4f8162a1c8d879");
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(SHA256_OF_100_000);
    expect(firstBytes(100_000).equals(bytes)).toBe(true);
  });

  it("is inverted bit by bit", async () => {
    const inverted = await buffer(new ByteSequence(70_001, true));
    expect(Buffer.from(inverted.map((byte) => byte ^ 0xff)).equals(firstBytes(70_001))).toBe(true);
  });

  it("is empty for 0 bytes", async () => {
    expect((await buffer(new ByteSequence(0, false))).length).toBe(0);
  });
});

/** head -c 100000 /dev/zero | openssl enc -aes-128-ctr -K 0001..0f -iv 00..00 | sha256sum, OpenSSL 3.0.19. */
const SHA256_OF_100_000 = "5ab6c6f650c76e4d0b8f90c4110c3e717664942c42613f01099eaa5014b9f324";
