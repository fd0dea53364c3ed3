/**
 * `npm run bench:slowness-lab [-- --seeds 2 --scenarios healthy,congestion --keep DIR]`: the judge on captures of this
 * laboratory. Scenarios are played over a real kernel network, each with several seeds; every transfer is judged at the
 * client's capture and at the server's, and held against what was true. Prints who was called what, how far policed
 * rates and buckets are off, and each wrong word with its capture. Nothing is asserted. Takes about five minutes.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { whyNoLab } from "../lab/in-cell.ts";
import { type JudgedTransfer, judgeRun, playScenario } from "./slowness-lab-runs.ts";
import { printConfusion, printErrors, printRates } from "./slowness-lab-tables.ts";

const SCENARIOS =
  "slow-plan,random-loss,congestion,mobile-upload-cap,youtube-2024,healthy,freeze-2025,turkey-2023";
const AT_ONCE = 2;

if (whyNoLab) {
  console.error(`bench:slowness-lab: no laboratory on this machine: ${whyNoLab}`);
  process.exit(1);
}
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "2" },
    scenarios: { type: "string", default: SCENARIOS },
    /** Where runs with their captures stay; else they are removed. */
    keep: { type: "string" },
  },
});
const folder = values.keep ?? mkdtempSync(join(tmpdir(), "brakelight-slowness-lab-"));
mkdirSync(folder, { recursive: true });
const waiting = values.scenarios
  .split(",")
  .flatMap((scenario) =>
    Array.from({ length: Number(values.seeds) }, (_, seed) => ({ scenario, seed: seed + 1 })),
  );
const runs = waiting.length;
const judged: JudgedTransfer[] = [];
const started = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { scenario, seed } = next;
      const out = join(folder, `${scenario}-${seed}`);
      const problem = await playScenario(scenario, seed, out);
      if (problem !== undefined) console.log(`${scenario}, seed ${seed}: not played: ${problem}`);
      else judged.push(...judgeRun(scenario, out));
    }
  }),
);
console.log(
  `${judged.length} transfers in captures of ${runs} runs, ${((performance.now() - started) / 1000).toFixed(0)} s, load ${loadavg()[0]!.toFixed(1)}`,
);
for (const at of ["client", "server"] as const) {
  const some = judged.filter((one) => one.at === at);
  printConfusion(at, some);
  printRates(at, some);
}
printErrors(judged, folder);
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
else console.log(`captures: ${folder}`);
