/**
 * `npm run bench:lab [-- --quick]`: what the laboratory's network costs and reaches, in one run and as ratios: HTTPS through
 * the box beside plain forwarding, new flows decided a second, delays beside their settings, policed flows. Each trial runs
 * inside a cell of its own. Nothing is asserted. Names a second: bench:rules. Population: population.ts.
 */
import { cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { whyNoLab } from "../lab/in-cell.ts";
import { printDelays } from "./lab-delay.ts";
import { printFlows } from "./lab-flows.ts";
import { printHttps } from "./lab-https.ts";

if (whyNoLab) {
  console.error(`bench:lab: no laboratory on this machine: ${whyNoLab}`);
  process.exit(1);
}
const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Linux ${release()}`;
const user = process.getuid?.() === 0 ? "root" : "an ordinary user";
console.log(
  `${new Date().toISOString().slice(0, 10)}, node ${process.versions.node}, ${machine}, as ${user}, ` +
    `load ${loadavg()[0]!.toFixed(1)} before`,
);
await printHttps(values.quick);
await printFlows(values.quick);
await printDelays(values.quick);
console.log(
  `load ${loadavg()[0]!.toFixed(1)} at the end (these trials load both ends and the box of one machine)`,
);
