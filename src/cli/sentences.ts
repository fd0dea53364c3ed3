/**
 * What people read: one sentence for a judged path, in the words of docs/method.md.
 */
import { formatBytes, formatDuration, formatRate } from "../base/units.ts";
import type { SlownessFinding } from "../verdict/slowness/finding.ts";
import type { DirectionJudgement } from "../verdict/slowness/judge-path.ts";

const DESCRIPTIONS: Record<SlownessFinding["slowness"], (finding: SlownessFinding) => string> = {
  policed: ({ policer }) => {
    const bucket = policer?.burstBytes ? ` with a ${formatBytes(policer.burstBytes)} bucket` : "";
    if (!policer) return "policed";
    // A rate that may be anything is no rate.
    if (policer.rateHighBps / policer.rateLowBps > 2) {
      return `policed at a rate between ${formatRate(policer.rateLowBps)} and ${formatRate(policer.rateHighBps)}`;
    }
    return `policed at ${formatRate(policer.rateBps)}${bucket}`;
  },
  shaped: ({ shaper }) =>
    shaper
      ? `shaped to ${formatRate(shaper.rateBps)} (a queue of ${formatDuration(shaper.queueUs)})`
      : "shaped",
  lossy: () => "lossy: packets were lost at random",
  congested: () => "congested: a queue filled on the way",
  frozen: () => "frozen: nothing more arrived",
  delayed: () => "delayed",
  "receiver-limited": () => "limited by the receiver's window",
  "sender-limited": () => "limited by the sender",
  unimpeded: () => "unimpeded",
  undecided: () => "undecided",
};

/** "policed at 1.49 Mbit/s with a 100 kB bucket, in 5 of 5 segments; not congested: delay did not rise before losses" */
export function describeDirection(direction: DirectionJudgement): string {
  const { finding } = direction;
  const all = direction.transfers.flatMap(({ segments }) => segments);
  const same = all.filter(({ slowness }) => slowness === finding.slowness).length;
  const where = all.length > 1 ? `, in ${same} of ${all.length} segments` : "";
  const details: string[] = [];
  const [evidence] = finding.evidence;
  const [first] = finding.ruledOut;
  if (first) details.push(`not ${first.explanation}: ${first.because}`);
  if (evidence) details.push(evidence);
  const sure = finding.confidence > 0 ? ` (confidence ${finding.confidence.toFixed(2)})` : "";
  return [`${DESCRIPTIONS[finding.slowness](finding)}${where}${sure}`, ...details].join("; ");
}

export function describeFinding(finding: SlownessFinding): string {
  return DESCRIPTIONS[finding.slowness](finding);
}
