import { describe, expect, it } from "vitest";
import { reachBoth } from "./reach-both.ts";
import type { Reach, ReachOptions, ReachStep } from "./reach-record.ts";

const TARGET = { name: "news.example", port: 443, path: "/" };
const OPTIONS: ReachOptions = { secondResolver: "9.9.9.9", insecure: false, timeoutMs: 1000, quic: true };
const TIMES = { startedUs: 0, durationUs: 1 };
const looked = (resolver: "system" | "second", addresses: string[], bogons?: string[]): ReachStep => ({
  ...{ operation: "resolve", resolver, addresses, ...TIMES },
  ...(bogons ? { bogons } : {}),
});
const connected = (address: string): ReachStep => ({
  ...{ operation: "connect", address, port: 443, family: 4, source: "system", ...TIMES },
});
const shook = (isVerified: boolean): ReachStep => ({
  ...{ operation: "tls_handshake", address: "8.8.8.8", port: 443, isVerified, ...TIMES },
});

/** Where the visits after the first were sent. */
async function visited(
  steps: ReachStep[],
  target: Reach["target"] = TARGET,
  options = OPTIONS,
  untilMs?: number,
) {
  const sent: ReachOptions[] = [];
  const reaches = await reachBoth(target, options, untilMs, async (_, chosen) => {
    sent.push(chosen);
    return { target, startedAtMs: 0, durationUs: 1, steps };
  });
  expect(reaches).toHaveLength(sent.length);
  expect(sent[0]).toEqual(options);
  return sent.slice(1);
}

describe("The second name server's address", () => {
  const apart = [looked("system", ["8.8.8.8"]), looked("second", ["9.9.9.9", "8.8.8.8"])];

  it("is visited no longer than the target may take", async () => {
    const steps = [...apart, connected("8.8.8.8"), shook(false)];
    const [within] = await visited(steps, TARGET, OPTIONS, performance.now() + 600);
    expect(within!.timeoutMs).toBeLessThanOrEqual(600);
    expect(await visited(steps, TARGET, OPTIONS, performance.now() - 1)).toEqual([]);
  });

  it("is visited where what stands at the system's did not prove to be the target", async () => {
    const once = [{ insecure: false, timeoutMs: 1000, quic: false, connect: { address: "9.9.9.9" } }];
    expect(await visited([...apart, connected("8.8.8.8"), shook(false)])).toEqual(once);
    expect(await visited([...apart, { ...connected("8.8.8.8"), failure: "connection_refused" }])).toEqual(
      once,
    );
  });

  it("is not where the system's did, nor where it was tried already", async () => {
    expect(await visited([...apart, connected("8.8.8.8"), shook(true)])).toEqual([]);
    expect(await visited([...apart, connected("9.9.9.9")])).toEqual([]);
  });

  it("is not where it is none of its own, or none that a public site has", async () => {
    expect(await visited([looked("system", ["8.8.8.8"]), looked("second", ["8.8.8.8"])])).toEqual([]);
    expect(await visited([looked("system", ["8.8.8.8"])])).toEqual([]);
    const nowhere = looked("second", ["127.0.0.1"], ["127.0.0.1"]);
    expect(await visited([looked("system", ["8.8.8.8"]), nowhere])).toEqual([]);
  });

  it("is not where nothing could be proven, or the name was sent elsewhere on purpose", async () => {
    expect(await visited(apart, { ...TARGET, port: 80 })).toEqual([]);
    expect(await visited(apart, TARGET, { ...OPTIONS, connect: { address: "192.0.2.1" } })).toEqual([]);
  });
});
