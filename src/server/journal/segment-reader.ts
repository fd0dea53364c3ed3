/**
 * Reads the records of one segment in batches of bounded size. What is no record is passed over up to the next one and
 * told: nothing that follows a damaged place is lost with it.
 */
import type { FileHandle } from "node:fs/promises";
import { HEADER_BYTES, MOST_PAYLOAD_BYTES, nextMagic, recordAt } from "./frame.ts";

const SEARCH_BYTES = 1 << 20;
const MAGIC_OVERLAP = 3;

export interface Damage {
  readonly from: number;
  readonly to: number;
  /** A record that ends before its length: what a process that was killed while writing leaves. */
  readonly isTail: boolean;
}

export interface RecordBatch {
  readonly payloads: readonly Buffer[];
  /** Where the next batch begins. */
  readonly next: number;
  readonly damage: readonly Damage[];
}

/** Of the bytes from `from` up to `to`, which the file has; some `mostBytes` of them, one record at least. */
export async function readRecords(
  file: FileHandle,
  from: number,
  to: number,
  mostBytes: number,
): Promise<RecordBatch> {
  let bytes = await readRange(file, from, Math.min(to, from + mostBytes));
  const payloads: Buffer[] = [];
  const damage: Damage[] = [];
  let at = 0;
  while (at < bytes.length) {
    const found = recordAt(bytes, at);
    if (found.kind === "record") {
      payloads.push(found.payload);
      at = found.end;
      continue;
    }
    if (found.kind === "short" && from + at + found.needs <= to && from + bytes.length < to) {
      if (payloads.length > 0 || damage.length > 0) break;
      bytes = await readRange(file, from + at, Math.min(to, from + at + Math.max(found.needs, mostBytes)));
      from += at;
      at = 0;
      continue;
    }
    const next = await nextRecord(file, from + at + 1, to);
    damage.push({ from: from + at, to: next ?? to, isTail: next === undefined && found.kind === "short" });
    at = (next ?? to) - from;
  }
  return { payloads, next: from + at, damage };
}

async function nextRecord(file: FileHandle, from: number, to: number): Promise<number | undefined> {
  for (let at = from; at < to; at += SEARCH_BYTES) {
    const window = await readRange(file, at, Math.min(to, at + SEARCH_BYTES + MAGIC_OVERLAP));
    for (let found = nextMagic(window, 0); found >= 0; found = nextMagic(window, found + 1)) {
      if (await isRecord(file, at + found, to)) return at + found;
    }
  }
  return undefined;
}

async function isRecord(file: FileHandle, at: number, to: number): Promise<boolean> {
  const head = recordAt(await readRange(file, at, Math.min(to, at + HEADER_BYTES)), 0);
  if (head.kind === "record") return true;
  if (head.kind === "bad" || head.needs > HEADER_BYTES + MOST_PAYLOAD_BYTES || at + head.needs > to)
    return false;
  return recordAt(await readRange(file, at, at + head.needs), 0).kind === "record";
}

async function readRange(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let have = 0;
  while (have < bytes.length) {
    const { bytesRead } = await file.read(bytes, have, bytes.length - have, from + have);
    if (bytesRead === 0) break;
    have += bytesRead;
  }
  return bytes.subarray(0, have);
}
