/** Transfers that do not belong together do not share a picture. */
import { expect, it } from "vitest";
import { flowGroups, sampledOf } from "../../dashboard/pages/measurement/flow-groups.ts";
import type { Comparison, Observation, Role, TransferDirection } from "../../src/observation/observation.ts";

const flow = (
  role: Role,
  length: number,
  comparison?: Comparison,
  direction?: TransferDirection,
): Observation => ({
  ...{ measurementId: "m", origin: "measured", role, ...(comparison && { comparison }) },
  ...(direction && { direction }),
  samples: Array.from({ length }, (_, at) => ({ elapsedUs: (at + 1) * 1000, bytes: (at + 1) * 1000 })),
});

it("keeps comparisons and directions apart, that with a target and the most samples first", () => {
  const groups = flowGroups(
    sampledOf([
      ...[flow("target", 4, "site", "down"), flow("control", 4, "site", "down")],
      ...[flow("target", 9, "control-server", "up"), flow("control", 9, "control-server", "up")],
      ...[flow("target", 20, "control-server", "down"), flow("control", 5, "control-server", "down")],
      ...[flow("control", 90, "same-address", "down"), flow("target", 1, "same-address", "down")],
      flow("target", 3),
    ]),
  );
  expect(groups.map(({ key, sampled }) => [key, sampled.length])).toEqual([
    ["control-server.down", 2],
    ["control-server.up", 2],
    ["site.down", 2],
    ["any.any", 1],
    ["same-address.down", 1],
  ]);
});
