/**
 * Bytes in chunks of any size become CSV records (RFC 4180: quotes, doubled quotes, line ends within quotes).
 * Bounded: a record that is too long or has too many fields is given up, reported with the line it began on,
 * and reading goes on at the next line. Never throws. A quote inside an unquoted field is taken as it stands.
 */
import type { Problem } from "../base/problem.ts";

export const LONGEST_RECORD_CHARACTERS = 1_000_000;
export const MOST_FIELDS = 1_000;

const BYTE_ORDER_MARK = "\ufeff";

export class CsvParser {
  readonly #onRecord: (fields: readonly string[], line: number) => void;
  readonly #onProblem: (problem: Problem) => void;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #fields: string[] = [];
  #field = "";
  /** Characters of the record so far. */
  #size = 0;
  /** start: no character of the field yet; quote: a quote that may close the field or begin a doubled one. */
  #mode: "start" | "plain" | "quoted" | "quote" | "skipping" = "start";
  #line = 1;
  #recordLine = 1;
  #first = true;

  constructor(
    onRecord: (fields: readonly string[], line: number) => void,
    onProblem: (problem: Problem) => void,
  ) {
    this.#onRecord = onRecord;
    this.#onProblem = onProblem;
  }

  push(chunk: Uint8Array): void {
    this.#read(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Hands out a last record that has no line end; reports one whose quotes never close. */
  end(): void {
    this.#read(this.#decoder.decode());
    if (this.#mode === "quoted") {
      this.#giveUp("quotes are never closed");
    } else if (this.#mode !== "skipping" && (this.#size > 0 || this.#fields.length > 0)) {
      this.#endRecord();
    }
    this.#reset();
  }

  #read(text: string): void {
    let from = 0;
    if (this.#first && text.length > 0) {
      this.#first = false;
      if (text.startsWith(BYTE_ORDER_MARK)) from = 1;
    }
    for (let i = from; i < text.length; i++) this.#take(text[i]!);
  }

  #take(character: string): void {
    if (character === "\n") this.#line++;
    if (this.#mode === "skipping") {
      if (character === "\n") this.#reset();
      return;
    }
    if (++this.#size > LONGEST_RECORD_CHARACTERS) {
      this.#giveUp(`record longer than ${LONGEST_RECORD_CHARACTERS} characters skipped`);
      if (character === "\n") this.#reset();
      return;
    }
    if (this.#mode === "quoted") {
      if (character === '"') this.#mode = "quote";
      else this.#field += character;
    } else if (character === '"' && this.#mode === "start") {
      this.#mode = "quoted";
    } else if (character === '"' && this.#mode === "quote") {
      this.#field += '"';
      this.#mode = "quoted";
    } else if (character === ",") {
      this.#endField();
    } else if (character === "\n") {
      this.#endRecord();
      this.#reset();
    } else {
      this.#field += character;
      this.#mode = "plain";
    }
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = "";
    this.#mode = "start";
    if (this.#fields.length >= MOST_FIELDS) this.#giveUp(`record of more than ${MOST_FIELDS} fields skipped`);
  }

  #endRecord(): void {
    if (this.#field.endsWith("\r")) this.#field = this.#field.slice(0, -1);
    // A blank line is no record.
    if (this.#fields.length === 0 && this.#field === "") return;
    this.#fields.push(this.#field);
    this.#onRecord(this.#fields, this.#recordLine);
  }

  #giveUp(reason: string): void {
    this.#onProblem({ reason, line: this.#recordLine });
    this.#mode = "skipping";
  }

  #reset(): void {
    this.#fields = [];
    this.#field = "";
    this.#size = 0;
    this.#mode = "start";
    this.#recordLine = this.#line;
  }
}

/** The fields of one line, as the parser reads them; undefined where it is no whole record. */
export function csvFields(line: string): readonly string[] | undefined {
  let fields: readonly string[] | undefined;
  const parser = new CsvParser(
    (record) => {
      fields ??= record;
    },
    () => {},
  );
  parser.push(new TextEncoder().encode(line));
  parser.end();
  return fields;
}
