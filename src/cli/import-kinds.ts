/**
 * What a file to import holds, found by its first bytes (decompressed), and the readers that turn its bytes into entries.
 */
import { CsvParser } from "../observation/csv.ts";
import { readEdgeLogLine } from "../observation/edge-log.ts";
import { IndentedMeasurement } from "../observation/indented.ts";
import { JsonValues } from "../observation/json-values.ts";
import { LabTimeline } from "../observation/lab-timeline.ts";
import { LineSplitter } from "../observation/lines.ts";
import {
  type Cells,
  type ColumnNames,
  cellsOfObject,
  looksMapped,
  mappedHeader,
  mappedKind,
} from "../observation/mapped-columns.ts";
import { looksLikeOoni } from "../observation/ooni.ts";
import { looksLikePairedSpeed, PairedSpeedReader } from "../observation/paired-speed.ts";
import { RecordIds } from "../observation/record-id.ts";
import { readStatement } from "../observation/statements.ts";
import { readWebReport, webReportKind } from "../observation/web-reports.ts";
import { ooniEntries } from "../store/ooni-entries.ts";
import { PairedEntries, type PlaceOrdinals } from "../store/paired-entries.ts";
import type { Intake } from "./import-intake.ts";

export const SNIFFED_BYTES = 65_536;

export type ImportKind =
  | "observations"
  | "parquet"
  | "OONI"
  | "paired speeds"
  | "laboratory's timeline"
  | "laboratory's truth"
  | "network errors"
  | "resource timing"
  | "statements"
  | "edge log";

/** Undefined: nothing that is known. */
export function importKindOf(first: Uint8Array, names: ColumnNames): ImportKind | undefined {
  if (Buffer.from(first.subarray(0, 4)).toString("latin1") === "PAR1") return "parquet";
  const text = new TextDecoder().decode(first).replace(/^\uFEFF/, "");
  const firstLine = text.trimStart().split(/\r?\n/, 1)[0]!;
  if (/^[{[]/.test(firstLine)) return jsonKind(text.trimStart(), firstLine, first, names);
  if (looksLikePairedSpeed(firstLine)) return "paired speeds";
  const mapped = looksMapped(firstLine, names);
  return mapped === "edge-log" ? "edge log" : mapped;
}

function jsonKind(
  text: string,
  firstLine: string,
  first: Uint8Array,
  names: ColumnNames,
): ImportKind | undefined {
  if (/^\{\s*"type"\s*:\s*"timeline"/.test(text)) return "laboratory's timeline";
  if (/^\{\s*"type"\s*:\s*"truth"/.test(text)) return "laboratory's truth";
  const value = firstObject(firstLine);
  if (value) {
    if ("measurementId" in value && "role" in value) return "observations";
    const report = webReportKind(value);
    if (report) return report === "resource-timing" ? "resource timing" : "network errors";
    const cells = cellsOfObject(value, names);
    const mapped = mappedKind((field) => cells(field) !== "");
    if (mapped) return mapped === "edge-log" ? "edge log" : mapped;
  }
  if (looksLikeOoni(first)) return "OONI";
  if (/"type"\s*:\s*"network-error"/.test(text)) return "network errors";
  if (/"entryType"\s*:\s*"resource"/.test(text)) return "resource timing";
  return /"measurementId"\s*:/.test(firstLine) ? "observations" : undefined;
}

function firstObject(line: string): object | undefined {
  try {
    const json: unknown = JSON.parse(line);
    const value: unknown = Array.isArray(json) ? json[0] : json;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

export interface ImportReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

export type StreamedKind = Exclude<ImportKind, "observations" | "parquet" | "laboratory's truth">;

export interface ReadingContext {
  readonly intake: Intake;
  readonly names: ColumnNames;
  readonly places: PlaceOrdinals;
  /** Whether the file begins with a brace: JSON lines, not CSV. */
  readonly isJson: boolean;
}

export function importReader(kind: StreamedKind, context: ReadingContext): ImportReader {
  const { intake } = context;
  switch (kind) {
    case "OONI":
      return ooniReader(intake);
    case "paired speeds": {
      const entries = new PairedEntries(context.places);
      return new PairedSpeedReader(
        (row) => intake.take(entries.entriesOf(row)),
        ({ reason, line }) => intake.refuse(reason, line),
      );
    }
    case "laboratory's timeline": {
      const timeline = new LabTimeline();
      return jsonReader(intake, (value, line) => {
        const entry = timeline.read(value);
        if (!entry.ok) intake.refuse(entry.problem.reason, line);
        else if (entry.value) intake.tell(entry.value);
      });
    }
    case "network errors":
    case "resource timing": {
      const ids = new RecordIds(kind === "network errors" ? "nel" : "timing");
      return jsonReader(intake, (value, line) => {
        for (const read of readWebReport(value, ids)) {
          if (read.ok) intake.take({ observations: [{ observation: read.value, part: 0 }] });
          else intake.refuse(read.problem.reason, line);
        }
      });
    }
    case "statements":
      return mappedReader(context, (cells, line) => {
        const entry = readStatement(cells);
        if (entry.ok) intake.tell(entry.value);
        else intake.refuse(entry.problem.reason, line);
      });
    case "edge log": {
      const ids = new RecordIds("edge");
      return mappedReader(context, (cells, line) => {
        const read = readEdgeLogLine(cells, ids);
        if (read.ok) intake.take({ observations: [{ observation: read.value, part: 0 }] });
        else intake.refuse(read.problem.reason, line);
      });
    }
  }
}

function jsonReader(intake: Intake, onObject: (value: object, line: number) => void): ImportReader {
  return new JsonValues(onObject, ({ reason, line }) => intake.refuse(reason, line));
}

function mappedReader(
  { intake, names, isJson }: ReadingContext,
  onRow: (cells: Cells, line: number) => void,
): ImportReader {
  if (isJson) return jsonReader(intake, (value, line) => onRow(cellsOfObject(value, names), line));
  let columns: ReadonlyMap<string, number> | undefined;
  let width = 0;
  return new CsvParser(
    (fields, line) => {
      if (!columns) {
        columns = mappedHeader(names, fields);
        width = fields.length;
      } else if (fields.length !== width) {
        intake.refuse(`${fields.length} fields where the header has ${width}`, line);
      } else {
        const found = columns;
        onRow((field) => (fields[found.get(field) ?? -1] ?? "").trim(), line);
      }
    },
    ({ reason, line }) => intake.refuse(reason, line),
  );
}

function ooniReader(intake: Intake): ImportReader {
  const indented = new IndentedMeasurement((text, line) => {
    const entries = ooniEntries(text, line);
    if (entries.ok) intake.take(entries.value);
    else intake.refuse(entries.problem.reason, entries.problem.line ?? line);
  });
  const lines = new LineSplitter(
    (text, line) => indented.line(text, line),
    ({ reason, line }) => intake.refuse(reason, line),
  );
  return {
    push: (bytes) => lines.push(bytes),
    end: () => {
      lines.end();
      indented.end();
    },
  };
}
