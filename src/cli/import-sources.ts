/** The files that the words of `import` stand for: a file itself, all that can be read below a folder, or an address. */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "./command-error.ts";
import { fetchFile, readWebAddress } from "./polite-fetch.ts";

export interface ImportSource {
  readonly path: string;
  readonly shown: string;
  /** Found in a folder: what cannot be imported there is left out with a word, not an error. */
  readonly isFound: boolean;
}

const READABLE = /\.(csv|json|jsonl|parquet)(\.(gz|xz|zst))?$/i;
/** What really held in a laboratory: for whoever checks a judgement, not for the judge. */
const TRUTH = /(^|[\\/])truth\.jsonl(\.(gz|xz|zst))?$/i;
const MOST_DOWNLOAD_BYTES = 8 * 1024 ** 3;

/** Each source, one after the other; what was downloaded is deleted when the next is asked for. */
export async function* importSources(words: readonly string[]): AsyncGenerator<ImportSource> {
  for (const word of words) {
    if (/^[a-z]+:\/\//i.test(word)) yield* downloaded(word);
    else yield* onDisk(word);
  }
}

async function* downloaded(address: string): AsyncGenerator<ImportSource> {
  const url = readWebAddress("import", address);
  const folder = mkdtempSync(join(tmpdir(), "brakelight-import-"));
  try {
    const path = join(folder, "download");
    await fetchFile(url, path, MOST_DOWNLOAD_BYTES);
    yield { path, shown: address, isFound: false };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* onDisk(path: string): Generator<ImportSource> {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new CommandError(`${path}: cannot be read: there is no such file or folder`);
  }
  if (!isFolder) {
    yield { path, shown: path, isFound: false };
    return;
  }
  const names = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => READABLE.test(name) && !TRUTH.test(name))
    .sort();
  if (names.length === 0)
    throw new CommandError(
      `${path}: nothing in this folder that can be imported (.csv, .json, .jsonl, .parquet)`,
    );
  for (const name of names) yield { path: join(path, name), shown: join(path, name), isFound: true };
}
