/** Loads as rows: round, object, time, speed, and what came. */
import type { Load } from "./course.ts";
import { el } from "./element.ts";
import { speedOf } from "./judge-loads.ts";
import { nameOf } from "./report.ts";
import type { Words } from "./words.ts";

export function loadsTable(loads: readonly Load[], words: Words, caption = words.table.caption): Node {
  const { columns } = words.table;
  return el(
    "div",
    { class: "wide", role: "region", "aria-label": caption, tabindex: 0 },
    el(
      "table",
      {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, column)))),
      el(
        "tbody",
        {},
        ...loads.map((load) => {
          const bps = speedOf(load);
          const { outcome, round, object } = load;
          return el(
            "tr",
            {},
            el("td", { class: "number" }, String(round + 1)),
            el("td", {}, nameOf(object.address)),
            el("td", { class: "number" }, "ms" in outcome ? words.seconds(outcome.ms) : ""),
            el("td", { class: "number" }, bps === undefined ? "" : words.rate(bps)),
            el("td", {}, cameText(load, words)),
          );
        }),
      ),
    ),
  );
}

function cameText({ outcome }: Load, words: Words): string {
  switch (outcome.kind) {
    case "whole":
      return outcome.isSeen ? words.outcome.whole : words.outcome.wholeUnseen;
    case "part":
      return words.outcome.part(outcome.bytes);
    case "spoiled":
      return words.spoiled(outcome.why, outcome.detail);
    default:
      return words.outcome[outcome.kind];
  }
}
