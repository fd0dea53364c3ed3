/**
 * Asks the server that the page came from, and no other. An answer is kept while the page is open, so that pictures that ask
 * the same share it; a failure is told in the server's own words.
 */
import { useEffect, useState } from "react";

export type Answer<T> =
  /** `because`: what the server said meanwhile, which is still working on it. */
  | { readonly state: "waiting"; readonly because?: string }
  | { readonly state: "failed"; readonly status: number; readonly because: string }
  | { readonly state: "here"; readonly value: T };

/** Where an answer is of what was judged before: when that was read, and how many measurements it was. */
export interface AsOf {
  readonly time: string;
  readonly measurements: number;
}

export type Parameters = Readonly<Record<string, string | number | undefined>>;

const MOST_KEPT = 64;
const FRESH_MS = 60_000;
const MOST_AGAIN = 60;
const AGAIN_MS = 5_000;
const kept = new Map<string, Kept>();

interface Kept {
  readonly atMs: number;
  readonly answer: Promise<unknown>;
  /** Whoever waits for it, to be told why. */
  readonly waiting: Set<(because: string) => void>;
}

class Failed extends Error {
  readonly status: number;
  constructor(status: number, because: string) {
    super(because);
    this.status = status;
  }
}

/** "/api/v1/networks" and its parameters; those that are undefined are left out. */
export function questionOf(path: string, parameters: Parameters = {}): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

export function ask<T>(question: string, onWaiting: (because: string) => void = () => {}): Promise<T> {
  const known = kept.get(question);
  if (known && Date.now() - known.atMs < FRESH_MS) {
    known.waiting.add(onWaiting);
    return known.answer as Promise<T>;
  }
  const waiting = new Set([onWaiting]);
  const answer = fetchJson(question, (because) => {
    for (const tell of waiting) tell(because);
  });
  kept.delete(question);
  kept.set(question, { atMs: Date.now(), answer, waiting });
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  answer.catch(() => kept.delete(question));
  return answer as Promise<T>;
}

/** Undefined asks nothing, and waits. */
export function useAnswer<T>(question: string | undefined): Answer<T> {
  const [held, setHeld] = useState<{ question: string | undefined; answer: Answer<T> }>({
    ...{ question: undefined, answer: { state: "waiting" } },
  });
  useEffect(() => {
    if (question === undefined) return;
    let isWanted = true;
    const tell = (answer: Answer<T>): void => {
      if (isWanted) setHeld({ question, answer });
    };
    ask<T>(question, (because) => tell({ state: "waiting", because })).then(
      (value) => tell({ state: "here", value }),
      (error: unknown) =>
        tell({
          ...{ state: "failed", status: error instanceof Failed ? error.status : 0 },
          because: error instanceof Error ? error.message : String(error),
        }),
    );
    return () => {
      isWanted = false;
    };
  }, [question]);
  return held.question === question ? held.answer : { state: "waiting" };
}

/** What a server is still working on is asked for again, for as long as it says so. */
async function fetchJson(question: string, onBusy: (because: string) => void): Promise<unknown> {
  let response = await fetch(question, { headers: { accept: "application/json" } });
  for (let again = 0; again < MOST_AGAIN && isBusy(response); again++) {
    const busy = (await response.json().catch(() => undefined)) as { error?: unknown } | undefined;
    if (typeof busy?.error === "string") onBusy(busy.error);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    response = await fetch(question, { headers: { accept: "application/json" } });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body;
  const said = (body as { error?: unknown } | undefined)?.error;
  throw new Failed(response.status, typeof said === "string" ? said : `HTTP ${response.status}`);
}

function isBusy({ status, headers }: Response): boolean {
  return status === 503 && headers.has("retry-after");
}
