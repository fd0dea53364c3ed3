import { describe, expect, it } from "vitest";
import { tryQuic } from "./explain-quic.ts";

const NAME = "abs.twimg.com";

/** A server whose flows bring back so much of what they send. */
function trial(udpPort: number, shareOf: (name: string) => number): ReturnType<typeof tryQuic> {
  const heldBps = 141_000;
  const server = { address: "192.0.2.1", port: udpPort, udpPort };
  return tryQuic(
    { server, name: NAME, neutralName: "qzvk.jx", heldBps, mostBytes: 1e9 },
    async (_, name) => ({
      ...{ sent: 280, returned: Math.round(280 * shareOf(name)), bytes: 560_000 },
    }),
  );
}

/** "QUIC v1 to port 443 with payload >= 1001 bytes dropped": Xue et al., IMC 2022. */
describe("QUIC past a box", () => {
  it("is free at UDP port 443 where datagrams come back", async () => {
    expect(await trial(443, () => 1)).toMatchObject({ isFree: true });
  });

  it("is not told by what comes back at another port: a filter looks at 443 only", async () => {
    const told = await trial(4433, () => 1);
    expect(told).not.toHaveProperty("isFree");
    expect(told.evidence.join("; ")).toMatch(/UDP port is 4433, and filters may look at 443 only$/);
  });

  it("does not get past at any port where the target's alone is dropped", async () => {
    for (const port of [443, 4433])
      expect(await trial(port, (name) => (name === NAME ? 0 : 1))).toMatchObject({ isFree: false });
  });
});
