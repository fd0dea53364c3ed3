/**
 * Finds the pattern by which a name triggers, by delta debugging: letters that are not in the name before, behind and in
 * place of its parts (foreign-letters.ts). Where the name may go on to the left or right, the end of the part that matters
 * is found by halving (or more points at once, since connections run side by side); then the pattern's claims are tried
 * with fresh letters, those that must act and those that must not. Patterns are written as in rule lists (docs/format.md):
 *   t.co   *.twimg.com   *twitter.com   *t.co*   and   t.co*   "twitter.com, *.twitter.com" for a name and those below it.
 * No pattern where answers contradict each other, the name fits none of these, or `most` connections were not enough.
 * Method: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002, for answers that are
 * monotone in the part's ends.
 */
import type { Random } from "../../base/random.ts";
import { foreignLetters } from "./foreign-letters.ts";
import { claimsOf, type NameShape, patternText } from "./name-shape.ts";
import { type Asking, QuestionLog } from "./question-log.ts";

export const MOST_NAME_QUESTIONS = 40;
/** Letters go before and behind; a host name has 253, a label 63 (RFC 1035). */
const LONGEST_VARIED = 240;
const LONGEST_LABEL = 57;

export interface NameFinding {
  readonly pattern?: string;
  readonly connections: number;
  readonly evidence: readonly string[];
}

/** `neutral`: a name that no rule for the target matches. Returns after at most `most` names. */
export function* searchName(
  name: string,
  neutral: string,
  random: Random,
  most = MOST_NAME_QUESTIONS,
): Asking<NameFinding> {
  const log = new QuestionLog(most);
  const end = (because: string, pattern?: string): NameFinding => ({
    ...(pattern === undefined ? {} : { pattern }),
    connections: log.answers.length,
    evidence: [because, ...answersOf(log)],
  });
  if (name.length > LONGEST_VARIED || name.split(".").some((label) => label.length > LONGEST_LABEL))
    return end(`${name} is too long to be varied`);
  const letters = (): string => foreignLetters(name, random);
  let refuted = false;
  for (;;) {
    const first = yield* log.ask([
      () => name,
      () => neutral,
      () => letters() + name,
      () => `${letters()}.${name}`,
      () => name + letters(),
      () => `${name}.${letters()}`,
    ]);
    const [itself, other, glued, below, longer, above] = first;
    if (itself === false) return end(`${name} itself is not acted on now`);
    if (other === true) {
      return end(`${neutral} is acted on as well: whatever is sent to this address now, or to this client`);
    }
    if (first.includes(undefined)) return end("too many connections could not be told: no pattern is named");
    const shape = yield* narrow(name, { glued, below, longer, above }, letters, log);
    if (shape) {
      const claims = claimsOf(shape, letters);
      const told = yield* log.ask(claims.map(({ make }) => make));
      const text = patternText(shape);
      if (told.every((one, index) => one === claims[index]!.acts))
        return end(`the pattern is ${text}: ${log.answers.length} connections`, text);
      if (shape.kind === "below") {
        // The name without what is before it: the one claim that is a question.
        const both: NameShape = { kind: "domain", core: shape.core.slice(1) };
        if (told.every((one, index) => one === (claims[index]!.isItself || claims[index]!.acts)))
          return end(
            `the pattern is ${patternText(both)}: ${log.answers.length} connections`,
            patternText(both),
          );
      }
    }
    if (refuted || log.left < LEAST_FOR_RETRY)
      return end("answers contradict each other, or fit no pattern that a rule list can write");
    refuted = true;
  }
}

/** A round of ends, two short searches and claims. */
const LEAST_FOR_RETRY = 14;

interface Ends {
  readonly glued: boolean | undefined;
  readonly below: boolean | undefined;
  readonly longer: boolean | undefined;
  readonly above: boolean | undefined;
}

function* narrow(
  name: string,
  { glued, below, longer, above }: Ends,
  letters: () => string,
  log: QuestionLog,
): Asking<NameShape | undefined> {
  if (!glued && !below && !longer && !above) return { kind: "exact", core: name };
  if (!glued && below && !longer && !above) return { kind: "domain", core: name };
  if (!glued && !below && longer) {
    const end = yield* lastThatActs(name.length, log, (cut) => name.slice(0, name.length - cut) + letters());
    return end === undefined ? undefined : { kind: "starts", core: name.slice(0, name.length - end) };
  }
  if (!glued || longer !== above) return undefined;
  const start = yield* lastThatActs(name.length, log, (cut) => letters() + name.slice(cut));
  if (start === undefined) return undefined;
  const tail = name.slice(start);
  if (!longer) return tail.startsWith(".") ? { kind: "below", core: tail } : { kind: "ends", core: tail };
  const end = yield* lastThatActs(
    tail.length,
    log,
    (cut) => letters() + tail.slice(0, tail.length - cut) + letters(),
  );
  return end === undefined ? undefined : { kind: "contains", core: tail.slice(0, tail.length - end) };
}

/**
 * The largest number of letters that can be cut so that it still acts; none cut does, all cut does not. More points a
 * round for short ranges: side by side they cost time once.
 */
function* lastThatActs(
  length: number,
  log: QuestionLog,
  make: (cut: number) => string,
): Asking<number | undefined> {
  let [acts, not] = [0, length];
  let contradicted = false;
  while (not - acts > 1) {
    const points = pointsBetween(acts, not);
    const told = yield* log.ask(points.map((cut) => () => make(cut)));
    const yes = Math.max(acts, ...points.filter((_, index) => told[index] === true));
    const no = Math.min(not, ...points.filter((_, index) => told[index] === false));
    if (yes >= no || (yes === acts && no === not)) {
      if (contradicted || log.left === 0) return undefined;
      contradicted = true;
      continue;
    }
    [acts, not] = [yes, no];
  }
  return acts;
}

const FEW_ROUNDS_LENGTH = 36;
const SOME_ROUNDS_LENGTH = 64;

function pointsBetween(low: number, high: number): number[] {
  const span = high - low;
  const most = span <= FEW_ROUNDS_LENGTH ? 5 : span <= SOME_ROUNDS_LENGTH ? 3 : 1;
  const count = Math.min(most, span - 1);
  return Array.from({ length: count }, (_, index) => low + Math.round(((index + 1) * span) / (count + 1)));
}

function answersOf(log: QuestionLog): string[] {
  const words = { yes: "acted on", no: "not acted on", unsure: "no clear answer" } as const;
  return (["yes", "no", "unsure"] as const).flatMap((answer) => {
    const names = log.describe(answer);
    return names === "" ? [] : [`${words[answer]}: ${names}`];
  });
}
