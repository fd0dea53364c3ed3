/** The record and the table of `notice`. Times in the record in µs; docs/format.md. */
import type { Origin } from "../observation/vocabulary.ts";
import type { PartJudgement, Spread } from "../verdict/page/noticeability.ts";
import { noticedWord, partName, spreadText } from "./notice-sentences.ts";
import { plainTable } from "./plain-table.ts";

export function noticeRecord(
  pages: readonly { readonly role: string; readonly url: string }[],
  judgements: readonly PartJudgement[],
  origin: Origin,
): object {
  return {
    ...{ type: "noticeability", origin, ...(origin === "simulated" && { simulated: "SIMULATED" }) },
    ...Object.fromEntries(pages.map(({ role, url }) => [role, url])),
    parts: judgements.map(({ part, cache, noticed, because, target, control }) => ({
      ...{ part, cache, noticed, because, target: spreadRecord(target) },
      ...(control && { control: spreadRecord(control) }),
    })),
  };
}

function spreadRecord({ beyond, ...spread }: Spread): object {
  return {
    ...spread,
    beyond: beyond.map(({ threshold: { id, atUs, source }, loads }) => ({ id, atUs, source, loads })),
  };
}

export function noticeTable(judgements: readonly PartJudgement[]): string {
  const table = plainTable(["", "visit", "", "here", "compared with", "beyond"]);
  for (const { part, cache, noticed, target, control } of judgements) {
    if (noticed === "absent") continue;
    const beyond = target.beyond
      .filter(({ loads }) => loads > 0)
      .map(
        ({ threshold, loads }) =>
          `${loads} of ${target.loads} over ${threshold.atUs / 1e6} s (${threshold.says})`,
      );
    table.push([
      ...[partName(part), cache === "cold" ? "first" : "again", noticedWord(noticed), spreadText(target)],
      ...[control ? spreadText(control) : "-", beyond.join("\n")],
    ]);
  }
  return table.toString();
}
