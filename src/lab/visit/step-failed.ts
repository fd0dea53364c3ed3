/** How a visit's step failed: thrown between its steps, and written down by carryOutVisit. */
import type { Operation } from "../../observation/vocabulary.ts";

/** OONI df-007. */
export const TIME_OUT = "generic_timeout_error";
export const CLOSED = "eof_error";

export class StepFailed extends Error {
  readonly operation: Operation;
  readonly failure: string;

  constructor(operation: Operation, failure: string) {
    super(failure);
    this.operation = operation;
    this.failure = failure;
  }
}
