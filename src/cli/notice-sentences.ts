/** What a comparison of page loads says to people. Simulated ones say so. */
import { formatDuration } from "../base/units.ts";
import type { Noticed, PartJudgement, Spread } from "../verdict/page/noticeability.ts";
import type { Part } from "../verdict/page/thresholds.ts";

const NAMES: Readonly<Record<Part, string>> = {
  "first-text": "text",
  "first-picture": "the first picture",
  "largest-picture": "the largest picture",
  "video-start": "video",
};
const WORDS: Readonly<Record<Noticed, string>> = {
  unaffected: "unaffected",
  slower: "slower",
  unusable: "unusable",
  insufficient: "not enough to say",
  absent: "none",
};

export function partName(part: Part): string {
  return NAMES[part];
}

export function noticedWord(noticed: Noticed): string {
  return WORDS[noticed];
}

/** "21.9 s", or what of it is known. */
export function spreadText({ loads, came, medianUs, lowUs, highUs }: Spread): string {
  if (loads === 0) return "-";
  const range =
    lowUs !== undefined && highUs !== undefined && came > 1
      ? ` (${formatDuration(lowUs)} to ${formatDuration(highUs)})`
      : "";
  const missing = came < loads ? `, ${loads - came} of ${loads} did not come` : "";
  return medianUs === undefined
    ? `did not come in ${loads - came} of ${loads}`
    : `${formatDuration(medianUs)}${range}${missing}`;
}

/** Of a first visit, the parts that the page has. */
export function noticeSentence(
  name: string,
  judgements: readonly PartJudgement[],
  isSimulated: boolean,
): string {
  const cold = judgements.filter(({ cache, noticed }) => cache === "cold" && noticed !== "absent");
  const told = cold.map(({ part, noticed, target, control, because }) => {
    const figures = control ? ` (${shortly(target)} against ${shortly(control)})` : ` (${shortly(target)})`;
    return noticed === "insufficient"
      ? `${NAMES[part]}: ${WORDS.insufficient}${figures}: ${because}`
      : `${NAMES[part]} ${WORDS[noticed]}${figures}`;
  });
  return `${isSimulated ? "SIMULATED: " : ""}${name}: ${told.length === 0 ? "nothing of the page came" : told.join("; ")}`;
}

function shortly({ medianUs, loads }: Spread): string {
  if (loads === 0) return "not loaded";
  return medianUs === undefined ? "never" : formatDuration(medianUs);
}
