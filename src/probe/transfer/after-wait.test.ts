import { expect, it } from "vitest";
import { afterWait } from "./after-wait.ts";
import type { TransferOutcome } from "./transfer.ts";

const WAITED: TransferOutcome = {
  ...{ startedMs: 0, bytes: 53_000, durationUs: 62e6, connectUs: 40_000, handshakeUs: 90_000 },
  requestUs: 60e6,
  samples: [
    { elapsedUs: 100_000, bytes: 3000 },
    { elapsedUs: 60e6, bytes: 3000 },
    { elapsedUs: 61e6, bytes: 28_000 },
    { elapsedUs: 62e6, bytes: 53_000 },
  ],
  ended: "enough",
};

it("counts only what came after the wait", () => {
  expect(afterWait(WAITED)).toMatchObject({
    ...{ bytes: 50_000, durationUs: 2e6, connectUs: 0, requestUs: 0 },
    samples: [
      { elapsedUs: 1e6, bytes: 25_000 },
      { elapsedUs: 2e6, bytes: 50_000 },
    ],
  });
});

it("says nothing of a transfer that still waits", () => {
  const { requestUs, ...waiting } = WAITED;
  expect(afterWait(waiting)).toBeUndefined();
});
