/**
 * Simulated cases beside what the product says of them. The judge sees the capture only.
 */

import type { Path } from "../../src/transfer/transfer.ts";
import type { SlownessFinding } from "../../src/verdict/slowness/finding.ts";
import { judgeDirection } from "../../src/verdict/slowness/judge-path.ts";
import { ETHERNET_OVERHEAD_BYTES } from "../../src/verdict/slowness/traffic.ts";
import { mainDirection, pathsOf } from "../policing/traces.ts";
import type { SimulationConfig } from "../simulator/config.ts";
import { drawScenario } from "../simulator/scenario.ts";
import { simulate, type Truth } from "../simulator/simulate.ts";

export interface JudgedCase {
  readonly seed: number;
  readonly config: SimulationConfig;
  readonly truth: Truth;
  readonly path: Path;
  readonly finding: SlownessFinding;
}

export function judgeCase(seed: number): JudgedCase {
  const config = drawScenario(seed);
  const { capture, truth } = simulate(config);
  const path = pathsOf(capture)[0]!;
  const from = mainDirection(path);
  const { finding } = judgeDirection(from, path.transfers[from], ETHERNET_OVERHEAD_BYTES);
  return { seed, config, truth, path, finding };
}
