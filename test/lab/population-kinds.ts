/**
 * The kinds of transfer that the population's models are fitted on, as population-calibration.yaml makes them.
 */
import { fileURLToPath } from "node:url";
import type { KnownTransfers } from "../../src/lab/population/fit-calibration.ts";

export const CALIBRATION_SCENARIO = fileURLToPath(new URL("population-calibration.yaml", import.meta.url));

export interface CalibrationKind extends Omit<KnownTransfers, "durationsUs"> {
  readonly name: string;
  readonly network: string;
  readonly site: string;
  readonly direction: "down" | "up";
  readonly transfers: number;
  /** Clients that work side by side. */
  readonly atOnce: number;
}

/** One transfer as the kernel counted it: from the request to the last byte. */
export interface KernelTransfer {
  readonly kind: string;
  readonly bytes: number;
  readonly durationUs: number;
  readonly failure?: string;
}

const DOWN_BPS = 20e6;
const UP_BPS = 10e6;
const LOSS = 0.015;

const download = { direction: "down", bytes: 383_000, rateBps: 146_000, burstBytes: 16_000 } as const;
const open = { ...download, model: "open", network: "home", transfers: 24, atOnce: 2 } as const;
const lossy = { ...download, model: "lossy", network: "lossy", transfers: 72, atOnce: 6 } as const;
const policed = { ...download, model: "policed", network: "home", transfers: 24, atOnce: 12 } as const;

const path = (rttMs: number, loss = 0): KnownTransfers["path"] => ({
  rttUs: rttMs * 1000,
  rateBps: DOWN_BPS,
  loss,
});

export const CALIBRATION_KINDS: readonly CalibrationKind[] = [
  { ...open, name: "unimpeded, 10 ms", site: "near.example", path: path(10) },
  { ...open, name: "unimpeded, 46 ms", site: "middle.example", path: path(46) },
  { ...open, name: "unimpeded, 146 ms", site: "far.example", path: path(146) },
  { ...lossy, name: "1.5 % lost, 10 ms", site: "near.example", path: path(10, LOSS) },
  { ...lossy, name: "1.5 % lost, 46 ms", site: "middle.example", path: path(46, LOSS) },
  { ...lossy, name: "1.5 % lost, 146 ms", site: "far.example", path: path(146, LOSS) },
  {
    name: "upload, shaped, 46 ms",
    model: "shaped",
    network: "phone",
    site: "middle.example",
    direction: "up",
    bytes: 200_000,
    path: { rttUs: 46_000, rateBps: UP_BPS, loss: 0 },
    rateBps: 130_000,
    burstBytes: 4_000,
    transfers: 24,
    atOnce: 6,
  },
  { ...policed, name: "policed, 10 ms", site: "near.capped.example", path: path(10) },
  { ...policed, name: "policed, 46 ms", site: "middle.capped.example", path: path(46) },
  { ...policed, name: "policed, 146 ms", site: "far.capped.example", path: path(146) },
];
