/**
 * The failure union: bad input is returned, never thrown.
 * A Problem says what happened and where (byte offset from the start of the decompressed input, or a line).
 */
export interface Problem {
  readonly reason: string;
  /** Byte offset in the decompressed input. */
  readonly offset?: number;
  /** Line, counted from 1, for line-oriented input. */
  readonly line?: number;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure<T = never>(reason: string, where: Omit<Problem, "reason"> = {}): Result<T> {
  return { ok: false, problem: { reason, ...where } };
}
