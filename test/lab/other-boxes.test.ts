/**
 * The probe against boxes that are not ours, made of the kernel's own parts (iptables, tc), and on networks that are broken
 * in other ways: each told apart, none called throttled that is not.
 */
import { describe, expect, it } from "vitest";
import { type ProbeVerdict, probeVerdictSchema } from "../../src/cli/probe-record.ts";
import type { ProbeRun } from "../probe/run-probe.ts";
import { runInCell, whyNoLab } from "./in-cell.ts";
import type { OtherBox } from "./other-boxes-cell.ts";
import { onQuietMachine } from "./quiet-machine.ts";

async function probeBehind(box: OtherBox): Promise<ProbeVerdict> {
  const [run] = await runInCell<ProbeRun>("other-boxes-cell.ts", box);
  expect(run!.verdict, run!.words).toBeDefined();
  return probeVerdictSchema.parse(run!.verdict);
}

describe.skipIf(whyNoLab)(`the probe behind${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  it("iptables' hashlimit on flows with a name: policed, at its rate", (context) =>
    onQuietMachine(context, async () => {
      const { state, slowness, rateBps, evidence } = await probeBehind("hashlimit");
      expect([state, slowness], evidence.join("; ")).toEqual(["throttled", "policed"]);
      expect(Math.abs(rateBps! / (18 * 1024 * 8) - 1)).toBeLessThan(0.05);
    }));

  it("a reset by name: blocked", (context) =>
    onQuietMachine(context, async () => {
      expect(await probeBehind("reset")).toMatchObject({ state: "blocked", mechanisms: ["tls.reset.sni"] });
    }));

  it("tc's tbf on the target's address: server, route or address, and never the name", (context) =>
    onQuietMachine(context, async () => {
      const { state, evidence } = await probeBehind("tbf-by-address");
      expect(state).toBe("insufficient");
      expect(evidence[0]).toMatch(/whatever name is sent.*server, route or address/);
    }));

  it("a login page: invalid, with what to do", async () => {
    const { state, evidence } = await probeBehind("captive-portal");
    expect([state, evidence[0]]).toEqual(["invalid", expect.stringMatching(/login.hotel.example.*log in/)]);
  });

  it("certificates that nobody vouches for: insufficient, with what to do", async () => {
    const { state, evidence } = await probeBehind("self-signed");
    expect([state, evidence[0]]).toEqual([
      "insufficient",
      expect.stringMatching(/certificate is not trusted.*--insecure/),
    ]);
  });

  it("a clock half a year ahead: says so, and measures all the same", async () => {
    const { state, evidence } = await probeBehind("clock-ahead");
    expect(state).toBe("ok");
    expect(evidence.join("; ")).toMatch(/clock is 182 days ahead/);
  });

  it("a clock that is set while it measures: throttled stays throttled", (context) =>
    onQuietMachine(context, async () => {
      const { state, seconds } = await probeBehind("clock-step");
      expect(state).toBe("throttled");
      expect(seconds).toBeLessThan(60);
    }));

  it("a line with IPv6 alone: the same as with IPv4", (context) =>
    onQuietMachine(context, async () => {
      expect(await probeBehind("ipv6-only")).toMatchObject({ state: "throttled", slowness: "policed" });
    }));
});
