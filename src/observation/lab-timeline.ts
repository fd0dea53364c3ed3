/**
 * What of a laboratory's timeline.jsonl the public would know: demands, suits and decisions, steps, orders by plan or
 * ladder and their ends, statements. Nothing of faults, bundles, devices, of what a person ordered by hand, or of what the
 * laboratory itself met. Always `simulated`. Fields: docs/format.md, "timeline.jsonl".
 */
import { failure, type Result, success } from "../base/problem.ts";
import { LooseObject } from "./loose-json.ts";
import {
  TIMELINE_KINDS,
  type TimelineEntry,
  type TimelineKind,
  timelineEntrySchema,
} from "./timeline-entry.ts";

const SOURCE = "laboratory";
const MOST_TARGETS = 1_000;
const PUBLIC_ORDERS = new Set(["plan", "ladder"]);

export class LabTimeline {
  /** Orders that the public knows; of others it does not learn the end either. */
  readonly #known = new Set<string>();

  /** Success with undefined: the line is well, and nobody's business. */
  read(value: object): Result<TimelineEntry | undefined> {
    const line = new LooseObject(value as Readonly<Record<string, unknown>>, []);
    const kind = line.text("kind");
    if (line.text("type") !== "timeline" || kind === undefined) return failure("no line of a timeline");
    if (!TIMELINE_KINDS.includes(kind as TimelineKind) || !this.#isPublic(kind, line))
      return success(undefined);
    const targets = targetsOf(line);
    const who =
      line.text("who") ?? (line.text("by") === "platform" ? line.texts("platforms", 1)[0] : undefined);
    const parsed = timelineEntrySchema.safeParse({
      ...{ time: line.text("time"), kind, text: textOf(kind as TimelineKind, line, targets) },
      ...{ source: line.text("source") ?? SOURCE, origin: "simulated" },
      ...(who !== undefined && { who }),
      ...(targets.length > 0 && { targets }),
    });
    if (parsed.success) return success(parsed.data);
    const { path, message } = parsed.error.issues[0]!;
    return failure(`${path.join(".")}: ${message}`);
  }

  #isPublic(kind: string, line: LooseObject): boolean {
    const order = line.text("order") ?? "";
    if (kind === "order-end") return this.#known.has(order);
    if (kind !== "order" && kind !== "lift") return true;
    const isPublic = PUBLIC_ORDERS.has(line.text("by") ?? "");
    if (isPublic && kind === "order") this.#known.add(order);
    return isPublic;
  }
}

function targetsOf(line: LooseObject): string[] {
  const platform = line.text("platform");
  if (platform !== undefined) return [platform];
  const list = line.raw("targets") === undefined ? "platforms" : "targets";
  return line.raw(list) === undefined ? [] : line.texts(list, MOST_TARGETS).filter((name) => name !== "");
}

function textOf(kind: TimelineKind, line: LooseObject, targets: readonly string[]): string {
  const about = targets.join(", ") || "everyone";
  const count = (field: string): number => line.number(field) ?? 0;
  switch (kind) {
    case "demands":
      return `${count("filed")} demands to ${about}: ${count("removed")} followed, ${count("refused")} refused, ${count("sued")} contested in court, ${count("answered")} answered without doing anything`;
    case "lawsuit":
      return line.text("about") ?? `a suit, ${line.text("by") ?? "somebody"} against ${about}`;
    case "court-decision":
      return line.text("decision") ?? `a court decided about ${about}`;
    case "step": {
      const share = line.number("removedShare");
      const followed =
        share === undefined ? "" : `; ${Math.round(100 * share)} % of its decisions followed the demands`;
      return `${line.text("step") ?? "step"} against ${about}${followed}`;
    }
    case "order":
      return `order ${line.text("order") ?? ""} to ${line.text("what") ?? "act"}: ${about}${sharesOf(line)}`;
    case "lift":
      return `${line.text("order") ?? "order"} lifts measures against ${about}${sharesOf(line)}`;
    case "order-end":
      return `order ${line.text("order") ?? ""} ends`;
    case "statement":
      return line.text("text") ?? "";
  }
}

function sharesOf(line: LooseObject): string {
  const share = line.raw("share") === undefined ? undefined : line.object("share");
  const parts = (share?.keys() ?? []).flatMap((kind) => {
    const part = share?.number(kind);
    return part === undefined ? [] : [`${Math.round(100 * part)} % of ${kind}`];
  });
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
