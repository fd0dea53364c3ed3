import { describe, expect, it } from "vitest";
import type { Reach, ReachStep } from "../probe/reach/reach-record.ts";
import { ledTo, seenLookUps } from "./probe-look-ups.ts";

const TIMES = { startedUs: 0, durationUs: 1 };
const reach = (...steps: ReachStep[]): Reach => ({
  ...{ target: { name: "news.example", port: 443, path: "/" }, startedAtMs: 0, durationUs: 1 },
  steps,
});
const connected = (address: string, failure?: string): ReachStep => ({
  ...{ operation: "connect", address, port: 443, family: 4, source: "system", ...TIMES },
  ...(failure ? { failure } : {}),
});
const shook = (address: string, problem?: string): ReachStep => ({
  ...{ operation: "tls_handshake", address, port: 443, isVerified: problem === undefined, ...TIMES },
  ...(problem ? { certificateProblem: { failure: problem, code: "X" } } : {}),
});

describe("What visits found at addresses", () => {
  it.each([
    ["proven by a trusted certificate", [connected("8.8.8.8"), shook("8.8.8.8")], "proven"],
    ["another's", [connected("8.8.8.8"), shook("8.8.8.8", "ssl_invalid_hostname")], "another"],
    // Out of its time: the clock may be wrong.
    ["unclear", [connected("8.8.8.8"), shook("8.8.8.8", "ssl_invalid_certificate")], "unclear"],
    ["unclear without a handshake", [connected("8.8.8.8")], "unclear"],
    ["silent", [connected("8.8.8.8", "connection_refused")], "silent"],
  ])("is %s", (_, steps, is) => {
    const { found } = seenLookUps("news.example", [reach(...steps)], "measured", []);
    expect(found).toEqual([{ address: "8.8.8.8", is }]);
  });

  it("holds for each address by itself, of all visits", () => {
    const first = reach(
      connected("8.8.8.8", "generic_timeout_error"),
      connected("8.8.4.4"),
      shook("8.8.4.4", "ssl_unknown_authority"),
    );
    const again = reach(connected("9.9.9.9"), shook("9.9.9.9"));
    expect(seenLookUps("news.example", [first, again], "measured", []).found.map(({ is }) => is)).toEqual([
      ...["silent", "another", "proven"],
    ]);
  });
});

it("A laboratory's addresses are private, and right all the same", () => {
  const looked: ReachStep = {
    ...{ operation: "resolve", resolver: "system", addresses: ["100.64.0.1"], bogons: ["100.64.0.1"] },
    ...TIMES,
  };
  expect(seenLookUps("news.example", [reach(looked)], "simulated", []).lookUps[0]).not.toHaveProperty(
    "bogons",
  );
  expect(seenLookUps("news.example", [reach(looked)], "measured", []).lookUps[0]).toHaveProperty("bogons");
});

it("Control sites that are given by address were not looked up", () => {
  const sites = ["a.example", "192.0.2.1", "2001:db8::1"].map((name) => ({
    name,
    address: "8.8.8.8",
    port: 443,
    path: "/",
  }));
  expect(ledTo(sites)).toEqual(["8.8.8.8"]);
});
