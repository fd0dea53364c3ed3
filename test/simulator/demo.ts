/**
 * `npm run demo`: a seeded simulator makes a policed and a healthy transfer of the same size over the same path, and
 * both are explained from their captures alone. Everything lies in a temporary folder that is named at the end.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatBytes, formatRate } from "../../src/base/units.ts";
import type { SimulationConfig } from "./config.ts";
import { simulate } from "./simulate.ts";

/** A picture of 383 kB, as in the measurements of March 2021, four times over one connection. */
const PICTURE_BYTES = 383_000;
const PICTURES = 4;
/** The middle of the 130 to 150 kbit/s that were measured (Xue et al., IMC 2021), and a bucket of 16 kB. */
const RATE_BPS = 140_000;
const BURST_BYTES = 16_000;

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), "brakelight-demo-"));

const path: Omit<SimulationConfig, "devices"> = {
  seed: 20210310,
  flows: [{ requests: Array.from({ length: PICTURES }, () => ({ bytes: PICTURE_BYTES, pauseUs: 500_000 })) }],
  rttUs: 60_000,
  jitterUs: 2_000,
  capture: { at: "receiver" },
};
const cases: { name: string; what: string; config: SimulationConfig }[] = [
  {
    name: "throttled.pcap",
    what: `SIMULATED: ${PICTURES} pictures of ${formatBytes(PICTURE_BYTES)} through a policer of ${formatRate(RATE_BPS)} with a bucket of ${formatBytes(BURST_BYTES)}`,
    config: {
      ...path,
      devices: [
        { kind: "policer", rateBps: RATE_BPS, burstBytes: BURST_BYTES, scope: "flow", overheadBytes: 18 },
      ],
    },
  },
  {
    name: "healthy.pcap",
    what: `SIMULATED: the same ${PICTURES} pictures over the same path without it`,
    config: { ...path, devices: [] },
  },
];

for (const { name, what, config } of cases) {
  const file = join(folder, name);
  writeFileSync(file, simulate(config).capture);
  console.log(`\n${what}\n`);
  const { status } = spawnSync("node", [join(root, "dist/cli/main.js"), "analyze", file, "--plot", folder], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) process.exit(1);
}
console.log(`\nThe captures and a picture of each transfer (SVG) are in ${folder}`);
