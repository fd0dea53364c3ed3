/** One question over TCP: the message behind its length (RFC 1035, section 4.2.2). Bounded by `timeoutMs`. */
import type { DnsAnswer, Question } from "./dns-answer.ts";
import { readDnsAnswer } from "./dns-answer.ts";
import type { ReachEffects } from "./effects.ts";
import { CLOSED, stepFailure, TIME_OUT } from "./step-failure.ts";
import { connectTcp } from "./tcp-step.ts";

const LENGTH_BYTES = 2;

export interface NameServer {
  readonly ip: string;
  readonly port: number;
}

/** Resolves always, a stray answer included: nothing better comes over this connection. */
export async function askOverTcp(
  server: NameServer,
  question: Question,
  query: Buffer,
  timeoutMs: number,
  effects: ReachEffects,
): Promise<DnsAnswer> {
  const untilUs = effects.nowUs() + timeoutMs * 1000;
  const { socket, failure } = await connectTcp(server.ip, server.port, timeoutMs, effects);
  if (!socket) return { kind: "failure", failure };
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const finish = (answer: DnsAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const fail = (name: string): void => finish({ kind: "failure", failure: name });
    const timer = setTimeout(fail, Math.max(1, (untilUs - effects.nowUs()) / 1000), TIME_OUT);
    socket.on("error", (error) => fail(stepFailure(error)));
    socket.once("close", () => fail(CLOSED));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < LENGTH_BYTES) return;
      const end = LENGTH_BYTES + received.readUInt16BE(0);
      if (received.length >= end) finish(readDnsAnswer(received.subarray(LENGTH_BYTES, end), question));
    });
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
}
