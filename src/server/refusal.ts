/** What a request is refused with: an HTTP status and one line for the other side. */
export class Refusal extends Error {
  readonly statusCode: number;
  /** Seconds, where coming again later helps. */
  readonly retryAfterS: number | undefined;

  constructor(statusCode: number, message: string, retryAfterS?: number) {
    super(message);
    this.statusCode = statusCode;
    this.retryAfterS = retryAfterS;
  }
}
