/**
 * The child's side of a part of the laboratory that runs in a process of its own: it gets its setup as the first
 * message, says when it is ready, answers requests, and ends when its parent is gone.
 */
export interface PartRequest {
  readonly request: number;
  readonly body: unknown;
}

export type PartMessage =
  | { readonly kind: "ready"; readonly note?: unknown }
  | { readonly kind: "answer"; readonly request: number; readonly body: unknown }
  | { readonly kind: "refused"; readonly request: number; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

export class ChildPart {
  stopped = false;
  /** Answers the parent's requests; what it throws is the refusal's reason. */
  onRequest: (body: unknown) => unknown = () => undefined;

  ready(note?: unknown): void {
    tell({ kind: "ready", note });
  }
}

/** Runs `work` with the setup that the parent sends; an error of it ends the process and reaches the parent. */
export function childPart<Setup>(work: (setup: Setup, part: ChildPart) => Promise<void>): void {
  const part = new ChildPart();
  process.on("disconnect", () => process.exit(0));
  // A terminal's Ctrl-C reaches every process: the parent decides when its parts end.
  process.on("SIGINT", () => {});
  process.once("message", (setup: Setup) => {
    process.on("message", ({ request, body }: PartRequest) => {
      Promise.resolve()
        .then(() => part.onRequest(body))
        .then(
          (answer) => tell({ kind: "answer", request, body: answer }),
          (error: Error) => tell({ kind: "refused", request, reason: error.message }),
        );
    });
    work(setup, part).catch((error: Error) => {
      tell({ kind: "failed", reason: error.message });
      process.exitCode = 1;
      process.disconnect();
    });
  });
}

function tell(message: PartMessage): void {
  if (process.connected) process.send!(message);
}
