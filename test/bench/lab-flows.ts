/**
 * Bursts of new flows through the kernel's queue and the box driver (lab-flows-trial.ts), as a table.
 */
import { runInCell } from "../lab/in-cell.ts";
import type { FlowsLine, FlowsTrial } from "./lab-flows-trial.ts";
import { printTable, spread } from "./lab-table.ts";

const TARGET = 100_000;

export async function printFlows(isQuick: boolean): Promise<void> {
  const trial: FlowsTrial = {
    ...{ flows: 200_000, hitShare: 0.02, names: 10_000, bursts: isQuick ? 2 : 5 },
    rates: [TARGET, null],
  };
  const lines = (await runInCell<FlowsLine>("../bench/lab-flows-trial.ts", trial)).slice(1);
  const rows = trial.rates.map((rate) => {
    const some = lines.filter(({ offered }) => offered === rate);
    const rateOf = (seconds: (line: FlowsLine) => number): string =>
      spread(
        some.map((line) => line.flows / seconds(line) / 1000),
        0,
      );
    const sum = (of: (line: FlowsLine) => number): number =>
      some.reduce((total, line) => total + of(line), 0);
    const driverUs = some.map(({ driverS, flows }) => (1e6 * driverS) / flows);
    return [
      rate === null ? "as fast as they can be sent" : `${rate / 1000},000 flows/s`,
      rateOf(({ sentS }) => sentS),
      rateOf(({ decidedS }) => decidedS),
      spread(driverUs, 1),
      spread(
        driverUs.map((us) => 1000 / us),
        0,
      ),
      `${sum(({ bypassed }) => bypassed)} (counted ${sum(({ counted }) => counted)})`,
      String(sum(({ evicted }) => evicted)),
      `${sum(({ triggered }) => triggered)} of ${sum(({ hits }) => hits)}`,
    ];
  });
  printTable(
    `New flows: ${trial.bursts} bursts of ${trial.flows / 1000},000 (SYN, ACK, ClientHello), ${trial.names} names in the list, ` +
      `${100 * trial.hitShare} % of the flows named in it; target ${TARGET / 1000},000 flows/s, none bypassed`,
    [
      "offered",
      "sent, 1000 flows/s",
      "decided, 1000 flows/s",
      "driver, us a flow",
      "1000 flows/s a core",
      "packets bypassed",
      "flows evicted",
      "matching flows triggered",
    ],
    rows,
  );
  console.log(
    "The sender's core forwards its packets up to the queue too; the driver's pays for their way from the queue on.",
  );
}
