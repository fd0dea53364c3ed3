/** One row of a table of demands and statements becomes an entry of the timeline, or a reason. */
import { failure, type Result, success } from "../base/problem.ts";
import { type Cells, utcTime } from "./mapped-columns.ts";
import {
  TIMELINE_KINDS,
  type TimelineEntry,
  type TimelineKind,
  timelineEntrySchema,
} from "./timeline-entry.ts";

export function readStatement(cells: Cells): Result<TimelineEntry> {
  const time = utcTime(cells("time"));
  if (time === undefined) return failure("time is no time with a day");
  const kind = cells("kind") === "" ? "statement" : cells("kind").toLowerCase().replace(/[ _]/g, "-");
  if (!TIMELINE_KINDS.includes(kind as TimelineKind))
    return failure(`kind is none of ${TIMELINE_KINDS.join(", ")}`);
  const targets = cells("targets")
    .split(/[;|\s]+/)
    .filter((name) => name !== "");
  const parsed = timelineEntrySchema.safeParse({
    ...{ time, kind, text: cells("text"), source: cells("source"), origin: "imported" },
    ...(cells("who") !== "" && { who: cells("who") }),
    ...(targets.length > 0 && { targets }),
    ...(cells("predicate") !== "" && { predicate: cells("predicate") }),
  });
  if (parsed.success) return success(parsed.data);
  const { path, message } = parsed.error.issues[0]!;
  return failure(`${path.join(".")}: ${message}`);
}
