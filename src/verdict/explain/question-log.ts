/**
 * Questions of a search and what was answered. Each question is a maker of names, so that asking again comes with other
 * letters; one that is answered "unsure" is asked once more. Never more connections than `most`.
 */
import { groupBy } from "../../base/group-by.ts";
import type { Answer } from "./acted-on.ts";

export type MakeName = () => string;
/** Yields names to be tried side by side; is given one answer a name. */
export type Asking<T> = Generator<readonly string[], T, readonly Answer[]>;

export class QuestionLog {
  readonly answers: { readonly name: string; readonly answer: Answer }[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get left(): number {
    return this.#most - this.answers.length;
  }

  /** Undefined for what stayed unsure, or could not be asked any more. */
  *ask(makers: readonly MakeName[]): Asking<(boolean | undefined)[]> {
    const told: (boolean | undefined)[] = makers.map(() => undefined);
    for (let round = 0; round < 2; round++) {
      const open = told.flatMap((one, index) => (one === undefined ? [index] : [])).slice(0, this.left);
      if (open.length === 0) break;
      const names = open.map((index) => makers[index]!());
      const answers = yield names;
      for (const [position, index] of open.entries()) {
        const answer = answers[position] ?? "unsure";
        this.answers.push({ name: names[position]!, answer });
        if (answer !== "unsure") told[index] = answer === "yes";
      }
    }
    return told;
  }

  /** "a, b (2 times)": the names that were answered so. */
  describe(answer: Answer): string {
    const names = this.answers.filter((one) => one.answer === answer).map(({ name }) => name);
    return [...groupBy(names, (name) => name)]
      .map(([name, times]) => (times.length === 1 ? name : `${name} (${times.length} times)`))
      .join(", ");
  }
}
