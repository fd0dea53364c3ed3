/** Carries out a search over names (the caller's, who decides): each name it asks for is one connection to the server. */
import type { Answer, Oracle } from "./oracle.ts";

/** Yields names that can be tried side by side; is given one answer a name. */
export type NameSearch<T> = Generator<readonly string[], T, readonly Answer[]>;

export async function tryNames<T>(search: NameSearch<T>, oracle: Oracle): Promise<T> {
  let step = search.next();
  while (!step.done) {
    const asked = await oracle.askAll(step.value.map((name) => ({ name })));
    step = search.next(asked.map(({ answer }) => answer));
  }
  return step.value;
}
