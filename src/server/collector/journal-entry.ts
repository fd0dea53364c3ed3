/** What a record of the journal says: a submission to keep, a deletion, or nothing. JSON, version 1. */
import type { StoredObservation } from "../../store/store.ts";
import type { Verdict } from "../../verdict/verdict.ts";

export interface SubmissionEntry {
  readonly v: 1;
  readonly kind: "submission";
  readonly id: string;
  /** SHA-256 of the deletion token, hexadecimal. */
  readonly token: string;
  readonly observations: readonly StoredObservation[];
  readonly verdicts: readonly Verdict[];
}

export interface ForgetEntry {
  readonly v: 1;
  readonly kind: "forget";
  readonly token: string;
  /** Which request waits for it. */
  readonly ticket: string;
}

export type JournalEntry = SubmissionEntry | ForgetEntry | { readonly v: 1; readonly kind: "none" };

export function bytesOf(entry: JournalEntry): Buffer {
  return Buffer.from(JSON.stringify(entry));
}

/** The record's hash was checked; undefined: of a version that is not known. */
export function entryOf(payload: Buffer): JournalEntry | undefined {
  const entry = JSON.parse(payload.toString("utf8")) as JournalEntry;
  const isKnown = entry.v === 1 && ["submission", "forget", "none"].includes(entry.kind);
  return isKnown ? entry : undefined;
}
