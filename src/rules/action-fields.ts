/**
 * An action as people write it (docs/format.md): its kind alone, or a map of its kind and its quantities with units.
 */
import { type Problem, type Result, success } from "../base/problem.ts";
import { parseByteRange, parseBytes, parseDurationRange, parseRate } from "../base/quantity.ts";
import {
  type Action,
  type ActionKind,
  BUCKET_SCOPES,
  DEFAULT_BURST_BYTES,
  DIRECTIONS,
  type Range,
} from "./action.ts";
import { FieldReader, oneOf, wholeNumber } from "./field-reader.ts";
import type { Tree, TreeMap } from "./yaml-tree.ts";

export const ACTION_KINDS: readonly ActionKind[] = [
  "police",
  "shape",
  "drop",
  "drop-after",
  "reset",
  "cut-response",
  "page",
  "freeze",
  "delay-handshake",
  "pass",
];

const MOST_PACKETS = 1_000_000;
export const LONGEST_PAGE = 100_000;
const DEFAULT_PAGE_STATUS = 403;

/** Undefined when it is broken; what is wrong stands in `problems` then. */
export function readAction(tree: Tree, what: string, problems: Problem[]): Action | undefined {
  const map: TreeMap =
    tree.kind === "map"
      ? tree
      : { kind: "map", line: tree.line, entries: new Map([["kind", { line: tree.line, value: tree }]]) };
  const before = problems.length;
  const fields = new FieldReader(map, what, problems);
  const kind = fields.needed("kind", oneOf(ACTION_KINDS));
  if (kind === undefined) return undefined;
  const action = readKind(kind, fields);
  fields.done();
  return problems.length === before ? action : undefined;
}

/** Where a needed field is broken the value stands for nothing: the caller drops the action. */
function readKind(kind: ActionKind, fields: FieldReader): Action {
  switch (kind) {
    case "police":
      return { kind, ...readBucket(fields) };
    case "shape":
      return { kind, ...readBucket(fields), queueBytes: fields.needed("queue", parseBytes) ?? 0 };
    case "drop-after":
      return { kind, packets: fields.needed("packets", packetRange) ?? [0, 0] };
    case "page": {
      const location = fields.one("location", headerText);
      return {
        kind,
        status: fields.one("status", wholeNumber(100, 599)) ?? DEFAULT_PAGE_STATUS,
        body: fields.one("body", pageText) ?? "",
        ...(location !== undefined && { location }),
      };
    }
    case "freeze":
      return { kind, bytes: fields.needed("bytes", parseByteRange) ?? [0, 0] };
    case "delay-handshake": {
      const [low, high] = fields.needed("delay", parseDurationRange) ?? [0, 0];
      return { kind, delayMs: [low / 1000, high / 1000] };
    }
    default:
      return { kind };
  }
}

function readBucket(fields: FieldReader) {
  return {
    rateBps: fields.needed("rate", parseRate) ?? 1,
    burstBytes: fields.one("burst", parseBytes) ?? DEFAULT_BURST_BYTES,
    scope: fields.one("scope", oneOf(BUCKET_SCOPES)) ?? ("flow" as const),
    directions: fields.one("directions", oneOf(DIRECTIONS)) ?? ("both" as const),
  };
}

/** "5-8", or one number. */
function packetRange(text: string): Result<Range> {
  const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(text);
  const low = wholeNumber(0, MOST_PACKETS)(match?.[1] ?? text);
  if (!low.ok) return low;
  const high = wholeNumber(low.value, MOST_PACKETS)(match?.[2] ?? String(low.value));
  return high.ok ? success([low.value, high.value]) : high;
}

function pageText(text: string): Result<string> {
  if (text.length <= LONGEST_PAGE) return success(text);
  return { ok: false, problem: { reason: `longer than ${LONGEST_PAGE} characters` } };
}

/** Of one line, as a header must be. */
function headerText(text: string): Result<string> {
  if (/^[!-~]{1,2000}$/.test(text)) return success(text);
  return { ok: false, problem: { reason: "no address of a page" } };
}
