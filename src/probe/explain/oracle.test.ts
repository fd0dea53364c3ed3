import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlServer, startControlServer } from "../control-server/control-server.ts";
import type { TransferOutcome } from "../transfer/transfer.ts";
import { Oracle, type OracleOptions } from "./oracle.ts";

const ENOUGH_BYTES = 50_000;
let server: ControlServer;

beforeAll(async () => {
  server = await startControlServer({ listen: "127.0.0.1", port: 0 });
});

afterAll(() => server.close());

function oracleOf(options: Partial<OracleOptions> = {}): Oracle {
  return new Oracle({
    ...{ server: { address: "127.0.0.1", port: server.port }, trust: { insecure: true }, direction: "down" },
    ...{ bytes: 60_000, timeoutMs: 5000, lanes: 2, deadlineMs: performance.now() + 20_000, mostBytes: 1e9 },
    judge: ({ bytes }: TransferOutcome) => (bytes > ENOUGH_BYTES ? "no" : undefined),
    agreed: (answers) => (answers.includes("no") ? false : undefined),
    ...options,
  });
}

describe("asking connections", () => {
  it("tells each by its own progress, and counts what it took", async () => {
    const oracle = oracleOf();
    const asked = await oracle.askAll([{ name: "one.example" }, { name: "two.example" }, {}]);
    expect(asked.map(({ answer }) => answer)).toEqual(["no", "no", "no"]);
    expect(oracle.connections).toBe(3);
    expect(oracle.bytes).toBeGreaterThan(3 * ENOUGH_BYTES);
  });

  it("ends those under way, and begins none, when it is aborted", async () => {
    const signal = AbortSignal.timeout(500);
    const oracle = oracleOf({ signal });
    const still = { name: "abort.example", wait: { seconds: 30 } };
    const asked = await oracle.askAll(Array.from({ length: 4 }, () => still));
    expect(asked.map(({ answer }) => answer)).toEqual(["unsure", "unsure", "unsure", "unsure"]);
    expect([oracle.isOver, oracle.connections]).toEqual([true, 2]);
  });

  it("never has more side by side than there are lanes", async () => {
    let most = 0;
    const judge: OracleOptions["judge"] = ({ bytes }) => {
      most = Math.max(most, server.openConnections);
      return bytes > ENOUGH_BYTES ? "no" : undefined;
    };
    await oracleOf({ judge }).askAll(Array.from({ length: 8 }, () => ({ name: "lanes.example" })));
    expect(most).toBeGreaterThan(0);
    // One that was just closed may not be gone at the server yet.
    expect(most).toBeLessThanOrEqual(4);
  });

  it("asks again while answers do not agree, and no more than four times", async () => {
    let asked = 0;
    const lost: Partial<OracleOptions> = {
      judge: ({ bytes }) => (bytes > ENOUGH_BYTES && asked >= 3 ? "no" : undefined),
      agreed: (answers) => {
        asked = answers.length;
        return answers.includes("no") ? false : undefined;
      },
    };
    expect(await oracleOf(lost).askUntilAgreed({ name: "a.example" })).toEqual([
      "unsure",
      "unsure",
      "unsure",
      "no",
    ]);
    const never = oracleOf({ judge: () => undefined });
    expect(await never.askUntilAgreed({ name: "a.example" })).toHaveLength(4);
    expect(never.connections).toBe(4);
    expect(await oracleOf().askUntilAgreed({ name: "a.example" })).toHaveLength(2);
  });

  it("takes no server's refusal for a box: a neutral connection must be free meanwhile", async () => {
    // One client's connections of the minute are used up: the server resets what comes, before TLS.
    const full = await startControlServer({
      listen: "127.0.0.1",
      port: 0,
      bounds: { connectionsPerMinute: 0 },
    });
    const place = { address: "127.0.0.1", port: full.port };
    const byReset: Partial<OracleOptions> = {
      judge: ({ bytes, failure }) =>
        failure === "connection_reset" ? "yes" : bytes > ENOUGH_BYTES ? "no" : undefined,
      lanes: 3,
    };
    const beside = { name: "neutral.example" };
    const refused = await oracleOf({ ...byReset, beside, server: place }).ask({ name: "a.example" });
    expect(refused).toMatchObject({ answer: "unsure", outcome: { failure: "connection_reset" } });
    // Where the neutral one is free the reset is a box's; those side by side share it.
    const oracle = oracleOf({ ...byReset, beside });
    const asked = await oracle.askAll(Array.from({ length: 3 }, () => ({ name: "a.example", place })));
    expect(asked.map(({ answer }) => answer)).toEqual(["yes", "yes", "yes"]);
    expect(oracle.connections).toBe(4);
    expect((await oracle.ask({ name: "a.example", place })).answer).toBe("yes");
    expect(oracle.connections).toBe(6);
    await full.close();
  });

  it("is unsure of what nobody can tell, of refusals, and of what comes too late", async () => {
    const [untold] = await oracleOf({ judge: () => undefined }).askAll([{ name: "a.example" }]);
    expect(untold).toMatchObject({ answer: "unsure", outcome: { ended: "complete" } });
    const refused = await oracleOf().ask({ name: "a.example", path: "/nothing-here" });
    expect(refused.answer).toBe("unsure");
    const closed = await oracleOf().ask({ name: "a.example", place: { address: "127.0.0.1", port: 1 } });
    expect(closed).toMatchObject({ answer: "unsure", outcome: { failure: "connection_refused" } });
    const late = oracleOf({ deadlineMs: 0 });
    expect(await late.ask({ name: "a.example" })).toEqual({ spec: { name: "a.example" }, answer: "unsure" });
    expect(late.connections).toBe(0);
  });
});
