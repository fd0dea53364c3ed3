/**
 * The laboratory's side of its control socket. Only the user who started it can reach the socket's folder.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { LabAnswer, LabRequest } from "./protocol.ts";

const LONGEST_REQUEST = 1_000_000;

/** Answers a request; calls `line` for what comes before the result. Rejects with a reason for people. */
export type AnswerRequest = (
  request: LabRequest,
  line: (line: Record<string, unknown>) => void,
  closed: Promise<void>,
) => Promise<unknown>;

export function serveControl(path: string, answer: AnswerRequest): Promise<Server> {
  const server = createServer((socket) => serveOne(socket, answer));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}

function serveOne(socket: Socket, answer: AnswerRequest): void {
  let held = "";
  let isAsked = false;
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.setEncoding("utf8");
  socket.on("error", () => socket.destroy());
  socket.on("data", (piece: string) => {
    held += piece;
    const end = held.indexOf("\n");
    if (held.length > LONGEST_REQUEST) socket.destroy();
    if (end < 0 || isAsked) return;
    isAsked = true;
    const send = (message: LabAnswer): void => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
    };
    Promise.resolve()
      .then(() => JSON.parse(held.slice(0, end)) as LabRequest)
      .then((request) => answer(request, (line) => send({ kind: "line", line }), closed))
      .then(
        (result) => send({ kind: "done", result: result ?? null }),
        (error: Error) => send({ kind: "refused", reason: error.message }),
      )
      .then(() => socket.end());
  });
}
