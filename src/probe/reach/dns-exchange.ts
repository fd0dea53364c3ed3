/**
 * One question to one name server, as a stub resolver asks it: over UDP, asked again after TRY_AGAIN_MS up to
 * MAX_TRIES times, over TCP when the answer was cut off. The first answer to the question counts; what answers something
 * else is waited on past, and told when nothing better comes. After the one answer to the one query, LATER_ANSWER_MS are
 * given to another that contradicts it (contradiction.ts): a box on the way answers before the server does. Bounded by `timeoutMs`.
 */
import { randomInt } from "node:crypto";
import type { Socket as UdpSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { contradicts } from "./contradiction.ts";
import type { AddressType, DnsAnswer, Question } from "./dns-answer.ts";
import { emitQuestion, readDnsAnswer } from "./dns-answer.ts";
import { askOverTcp, type NameServer } from "./dns-over-tcp.ts";
import type { ReachEffects } from "./effects.ts";
import { stepFailure, TIME_OUT } from "./step-failure.ts";

const TRY_AGAIN_MS = 1500;
const MAX_TRIES = 3;
/** A little more than a round trip across the world, behind an answer that came from nearer. */
const LATER_ANSWER_MS = 300;
const MAX_LATER = 16;

interface Manner {
  readonly viaTcp: boolean;
  /** Addresses or failures of later answers that contradict the first. */
  readonly laterAnswers: readonly string[];
}
export type Exchange = Manner & ({ readonly addresses: readonly string[] } | { readonly failure: string });
type Final = Exclude<DnsAnswer, { kind: "stray" }>;

/** Resolves always. */
export async function askNameServer(
  server: NameServer,
  name: string,
  type: AddressType,
  timeoutMs: number,
  effects: ReachEffects,
): Promise<Exchange> {
  const untilUs = effects.nowUs() + timeoutMs * 1000;
  const question: Question = { id: randomInt(65_536), name, type };
  const query = emitQuestion(question);
  if (!query) return { failure: "invalid_argument", viaTcp: false, laterAnswers: [] };
  const { answer, laterAnswers } = await askOverUdp(server, question, query, timeoutMs, effects);
  if (answer.kind !== "cut-off") return { ...outcome(answer), viaTcp: false, laterAnswers };
  const leftMs = Math.max(1, (untilUs - effects.nowUs()) / 1000);
  const overTcp = await askOverTcp(server, question, query, leftMs, effects);
  return { ...outcome(overTcp), viaTcp: true, laterAnswers };
}

function outcome(answer: DnsAnswer): { addresses: readonly string[] } | { failure: string } {
  if (answer.kind === "addresses") return { addresses: answer.addresses };
  return { failure: answer.kind === "failure" ? answer.failure : "dns_server_misbehaving" };
}

function said(answer: Final): readonly string[] {
  if (answer.kind === "cut-off") return [];
  return answer.kind === "addresses" ? answer.addresses : [answer.failure];
}

function askOverUdp(
  server: NameServer,
  question: Question,
  query: Buffer,
  timeoutMs: number,
  effects: ReachEffects,
): Promise<{ readonly answer: Final; readonly laterAnswers: readonly string[] }> {
  return new Promise((resolve) => {
    let stray: string | undefined;
    let first: Final | undefined;
    const later = new Set<string>();
    let tries = 0;
    let socket: UdpSocket | undefined;
    const finish = (answer: Final): void => {
      clearTimeout(timer);
      clearTimeout(laterTimer);
      clearInterval(again);
      socket?.removeAllListeners();
      socket?.on("error", () => {});
      socket?.close();
      socket = undefined;
      resolve({ answer, laterAnswers: [...later] });
    };
    const fail = (failure: string): void => finish(first ?? { kind: "failure", failure });
    const send = (): void => {
      if (tries++ < MAX_TRIES) socket?.send(query, (error) => error && socket && fail(stepFailure(error)));
    };
    const accept = (answer: Final): void => {
      if (first) {
        if (!contradicts(first, answer)) return;
        for (const word of said(answer))
          if (later.size < MAX_LATER && !said(first).includes(word)) later.add(word);
        return;
      }
      // Each query has an answer of its own: two to one are one too many.
      if (answer.kind === "cut-off" || tries > 1) {
        finish(answer);
        return;
      }
      first = answer;
      clearInterval(again);
      laterTimer = setTimeout(finish, LATER_ANSWER_MS, answer);
    };
    const timer = setTimeout(() => fail(stray ?? TIME_OUT), timeoutMs);
    let laterTimer: NodeJS.Timeout | undefined;
    const again = setInterval(send, TRY_AGAIN_MS);
    try {
      socket = effects.openUdp(isIPv6(server.ip) ? 6 : 4);
      socket.on("error", (error) => fail(stepFailure(error)));
      socket.on("message", (bytes) => {
        const answer = readDnsAnswer(bytes, question);
        if (answer.kind !== "stray") accept(answer);
        else stray = answer.why === "wrong-id" ? "dns_reply_with_wrong_query_id" : "dns_server_misbehaving";
      });
      // Connected: the kernel drops what others send, and tells of refusals.
      socket.once("connect", send);
      socket.connect(server.port, server.ip);
    } catch (error) {
      fail(stepFailure(error));
    }
  });
}
