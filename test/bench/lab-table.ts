/** How the benches of the laboratory print numbers that vary: the median, and between which values all lie. */
import Table from "cli-table3";
import { median } from "../../src/stats/quantile.ts";

/** "5.2 (4.9 - 5.5)" */
export function spread(values: readonly number[], digits: number, unit = ""): string {
  if (values.length === 0) return "none";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)}${unit} (${low.toFixed(digits)} - ${high.toFixed(digits)})`;
}

export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => [...row]));
  console.log(`\n${title}\n${table.toString()}`);
}
