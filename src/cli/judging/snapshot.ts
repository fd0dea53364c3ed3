/**
 * What was judged of a whole store at one moment: networks, incidents with their attribution, changes of the week, and of
 * what. Kept as a file beside the store (docs/format.md, "judged.json"), so that pages need not wait for it again. Records
 * are as the API gives them; a file that is torn, of another form, or of other methods is none.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { z } from "zod";
import { WEIGHTS_VERSION } from "../../incident/attribution/weights.ts";
import { METHOD_VERSION } from "../../verdict/verdict.ts";

const PRIVATE_FILE = 0o600;
const MOST_BYTES = 256 << 20;
export const SNAPSHOT_VERSION = 1;

const recordSchema = z.looseObject({ type: z.string() });
const countries = z.array(z.string());
const ms = z.number();

export const snapshotSchema = z.strictObject({
  version: z.literal(SNAPSHOT_VERSION),
  methodVersion: z.string(),
  weightsVersion: z.string(),
  /** What the store held, as the keeper puts it (kept-judgements.ts). */
  fingerprint: z.string(),
  measurements: z.int().nonnegative(),
  /** When what was judged was read, and how long judging took. */
  readMs: ms,
  tookMs: ms,
  networks: z.array(recordSchema),
  incidents: z.array(z.strictObject({ record: recordSchema, countries })),
  /** Of the attempts; absent: there is none. */
  firstMs: ms.exactOptional(),
  lastMs: ms.exactOptional(),
  gaps: z.array(z.strictObject({ fromMs: ms, toMs: ms })),
  changes: z.strictObject({
    ...{ sinceMs: ms, untilMs: ms },
    found: z.array(z.strictObject({ record: recordSchema, countries })),
  }),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export function isOfTheseMethods({ methodVersion, weightsVersion }: Snapshot): boolean {
  return methodVersion === METHOD_VERSION && weightsVersion === WEIGHTS_VERSION;
}

/** Its hash in the first line, so that a torn file is known. Whole or not at all. */
export function keepSnapshot(path: string, snapshot: Snapshot): void {
  const text = JSON.stringify(snapshot);
  const unfinished = `${path}.part`;
  const file = openSync(unfinished, "w", PRIVATE_FILE);
  try {
    writeFileSync(file, `${hashOf(text)}\n${text}\n`);
    fsyncSync(file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
}

/** Undefined: there is none that can be used. */
export function keptSnapshot(path: string): Snapshot | undefined {
  try {
    if (statSync(path).size > MOST_BYTES) return undefined;
    const whole = readFileSync(path, "utf8");
    const end = whole.indexOf("\n");
    const text = whole.slice(end + 1).trimEnd();
    if (whole.slice(0, end) !== hashOf(text)) return undefined;
    const read = snapshotSchema.safeParse(JSON.parse(text));
    return read.success && isOfTheseMethods(read.data) ? read.data : undefined;
  } catch {
    return undefined;
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
