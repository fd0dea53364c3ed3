/**
 * The crowd's rows of a span of time, for tests. Rows are chosen by the time that stands in them, never by the names of
 * folders or files: months that are added to the folder later change nothing for tests of earlier ones.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PairedSpeedReader } from "../../src/observation/paired-speed.ts";
import { type SpeedRow, speedRowOf } from "../../src/verdict/set/speed-row.ts";
import { dataPath, withRandomName } from "../data.ts";

/** Rows with fromS <= time < toS (seconds since 1970, UTC), in no particular order. */
export async function crowdRows(set: string, fromS: number, toS: number): Promise<SpeedRow[]> {
  const rows: SpeedRow[] = [];
  for (const month of readdirSync(dataPath(set), { withFileTypes: true })) {
    if (!month.isDirectory()) continue;
    for (const day of readdirSync(dataPath(set, month.name))) {
      await withRandomName(join(dataPath(set, month.name), day), (copy) => {
        const reader = new PairedSpeedReader(
          (record) => {
            const row = speedRowOf(record);
            if (row && row.timeS >= fromS && row.timeS < toS) rows.push(row);
          },
          () => {},
        );
        reader.push(readFileSync(copy));
        reader.end();
      });
    }
  }
  return rows;
}
