import { expect, it } from "vitest";
import type { Observation } from "../observation/observation.ts";
import { type Attempt, attemptOf, withSpeeds } from "./attempt.ts";

function attempt(role: "target" | "control", goodputBps: number, direction: "up" | "down" = "down"): Attempt {
  const observation: Observation = {
    ...{
      measurementId: "one",
      kind: "transfer",
      role,
      origin: "measured",
      direction,
      goodputBps,
      bytes: 300_000,
    },
    ...{ target: `${role}.example`, time: "2021-03-10T12:00:00Z", asn: 64500, prefix: "192.0.2.0/24" },
  } as Observation;
  return attemptOf(observation, undefined)!;
}

it("holds a target against the median of its measurement's controls, not the fastest", () => {
  const alike = withSpeeds([
    attempt("target", 3e6),
    attempt("control", 2e6),
    attempt("control", 3e6),
    attempt("control", 300e6),
  ]);
  expect(alike[0]).toMatchObject({ controlBps: 3e6, speed: "fast" });
  const slow = withSpeeds([attempt("target", 130e3), attempt("control", 8e6), attempt("control", 10e6)]);
  expect(slow[0]).toMatchObject({ controlBps: 9e6, speed: "slow" });
});

it("holds downloads against downloads alone", () => {
  const thin = withSpeeds([
    attempt("target", 130e3),
    attempt("target", 0.3e6, "up"),
    attempt("control", 8e6),
    ...[1, 2, 3].map(() => attempt("control", 0.3e6, "up")),
  ]);
  expect(thin[0]).toMatchObject({ controlBps: 8e6, speed: "slow" });
  expect(thin[1]?.speed).not.toBe("slow");
});
