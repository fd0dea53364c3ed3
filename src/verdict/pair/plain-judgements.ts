/** Judgements that accuse nobody: nothing is slowed, more is wanted, nothing can be said. */
import { counted, formatBytes, formatRate } from "../../base/units.ts";
import type { Compared } from "./compare-flows.ts";
import { isHeldAlike } from "./held-rate.ts";
import { targetsObjectBytes } from "./object-size.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { evidenceOf } from "./pair-sentences.ts";
import { rateOf, speedsOf } from "./slow-judgement.ts";
import { LEAST_PAIRS, POSSIBLE_BURST_BYTES } from "./thresholds.ts";

/** The probe asks for no less (`--flow-bytes`): what is smaller is the object itself. */
const LEAST_ASKED_BYTES = 20_000;

export function okJudgement(lead: Compared, all: readonly Compared[]): PairJudgement {
  const isHeld = isHeldAlike(lead);
  if (!isHeld && !lead.isBurstExhausted) {
    return insufficient(tooLittleMoved(lead), all);
  }
  const { evidence, ruledOut } = evidenceOf(lead, all);
  return {
    ...{ state: "ok", isSettled: true, wanted: [], mechanisms: [], confidence: 0.95 },
    ...speedsOf(lead),
    ...(isHeld ? { slowness: lead.heldRate!.kind === "smooth" ? "shaped" : "policed", ...rateOf(lead) } : {}),
    evidence: isHeld
      ? [
          `slow for everything: controls are held to ${formatRate(lead.controlHeldRate!.rateBps)} as well`,
          ...evidence,
        ]
      : [...evidence, ...reachOf(lead)],
    ruledOut,
  };
}

/** The burst is not exhausted: a deep bucket would not have been empty. */
function tooLittleMoved(lead: Compared): string {
  const object = targetsObjectBytes(lead);
  if (object !== undefined && object < POSSIBLE_BURST_BYTES)
    return `${object < LEAST_ASKED_BYTES ? "the object" : "the object, or what --flow-bytes asks of it,"} is only ${formatBytes(object)}, and a limit may let that much pass at full speed (burst not exhausted): give the URL of a file of 300 kB or more`;
  const moved = [...lead.targets, ...lead.controls].map(({ observation: { bytes = 0 } }) => bytes);
  return `transfers moved ${formatBytes(Math.min(...moved))} and more, and a limit may let that much pass at full speed (burst not exhausted): more time (--budget-seconds), larger transfers (--flow-bytes) or the URL of a larger file would tell`;
}

/**
 * What would have been seen. A flow of N bytes, of which B pass at the control's speed c and the rest at r, takes twice its time
 * from r = c (N - B) / (2N - B) downwards: a third of c where half of it passes.
 */
function reachOf({ controlBps, targets }: Compared): string[] {
  // Most moved as much; what is late, or broke, is asked for less.
  const whole = targets.flatMap(({ speedBps, observation: { bytes = 0 } }) =>
    speedBps && bytes > POSSIBLE_BURST_BYTES ? bytes : [],
  );
  const moved = Math.min(...whole);
  if (controlBps === undefined || whole.length === 0) return [];
  return [
    `this would have shown a limit below ${formatRate(controlBps / 3)} that begins within the first ${formatBytes(moved / 2)} of a flow: no faster one, and no deeper bucket (--flow-bytes asks for more)`,
  ];
}

export function insufficient(because: string, all: readonly Compared[]): PairJudgement {
  return {
    ...{ state: "insufficient", isSettled: true, wanted: [], mechanisms: [] },
    evidence: [because, ...evidenceOf(all[0]!, all).evidence],
    ruledOut: [],
  };
}

export function open(wanted: PairJudgement["wanted"], all: readonly Compared[]): PairJudgement {
  const most = Math.max(...all.map(({ pairs }) => pairs));
  return {
    ...{ state: "insufficient", isSettled: false, wanted, mechanisms: [] },
    evidence: [
      most < LEAST_PAIRS
        ? `not enough measurements to say (${most} of ${LEAST_PAIRS} pairs)`
        : `${counted(most, "pair")} leave it open: not alike, and not apart, often enough`,
      ...evidenceOf(all[0]!, all).evidence,
    ],
    ruledOut: [],
  };
}
