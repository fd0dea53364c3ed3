/**
 * HTTPS through the box beside plain forwarding on the same namespaces (lab-https-trial.ts), as a table.
 */
import { median } from "../../src/stats/quantile.ts";
import { runInCell } from "../lab/in-cell.ts";
import type { HttpsLine, HttpsTrial } from "./lab-https-trial.ts";
import { printTable, spread } from "./lab-table.ts";
import { isInstalled, versionOf } from "./process-run.ts";

const TARGET = 0.85;

export async function printHttps(isQuick: boolean): Promise<void> {
  const missing = ["curl", "openssl"].filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    console.log(`\nHTTPS through the box: not measured, ${missing.join(" and ")} missing`);
    return;
  }
  const trial: HttpsTrial = {
    rounds: isQuick ? 3 : 9,
    connections: 4,
    bytes: isQuick ? 50_000_000 : 250_000_000,
  };
  const lines = await runInCell<HttpsLine>("../bench/lab-https-trial.ts", trial);
  const rows = (["https", "tcp"] as const).flatMap((what) => {
    const rate = (isBoxIn: boolean): number[] =>
      lines.filter((line) => line.what === what && line.isBoxIn === isBoxIn).map(({ bps }) => bps / 1e9);
    const [plain, boxed] = [rate(false), rate(true)];
    if (plain.length === 0) return [];
    const pairs = boxed.map((bps, round) => (100 * bps) / plain[round]!);
    const title =
      what === "https" ? "HTTPS, curl and openssl" : "plain TCP, iperf3: what the namespaces carry";
    return [
      [
        title,
        spread(plain, 2),
        spread(boxed, 2),
        `${((100 * median(boxed)) / median(plain)).toFixed(0)} %`,
        spread(pairs, 0, " %"),
      ],
    ];
  });
  const { connections, bytes, rounds } = trial;
  printTable(
    `Transfers that the box lets pass against plain forwarding: ${connections} connections of ${bytes / 1e6} MB, ${rounds} rounds each, target ${100 * TARGET} %`,
    ["Gbit/s, median (least - most)", "plain", "through the box", "ratio of medians", "ratio by round"],
    rows,
  );
  const boxed = lines.filter(({ driverShare }) => driverShare !== undefined);
  console.log(
    `The box was asked about ${median(boxed.map(({ asked }) => asked!)).toFixed(0)} packets a connection; its driver took ` +
      `${(100 * median(boxed.map(({ driverShare }) => driverShare!))).toFixed(1)} % of a core. Packets are of 1,500 bytes, ` +
      `unmerged as on a wire, and both ends, TLS and forwarding share the cores. ${versionOf("curl", "--version").slice(0, 12)}, ${versionOf("openssl", "version").slice(0, 14)}` +
      `${isInstalled("iperf3") ? `, ${versionOf("iperf3", "--version").slice(0, 12)}` : "; no iperf3, no plain TCP"}`,
  );
}
