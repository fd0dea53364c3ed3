/**
 * A line of a laboratory's timeline as people read it.
 */
import { timelineSentence } from "../lab/authority/sentences.ts";

type Line = Record<string, unknown>;

/** Undefined for what is only for the record. */
export function sentenceOf(line: Line): string | undefined {
  switch (line["kind"]) {
    case "fault-began":
      return line["fault"] === undefined
        ? "SOMETHING FAILS"
        : `FAULT ${line["fault"]} begins: ${line["what"]}`;
    case "fault-ended":
      return line["fault"] === undefined ? "What failed works again" : `FAULT ${line["fault"]} ends`;
    case "trouble":
      return `The laboratory could not carry out ${line["what"]}: ${line["reason"]}`;
    case "site-recovered":
      return `${line["site"]} is back`;
    default:
      return timelineSentence(line);
  }
}
