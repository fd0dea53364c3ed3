import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HopReplies, readTimeExceeded } from "./hop-names.ts";

/** IPv4 header of 20 bytes. */
function header(protocol: number, from: readonly number[]): number[] {
  return [0x45, 0, 0, 56, 0, 0, 0, 0, 64, protocol, 0, 0, ...from, 10, 0, 0, 2];
}

const reply = Uint8Array.from([
  ...header(1, [198, 51, 100, 7]),
  ...[11, 0, 0, 0, 0, 0, 0, 0],
  ...header(6, [10, 0, 0, 2]),
  ...[0xc3, 0x50, 1, 187, 0, 0, 0, 1],
]);

describe.runIf(process.platform === "linux")("the routers' answers", () => {
  it("are those that were read before the socket failed, and whoever listens goes on", async () => {
    let [reads, closes] = [0, 0];
    const replies = HopReplies.open(() => ({
      receive: (take) => {
        if (++reads > 1) throw new Error("network is down");
        take(reply, 0, reply.length, reply.length, 0, 0);
        return 1;
      },
      close: () => closes++,
    }))!;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(replies.finish()).toEqual(new Map([[50_000, "198.51.100.7"]]));
    expect([reads, closes]).toEqual([2, 1]);
  });
});

describe("a router's answer", () => {
  it("names the router and the connection whose packet ended there", () => {
    expect(readTimeExceeded(reply)).toEqual({ router: "198.51.100.7", localPort: 50_000 });
  });

  it("is none of another kind, of another protocol, or cut", () => {
    expect(readTimeExceeded(Uint8Array.from(reply, (byte, at) => (at === 20 ? 3 : byte)))).toBeUndefined();
    expect(readTimeExceeded(Uint8Array.from(reply, (byte, at) => (at === 37 ? 17 : byte)))).toBeUndefined();
    expect(readTimeExceeded(reply.subarray(0, 49))).toBeUndefined();
  });

  it("is read out of anything without an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        readTimeExceeded(bytes);
      }),
    );
  });
});
