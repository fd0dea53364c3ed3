/** The catalogue's shape: sentences, and functions that make one of values. */
import type { english } from "./english.ts";

type Said<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Said<T[K]> };

export type Words = Said<typeof english>;
