/**
 * Act 2, catch it out: cases that are sealed before they are played, judged from the client's packets alone, and opened after.
 * What Wehe's and OONI's rules and a t-test say of the same downloads stands beside it.
 */
import { counted, formatRate } from "../../base/units.ts";
import type { Peer } from "../../verdict/peer-rules.ts";
import { type AnsweredCase, playCase } from "./play-case.ts";
import { type CaseKind, NEVER_THROTTLED, RIGHT_WORD, type SealedCase, sealCase } from "./sealed-case.ts";
import type { Stage } from "./stage.ts";

export interface BlindOptions {
  readonly cases: number;
  readonly seed: number;
  readonly kinds: readonly CaseKind[];
  readonly lanes: number;
  readonly isJson: boolean;
}

export interface BlindScore {
  readonly cases: number;
  readonly right: number;
  /** Healthy, lossy, congested or slow for everything, and called throttled. */
  readonly falselyThrottled: number;
}

const THROTTLED = new Set(["policed", "shaped"]);
const PEER_NAMES: Readonly<Record<Peer, string>> = {
  wehe: "Wehe",
  "ooni-10x": "OONI's ten times",
  "t-test": "t-test",
};

export async function catchItOut(stage: Stage, options: BlindOptions): Promise<BlindScore> {
  const { cases, seed, kinds, lanes, isJson } = options;
  const sealed = Array.from({ length: cases }, (_, index) =>
    sealCase(seed + index, kinds[index % kinds.length]),
  );
  if (!isJson) {
    stage.title("Act 2. Catch it out");
    stage.say(
      `${counted(cases, "sealed case")} (SIMULATED). The seals, SHA-256, before anything is measured:`,
    );
    for (const [index, { hash }] of sealed.entries()) stage.say(`  case ${index + 1}: ${hash}`);
    stage.say(
      "For each: three downloads of a target and three of a control from the same server, captured at the client; some 40 seconds.",
    );
  }
  const left = [...sealed.entries()];
  stage.atEnd(() => left.splice(0));
  const score = { cases: 0, right: 0, falselyThrottled: 0 };
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const answered = await playCase(next[1], (lab) => stage.atEnd(() => lab.stop()), stage.folder);
      score.cases++;
      if (isRight(answered)) score.right++;
      if (NEVER_THROTTLED.has(next[1].kind) && THROTTLED.has(answered.answer.word)) score.falselyThrottled++;
      if (isJson) process.stdout.write(`${JSON.stringify(recordOf(next[0], answered))}\n`);
      else tell(stage, next[0], answered);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, cases) }, lane));
  if (isJson)
    process.stdout.write(`${JSON.stringify({ type: "demo-score", simulated: "SIMULATED", ...score })}\n`);
  else
    stage.say(
      `A seal is the SHA-256 of what it was of: printf %s 'WORDS AFTER "of:"' | sha256sum. Right in ${score.right} of ${score.cases}; called throttled though it was not: ${score.falselyThrottled}.`,
    );
  return score;
}

function isRight({ sealed, answer }: AnsweredCase): boolean {
  return RIGHT_WORD[sealed.kind] === answer.word;
}

function tell(stage: Stage, index: number, answered: AnsweredCase): void {
  const { sealed, answer, peers, targetBps, controlBps } = answered;
  const rate = answer.rateBps === undefined ? "" : ` at ${formatRate(answer.rateBps)}`;
  const slowed = Object.entries(peers).filter(([, says]) => says);
  stage.say(`case ${index + 1}: ${answer.word}${rate}. ${answer.because}.`);
  stage.say(`  speeds: target ${speeds(targetBps)}; control ${speeds(controlBps)}`);
  stage.say(
    `  called slowed by: ${slowed.map(([peer]) => PEER_NAMES[peer as Peer]).join(", ") || "none of Wehe, OONI's ten times, t-test"}`,
  );
  stage.say(
    `  the seal was of: ${sealed.sealed}. ${isRight(answered) ? "Right." : `Wrong: ${RIGHT_WORD[sealed.kind]}.`}`,
  );
}

function speeds(all: readonly number[]): string {
  return all.map((bps) => formatRate(bps)).join(", ") || "none";
}

function recordOf(index: number, { sealed, answer, peers, targetBps, controlBps }: AnsweredCase): object {
  const { kind, seed, hash, sealed: text }: SealedCase = sealed;
  return {
    ...{ type: "demo-case", simulated: "SIMULATED", case: index + 1, seed, hash, sealed: text, kind },
    ...{
      right: RIGHT_WORD[kind],
      answer: answer.word,
      because: answer.because,
      peers,
      targetBps,
      controlBps,
    },
    ...(answer.rateBps !== undefined && { rateBps: answer.rateBps }),
  };
}
