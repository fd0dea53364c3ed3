/**
 * What repeated answers say together: a word only where most of them agree and none was left that could turn it.
 */
import type { Answer } from "./acted-on.ts";

/** Undefined: unsure, or as many the one way as the other. */
export function agreed(answers: readonly Answer[]): boolean | undefined {
  const yes = answers.filter((answer) => answer === "yes").length;
  const no = answers.filter((answer) => answer === "no").length;
  if (yes === no || yes + no < 2) return undefined;
  return yes > no;
}

/**
 * Whether it is the bytes of the hello that are looked at, by the same hello with every byte inverted. `plain`: of the hello as it is,
 * meanwhile; where that is not acted on, nothing follows from others that are not.
 */
export function areBytesRead(inverted: readonly Answer[], plain: readonly Answer[]): boolean | undefined {
  const acts = agreed(inverted);
  if (acts !== false) return acts === true ? false : undefined;
  return agreed(plain) === true ? true : undefined;
}

/** "acted on in 2 of 2, no clear answer in 1" */
export function countsOf(answers: readonly Answer[]): string {
  const yes = answers.filter((answer) => answer === "yes").length;
  const unsure = answers.filter((answer) => answer === "unsure").length;
  if (unsure > 0 && unsure === answers.length) return `no clear answer in ${unsure} of ${unsure}`;
  const rest = unsure > 0 ? `, no clear answer in ${unsure}` : "";
  return `acted on in ${yes} of ${answers.length - unsure}${rest}`;
}

/** Share of datagrams that a free flow brings back, and a held one does not. */
const LEAST_RETURNED = 0.6;
const HELD_SHARE = 0.5;

export interface Returned {
  readonly sent: number;
  readonly returned: number;
}

/** Whether a UDP flow runs on, by one under a neutral name; undefined where that one does not. */
export function isUdpFree(target: Returned, neutral: Returned): boolean | undefined {
  const [ours, theirs] = [target.returned / target.sent, neutral.returned / neutral.sent];
  if (!(theirs >= LEAST_RETURNED)) return undefined;
  if (ours >= LEAST_RETURNED) return true;
  return ours < HELD_SHARE * theirs ? false : undefined;
}
