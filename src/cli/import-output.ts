/** How `import` answers: a table for people, a record a file for programs (docs/format.md). */
import { z } from "zod";
import type { FileReport } from "./import-intake.ts";
import { Sink } from "./output.ts";
import { plainTable } from "./plain-table.ts";

const MOST_REASONS_TOLD = 5;

const count = z.int().nonnegative();
export const importRecordSchema = z.strictObject({
  type: z.literal("import"),
  file: z.string().min(1),
  kind: z.string().min(1),
  added: count,
  duplicates: count,
  refused: count,
  reasons: z.array(z.strictObject({ reason: z.string(), count, firstLine: count })),
});

export class ImportOutput {
  readonly #sink = new Sink();
  readonly #isJson: boolean;
  readonly #reports: FileReport[] = [];

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  report(report: FileReport): void {
    if (!this.#isJson) {
      this.#reports.push(report);
      return;
    }
    this.#sink.line(JSON.stringify({ type: "import", ...report }));
    this.#sink.flush();
  }

  /** `whole`: of the store afterwards. */
  finish(store: string, whole: number): void {
    if (!this.#isJson && this.#reports.length > 0) this.#sink.line(this.#text(store, whole));
    this.#sink.flush();
  }

  #text(store: string, whole: number): string {
    const table = plainTable(["file", "kind", "added", "there already", "refused"]);
    for (const { file, kind, added, duplicates, refused } of this.#reports)
      table.push([file, kind, String(added), String(duplicates), String(refused)]);
    const why = this.#reports.flatMap(({ file, reasons }) =>
      reasons.slice(0, MOST_REASONS_TOLD).map(({ reason, count: times, firstLine }) => {
        const where = firstLine === 0 ? "" : `, first in line ${firstLine}`;
        return `${file}: ${times} refused${where}: ${reason}`;
      }),
    );
    const added = this.#reports.reduce((sum, report) => sum + report.added, 0);
    const said = added === 0 ? "nothing new" : `${added} added`;
    return [table.toString(), ...why, `${said}; ${store} holds ${whole} observations`].join("\n");
  }
}
