/**
 * Delays of the link emulator and the box, and the cost of policed flows (lab-delay-trial.ts), as tables.
 */
import { quantile } from "../../src/stats/quantile.ts";
import { runInCell } from "../lab/in-cell.ts";
import type { DelayLine, DelayTrial } from "./lab-delay-trial.ts";
import { printTable } from "./lab-table.ts";

export async function printDelays(isQuick: boolean): Promise<void> {
  const trial: DelayTrial = {
    rttsMs: [0, 10, 60],
    pings: isQuick ? 100 : 1000,
    policedFlows: isQuick ? 40 : 200,
    seconds: isQuick ? 6 : 15,
  };
  const lines = await runInCell<DelayLine>("../bench/lab-delay-trial.ts", trial);
  const rows = lines.flatMap((line) => {
    if (line.kind !== "rtt") return [];
    const beyond = line.samplesUs.map((us) => us - 1000 * line.rttMs);
    const at = (share: number): string => quantile(beyond, share).toFixed(0);
    return [
      [
        `${line.rttMs} ms`,
        line.hasBox ? "yes" : "no",
        String(beyond.length),
        at(0.5),
        at(0.05),
        at(0.95),
        at(0.99),
      ],
    ];
  });
  printTable(
    `Round trips beyond what the links are set to, us: ${trial.pings} echoes, each asked about on both ways where there is a box`,
    ["set", "box", "echoes", "median", "5 %", "95 %", "99 %"],
    rows,
  );
  for (const line of lines) {
    if (line.kind !== "policed") continue;
    const { flows, goodputBps, packets, driverS, seconds, ownDelayUs } = line;
    printTable(
      `${flows} policed downloads at once, 146 kbit/s each, ${seconds} s`,
      [
        "goodput a flow, kbit/s",
        "packets/s",
        "driver's core",
        "us a packet",
        "1000 flows a core",
        "driver's own delay, us: mean, median, 99 % below",
      ],
      [
        [
          (goodputBps / 1000).toFixed(1),
          (packets / seconds).toFixed(0),
          `${((100 * driverS) / seconds).toFixed(1)} %`,
          ((1e6 * driverS) / packets).toFixed(1),
          ((flows * seconds) / driverS / 1000).toFixed(1),
          `${ownDelayUs.mean.toFixed(0)}, ${ownDelayUs.median}, ${ownDelayUs.p99}`,
        ],
      ],
    );
  }
}
