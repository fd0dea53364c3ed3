import { expect, it } from "vitest";
import type { Comparison } from "../../observation/observation.ts";
import { type Arm, type ArmsPlan, armRequest } from "./arms.ts";

const PLAN: ArmsPlan = {
  target: { name: "target.test", address: "192.0.2.1", port: 443, path: "/" },
  neutralName: "neutral.test",
  controlServer: { address: "192.0.2.2", port: 443 },
  sites: [{ name: "site.test", address: "192.0.2.3", port: 443, path: "/" }],
  ...{ bytes: 1000, timeoutMs: 1000, trust: { insecure: false } },
};
const wantedName = (comparison: Comparison, arm: Arm, plan = PLAN): string | undefined =>
  armRequest(plan, { comparison, direction: "down", pairs: 1 }, arm, 0).certificateName;

it("wants the target's own certificate where its name is sent to its address, and nowhere else", () => {
  expect(wantedName("same-address", "target")).toBe("target.test");
  expect(wantedName("site", "target")).toBe("target.test");
  for (const comparison of ["same-address", "site", "control-server", "inverted"] as const)
    expect(wantedName(comparison, "control")).toBeUndefined();
  for (const comparison of ["control-server", "inverted"] as const)
    expect(wantedName(comparison, "target")).toBeUndefined();
});

it("wants none for an address, which no look-up can have poisoned", () => {
  const plan = { ...PLAN, target: { ...PLAN.target, name: "192.0.2.1" } };
  expect(wantedName("same-address", "target", plan)).toBeUndefined();
});
