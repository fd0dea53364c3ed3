/**
 * The commands' side of a laboratory's control socket.
 */
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { labFolder, SOCKET } from "./lab-record.ts";
import type { LabAnswer, LabRequest } from "./protocol.ts";

/** It does not answer, or ended while it was asked. */
export class LabUnreachable extends Error {}

/** Rejects with the laboratory's reason, or when it is gone. */
export function askLab<Result>(
  id: string,
  request: LabRequest,
  onLine: (line: Record<string, unknown>) => void = () => {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(labFolder(id), SOCKET));
    socket.on("error", (error) =>
      reject(new LabUnreachable(`the laboratory ${id} cannot be reached: ${error.message}`)),
    );
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    const lines = createInterface({ input: socket });
    // The reader repeats its input's errors, which are handled above.
    lines.on("error", () => {});
    lines.on("line", (text) => {
      const answer = JSON.parse(text) as LabAnswer;
      if (answer.kind === "line") onLine(answer.line);
      else if (answer.kind === "done") resolve(answer.result as Result);
      else reject(new Error(answer.reason));
    });
    socket.on("close", () => reject(new LabUnreachable(`the laboratory ${id} ended`)));
  });
}
