/**
 * One file, of any kind that is imported, into the store. What cannot be read at all is a CommandError with one line; what
 * is wrong inside is counted.
 */
import { readInput } from "../host/input.ts";
import type { ColumnNames } from "../observation/mapped-columns.ts";
import type { PlaceOrdinals } from "../store/paired-entries.ts";
import type { Store } from "../store/store.ts";
import { CommandError } from "./command-error.ts";
import { type FileReport, Intake } from "./import-intake.ts";
import { importKindOf, importReader, SNIFFED_BYTES, type StreamedKind } from "./import-kinds.ts";
import { Progress } from "./progress.ts";

export interface ImportContext {
  readonly store: Store;
  readonly names: ColumnNames;
  readonly places: PlaceOrdinals;
}

/** `shown` stands in the report: of what was fetched, its address. */
export async function importFile(path: string, context: ImportContext, shown = path): Promise<FileReport> {
  const first = await firstBytes(path, shown);
  if (first.length === 0) throw new CommandError(`${shown}: the file is empty`);
  const kind = importKindOf(first, context.names);
  if (kind === undefined) {
    throw new CommandError(
      `${shown}: nothing that can be imported: see docs/format.md, "What import reads" (a table with other headers needs --columns)`,
    );
  }
  if (kind === "laboratory's truth")
    throw new CommandError(
      `${shown}: what really held in a laboratory is nothing that anybody measured: leave it out`,
    );
  const counted =
    kind === "observations" || kind === "parquet"
      ? await importFlat(path, context)
      : await importStream(path, kind, context, first, shown);
  return { file: shown, kind, ...counted };
}

async function firstBytes(path: string, shown: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let held = 0;
  const result = await readInput(path, {
    chunk: (chunk) => {
      pieces.push(chunk.slice(0, SNIFFED_BYTES - held));
      held += pieces.at(-1)!.length;
      return held < SNIFFED_BYTES;
    },
  });
  if (result.kind === "unreadable") throw new CommandError(`${shown}: cannot be read: ${result.reason}`);
  if (result.kind === "problem" && held === 0)
    throw new CommandError(`${shown}: cannot be read: ${result.problem.reason}`);
  return Buffer.concat(pieces);
}

type Counted = Omit<FileReport, "file" | "kind">;

async function importFlat(path: string, { store }: ImportContext): Promise<Counted> {
  const intake = new Intake(store);
  intake.count(await store.addFile(path, (line, reason) => intake.refuse(reason, line)));
  return intake.finish();
}

async function importStream(
  path: string,
  kind: StreamedKind,
  { store, names, places }: ImportContext,
  first: Uint8Array,
  shown: string,
): Promise<Counted> {
  const intake = new Intake(store);
  const isJson = /^\s*[{[]/.test(new TextDecoder().decode(first.subarray(0, 100)).replace(/^\uFEFF/, ""));
  const reader = importReader(kind, { intake, names, places, isJson });
  const progress = new Progress(shown);
  const result = await readInput(path, {
    chunk: (chunk) => {
      reader.push(chunk);
      return intake.goesOn;
    },
    ready: intake.ready,
    progress: (read, total) => progress.update(read, total),
  });
  progress.stop();
  if (result.kind === "unreadable") throw new CommandError(`${shown}: cannot be read: ${result.reason}`);
  reader.end();
  if (result.kind === "problem") intake.refuse(result.problem.reason);
  return intake.finish();
}
