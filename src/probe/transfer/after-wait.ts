/**
 * A transfer that waited before its first request, as if it had begun with that request. Pure.
 */
import type { TransferOutcome } from "./transfer.ts";

/** Undefined: nothing was requested yet. */
export function afterWait(outcome: TransferOutcome): TransferOutcome | undefined {
  const { requestUs, samples, bytes, durationUs } = outcome;
  if (requestUs === undefined) return undefined;
  const before = samples.findLast(({ elapsedUs }) => elapsedUs <= requestUs)?.bytes ?? 0;
  return {
    ...outcome,
    ...{ connectUs: 0, requestUs: 0, bytes: bytes - before, durationUs: durationUs - requestUs },
    samples: samples
      .filter(({ elapsedUs }) => elapsedUs > requestUs)
      .map((sample) => ({ elapsedUs: sample.elapsedUs - requestUs, bytes: sample.bytes - before })),
  };
}
