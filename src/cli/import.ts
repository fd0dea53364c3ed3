/**
 * `brakelight import FILE|FOLDER|URL...`: what others and we ourselves have measured, into the store. The kind of a file is
 * found by its content. A file that is no good does not stop the others; it ends the command with exit code 1.
 */
import type { Command } from "commander";
import { type ColumnNames, readColumnNames } from "../observation/mapped-columns.ts";
import { PlaceOrdinals } from "../store/paired-entries.ts";
import type { Store } from "../store/store.ts";
import { CommandError } from "./command-error.ts";
import { importFile } from "./import-file.ts";
import { addImportOoni } from "./import-ooni.ts";
import { ImportOutput } from "./import-output.ts";
import { importSources } from "./import-sources.ts";
import { isNewStore, removeStore, STORE_OPTION, withStore } from "./store-option.ts";

interface ImportOptions {
  readonly store?: string;
  readonly columns?: string;
  readonly json?: boolean;
}

export function addImport(program: Command): void {
  const command = program
    .command("import")
    .description(
      "take measurements into the store: OONI, paired speeds, probe reports, laboratory runs, logs",
    )
    .argument("<source...>", "files of any kind (also gzip, xz, zstd), folders of them, https addresses")
    .option(...STORE_OPTION)
    .option("--columns <names>", "of a table with other headers: time=date,text=what")
    .option("--json", "one JSON record a file (docs/format.md)")
    .action(importAll);
  addImportOoni(command);
}

async function importAll(words: readonly string[], options: ImportOptions): Promise<void> {
  const names = readColumns(options.columns);
  const isNew = isNewStore(options.store);
  await withStore(options.store, (store) =>
    importInto(store, words, names, options.json === true, () => {
      // While it is still ours alone; an empty one would look like a store of which nothing can be told.
      if (isNew) removeStore(options.store);
    }),
  );
}

function readColumns(text: string | undefined): ColumnNames {
  if (text === undefined) return new Map();
  const names = readColumnNames(text);
  if (!names.ok) throw new CommandError(`--columns: ${names.problem.reason}`);
  return names.value;
}

async function importInto(
  store: Store,
  words: readonly string[],
  names: ColumnNames,
  isJson: boolean,
  /** Called where every source failed. */
  discard: () => void,
): Promise<void> {
  const output = new ImportOutput(isJson);
  const context = { store, names, places: new PlaceOrdinals() };
  const complaints: string[] = [];
  let imported = 0;
  let leftOut = 0;
  const failed = (error: unknown): void => {
    if (!(error instanceof CommandError)) throw error;
    complaints.push(error.message);
  };
  for (const word of words) {
    try {
      for await (const { path, shown, isFound } of importSources([word])) {
        try {
          output.report(await importFile(path, context, shown));
          imported++;
        } catch (error) {
          if (!isFound) throw error;
          if (!(error instanceof CommandError)) throw error;
          leftOut++;
          process.stderr.write(`left out: ${error.message}\n`);
        }
      }
    } catch (error) {
      failed(error);
    }
  }
  output.finish(store.address, (await store.summary()).observations);
  if (imported === 0 && leftOut > 0) complaints.push(`${words.join(" ")}: nothing in it can be imported`);
  if (complaints.length > 0) {
    if (imported === 0) discard();
    throw new CommandError(complaints.join("\n"));
  }
}
