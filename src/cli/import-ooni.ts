/**
 * `brakelight import ooni --country RU --since 7d`: OONI's measurements out of its public bucket, into the store. One
 * request at a time; says how much it would fetch and asks first; what was taken is remembered in the store, so that it can
 * be interrupted and goes on where it was. `--follow` looks again as hours go by.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { parseDuration } from "../base/quantity.ts";
import { counted, formatBytes } from "../base/units.ts";
import { PlaceOrdinals } from "../store/paired-entries.ts";
import type { Store } from "../store/store.ts";
import { CommandError } from "./command-error.ts";
import { importFile } from "./import-file.ts";
import { ImportOutput } from "./import-output.ts";
import { readTimeSpan } from "./moment.ts";
import { type BucketFile, hourFolders, listBucket, OONI_BUCKET } from "./ooni-bucket.ts";
import { fetchFile, readWebAddress } from "./polite-fetch.ts";
import { STORE_OPTION, withStore } from "./store-option.ts";

interface OoniOptions {
  readonly country: string;
  readonly since: string;
  readonly until?: string;
  readonly test: string;
  readonly baseUrl: string;
  readonly store?: string;
  readonly follow?: boolean;
  readonly pause: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const REMEMBERED = "ooni/";
/** More than any file of the bucket has, compressed. */
const MOST_FILE_BYTES = 4 * 1024 ** 3;
const LONGEST_SPAN_MS = 366 * 86_400_000;

export function addImportOoni(parent: Command): void {
  parent
    .command("ooni")
    .description("OONI's measurements of a country, from its public bucket")
    .requiredOption("--country <code>", "as in RU")
    .requiredOption("--since <time>", "7d, 2021-03-10 or RFC 3339")
    .option("--until <time>", "not later than this; without it until now")
    .option("--test <name>", "OONI's name of the test", "web_connectivity")
    .option("--base-url <url>", "of the bucket, or of a copy of it", OONI_BUCKET)
    .option(...STORE_OPTION)
    .option("--follow", "go on, and take what is new")
    .option("--pause <duration>", "between two looks with --follow", "10 min")
    .option("-y, --yes", "fetch without asking")
    .option("--json", "one JSON record a file (docs/format.md)")
    .action((_: unknown, command: Command) => importOoni(command.optsWithGlobals<OoniOptions>()));
}

async function importOoni(options: OoniOptions): Promise<void> {
  const country = options.country.toUpperCase();
  if (!/^[A-Z]{2}$/.test(country))
    throw new CommandError(`--country: '${options.country}' is no code such as RU`);
  if (!/^[a-z0-9_]{1,30}$/.test(options.test))
    throw new CommandError(`--test: '${options.test}' is no test's name such as web_connectivity`);
  const pause = parseDuration(options.pause);
  if (!pause.ok) throw new CommandError(`--pause: ${pause.problem.reason}`);
  const base = readWebAddress("--base-url", options.baseUrl);
  await withStore(options.store, async (store) => {
    const output = new ImportOutput(options.json === true);
    // Agreed to once: what comes later, hour by hour, is what --follow asks for.
    let isAgreed = options.yes === true;
    for (;;) {
      const nowMs = Date.now();
      const { sinceMs = nowMs, untilMs = nowMs } = readTimeSpan(options, nowMs);
      if (untilMs - sinceMs > LONGEST_SPAN_MS)
        throw new CommandError("--since: more than a year at a time is not fetched");
      const files = await newFiles(store, base, hourFolders(sinceMs, untilMs, country, options.test));
      if (files.length > 0) await agree(files, isAgreed);
      else process.stderr.write("nothing new\n");
      isAgreed = true;
      await take(store, base, files, output);
      if (options.follow !== true || untilMs < nowMs) break;
      await sleep(pause.value / 1000);
    }
    output.finish(store.address, (await store.summary()).observations);
  });
}

async function newFiles(store: Store, base: URL, folders: Iterable<string>): Promise<readonly BucketFile[]> {
  const taken = await store.remembered(REMEMBERED);
  const files: BucketFile[] = [];
  for (const folder of folders)
    for (const file of await listBucket(base, folder))
      if (!taken.has(REMEMBERED + file.key)) files.push(file);
  return files;
}

async function agree(files: readonly BucketFile[], isAgreed: boolean): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  process.stderr.write(`${counted(files.length, "file")}, ${formatBytes(bytes)} to fetch\n`);
  if (isAgreed) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandError("nothing was fetched: say --yes to fetch it");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question("Fetch it? [y/N] ");
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("nothing was fetched");
}

async function take(
  store: Store,
  base: URL,
  files: readonly BucketFile[],
  output: ImportOutput,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "brakelight-ooni-"));
  const context = { store, names: new Map<string, string>(), places: new PlaceOrdinals() };
  try {
    for (const { key } of files) {
      const path = join(folder, "measurements.jsonl.gz");
      const address = new URL(key, `${base.href.replace(/\/?$/, "/")}`);
      await fetchFile(address, path, MOST_FILE_BYTES);
      output.report(await importFile(path, context, key));
      await store.remember([REMEMBERED + key]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
