/**
 * Compares the page that the probe got with the one that the control got: status, length, title, header names.
 * OONI's thresholds (ts-017): lengths agree above 0.7; titles by a long word; headers by an uncommon name.
 * The same page seen elsewhere agrees in something; a page put in its place agrees in nothing.
 */
import type { OoniResponse } from "../observation/ooni-reading.ts";

export const LENGTH_AGREES_ABOVE = 0.7;
/** Words of a title that are long enough to mean something. */
const LONG_WORD = 5;

/** Names that any server may send and that therefore say nothing. */
const COMMON_HEADERS = new Set([
  "accept-ranges",
  "age",
  "cache-control",
  "connection",
  "content-encoding",
  "content-language",
  "content-length",
  "content-type",
  "date",
  "etag",
  "expires",
  "keep-alive",
  "last-modified",
  "link",
  "location",
  "p3p",
  "pragma",
  "server",
  "set-cookie",
  "strict-transport-security",
  "transfer-encoding",
  "vary",
  "via",
  "x-content-type-options",
  "x-frame-options",
  "x-powered-by",
  "x-xss-protection",
]);

export interface PageMatch {
  /** different: in all three of length, title and headers; unlike: in two, the third not known. */
  readonly result: "same" | "different" | "unlike" | "unclear";
  readonly evidence: readonly string[];
}

export function matchPages(experiment: OoniResponse, control: OoniResponse): PageMatch {
  const statusAgrees =
    experiment.status === undefined || control.status === undefined
      ? undefined
      : experiment.status === control.status;
  const length = lengthRatio(experiment, control);
  const lengthAgrees = length === undefined ? undefined : length > LENGTH_AGREES_ABOVE;
  const titleAgrees = titlesAgree(experiment, control);
  const headersAgree = headersShareName(experiment, control);
  const evidence = [
    statusAgrees === undefined ? [] : `status ${experiment.status}, the control's ${control.status}`,
    length === undefined ? [] : `lengths in a ratio of ${length.toFixed(2)}`,
    titleAgrees === undefined ? [] : `titles ${titleAgrees ? "agree" : "differ"}`,
    headersAgree === undefined
      ? []
      : `header names ${headersAgree ? "agree" : "have none in common that means something"}`,
  ].flat();
  const contents = [lengthAgrees, titleAgrees, headersAgree];
  // A like length alone is chance where title and headers say otherwise.
  const alike =
    titleAgrees || headersAgree || (lengthAgrees && !(titleAgrees === false && headersAgree === false));
  if (statusAgrees && alike) return { result: "same", evidence };
  // A server's refusal or trouble (403, 429, 503 ...) is as likely its own as a box's.
  const refusal = (experiment.status ?? 0) >= 400 && !statusAgrees;
  if (refusal || contents.includes(true)) return { result: "unclear", evidence };
  const differing = contents.filter((agrees) => agrees === false).length;
  return { result: differing === 3 ? "different" : differing === 2 ? "unlike" : "unclear", evidence };
}

/** Shorter over longer; undefined where one is not known, or was cut off before it could be as long. */
function lengthRatio(experiment: OoniResponse, control: OoniResponse): number | undefined {
  const a = experiment.bodyBytes;
  const b = control.bodyBytes;
  if (a === undefined || b === undefined || (a === 0 && b === 0)) return undefined;
  if (experiment.bodyTruncated && a < b) return undefined;
  return Math.min(a, b) / Math.max(a, b);
}

function titlesAgree(experiment: OoniResponse, control: OoniResponse): boolean | undefined {
  const wanted = control.title?.toLowerCase();
  if (wanted === undefined || (experiment.title === undefined && experiment.bodyTruncated)) return undefined;
  const got = experiment.title?.toLowerCase();
  if (got === undefined) return experiment.bodyBytes === undefined ? undefined : false;
  if (got === wanted) return true;
  const words = new Set(got.split(/\s+/).filter((word) => word.length >= LONG_WORD));
  return wanted.split(/\s+/).some((word) => words.has(word));
}

function headersShareName(experiment: OoniResponse, control: OoniResponse): boolean | undefined {
  const uncommon = [...control.headers.keys()].filter((name) => !COMMON_HEADERS.has(name));
  if (uncommon.length === 0) return undefined;
  return uncommon.some((name) => experiment.headers.has(name));
}
