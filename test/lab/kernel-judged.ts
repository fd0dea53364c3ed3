/**
 * What the product says of transfers through a real kernel's policers, shapers and random loss, from either end.
 * Truth: what the kernel was told to do, and its own drop counters (kernel-captures.ts).
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { judgeDirection } from "../../src/verdict/slowness/judge-path.ts";
import { mainDirection, pathsOf } from "../policing/traces.ts";
import type { KernelCapture } from "./kernel-captures.ts";

export interface JudgedCapture {
  readonly name: string;
  readonly truth: string;
  readonly lost: number;
  readonly word: string;
  readonly rateBps: number | undefined;
  readonly trueRateBps: number | undefined;
}

/** The kernel's hashlimit and tbf count other headers than a policer on Ethernet; rates are held loosely. */
const OVERHEAD_BYTES = 14;

export function judgeKernelCapture({ path, at, truth }: KernelCapture): JudgedCapture {
  const found = pathsOf(readFileSync(path))[0]!;
  const from = mainDirection(found);
  const { finding } = judgeDirection(from, found.transfers[from], OVERHEAD_BYTES);
  return {
    name: `${basename(path)} (${at})`,
    truth: truth.mechanism,
    lost: found.transfers[from]
      .flatMap(({ segments }) => segments)
      .reduce((sum, s) => sum + s.lostPackets, 0),
    word: finding.slowness,
    rateBps: (finding.policer ?? finding.shaper)?.rateBps,
    trueRateBps: truth.rateBps,
  };
}
