/**
 * Exit codes (docs/format.md) and the one error that commands throw: a message for people, and its code.
 */
export const EXIT_BAD_INPUT = 1;
export const EXIT_NOT_MEASURED = 2;

/** One line: what happened, where, what to do. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_BAD_INPUT) {
    super(message);
    this.exitCode = exitCode;
  }
}
