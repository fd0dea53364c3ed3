/**
 * Reaches for a target as a browser does and writes every step down: look-ups (the system's, and a second resolver's at
 * the same time), TCP to at most MAX_ADDRESSES of the addresses in the system's order until one connects, TLS, HTTP;
 * and a QUIC Initial to the same address beside TLS and HTTP. A failed step ends those that build on it and keeps what
 * was learned; where the system names no usable address, the second resolver's are tried.
 * Network failure is data. Resolves always, at the latest a little after `timeoutMs`.
 */
import { isIP, isIPv6, type Socket } from "node:net";
import { domainToASCII } from "node:url";
import { type Attempt, HTTP_PORT, HTTPS_PORT, schemeOf } from "./attempt.ts";
import { Deadline } from "./deadline.ts";
import { nodeEffects, type ReachEffects } from "./effects.ts";
import { type Candidate, findAddresses } from "./find-addresses.ts";
import { fetchPage } from "./http-step.ts";
import { QUIC_TIMEOUT_MS, sendQuicInitial } from "./quic-initial.ts";
import type { Reach, ReachOptions, ReachTarget } from "./reach-record.ts";
import { withFailure } from "./reach-record.ts";
import { connectTcp } from "./tcp-step.ts";
import { shakeHands } from "./tls-step.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** Of the time that is left after the look-ups, what the connects may take: silence on TCP says nothing of QUIC. */
const CONNECT_SHARE_BESIDE_QUIC = 0.7;

export async function reachTarget(
  target: ReachTarget,
  options: ReachOptions,
  effects: ReachEffects = nodeEffects,
): Promise<Reach> {
  const startedAtMs = effects.wallMs();
  const bare = target.name.replace(/^\[(.*)\]$/, "$1");
  const name = isIP(bare) ? bare : domainToASCII(bare);
  const attempt: Attempt = {
    target: { ...target, name },
    port: options.connect?.port ?? target.port,
    isPlain: schemeOf(target) === "http",
    options,
    effects,
    deadline: new Deadline(effects.nowUs, options.timeoutMs),
    steps: [],
  };
  const { candidates, rest } = await findAddresses(attempt);
  if (candidates.length > 0) await followAddresses(attempt, candidates);
  await rest;
  const steps = attempt.steps.toSorted((a, b) => a.startedUs - b.startedUs);
  return { target, startedAtMs, durationUs: attempt.deadline.elapsedUs(), steps };
}

async function followAddresses(attempt: Attempt, candidates: readonly Candidate[]): Promise<void> {
  const wantsQuic = attempt.options.quic && !attempt.isPlain;
  const connected = await connectFirst(attempt, candidates, wantsQuic ? CONNECT_SHARE_BESIDE_QUIC : 1);
  const { address } = connected ?? candidates[0]!;
  await Promise.all([
    connected ? talk(attempt, address, connected.socket) : undefined,
    wantsQuic ? tryQuic(attempt, address) : undefined,
  ]);
}

async function connectFirst(
  attempt: Attempt,
  candidates: readonly Candidate[],
  share: number,
): Promise<{ readonly address: string; readonly socket: Socket } | undefined> {
  const { deadline, effects, port } = attempt;
  const untilMs = deadline.elapsedUs() / 1000 + share * deadline.leftMs();
  for (const [index, candidate] of candidates.entries()) {
    const { address } = candidate;
    const startedUs = deadline.elapsedUs();
    const leftMs = untilMs - startedUs / 1000;
    // A silent address leaves as much for each of those behind it.
    const timeoutMs = Math.min(CONNECT_TIMEOUT_MS, leftMs / (candidates.length - index));
    if (timeoutMs < 1) return undefined;
    const { socket, failure } = await connectTcp(address, port, timeoutMs, effects);
    const family = isIPv6(address) ? 6 : 4;
    const durationUs = deadline.elapsedUs() - startedUs;
    attempt.steps.push(
      withFailure({ operation: "connect", startedUs, durationUs, ...candidate, port, family }, failure),
    );
    if (socket) return { address, socket };
  }
  return undefined;
}

/** TLS unless the target is plain, and HTTP. Leaves no socket behind. */
async function talk(attempt: Attempt, address: string, socket: Socket): Promise<void> {
  const { target, options, deadline, effects, steps, port } = attempt;
  const place = { address, port };
  let stream = socket;
  try {
    if (!attempt.isPlain) {
      const startedUs = deadline.elapsedUs();
      const timeoutMs = deadline.leftMs(HANDSHAKE_TIMEOUT_MS);
      const hands = await shakeHands(socket, target.name, options.ca, timeoutMs);
      const durationUs = deadline.elapsedUs() - startedUs;
      const problem = options.insecure ? undefined : hands.learned.certificateProblem?.failure;
      const times = { operation: "tls_handshake" as const, startedUs, durationUs };
      steps.push(withFailure({ ...times, ...place, ...hands.learned }, hands.learned.failure ?? problem));
      if (!hands.stream) return;
      stream = hands.stream;
      if (problem !== undefined) return;
    }
    const startedUs = deadline.elapsedUs();
    const page = await fetchPage(
      stream,
      target,
      attempt.isPlain ? HTTP_PORT : HTTPS_PORT,
      deadline.leftMs(),
      effects,
    );
    steps.push({ startedUs, durationUs: deadline.elapsedUs() - startedUs, ...place, ...page });
  } finally {
    stream.destroy();
    socket.destroy();
  }
}

async function tryQuic(attempt: Attempt, address: string): Promise<void> {
  const { target, deadline, effects, steps, port } = attempt;
  const startedUs = deadline.elapsedUs();
  const timeoutMs = deadline.leftMs(QUIC_TIMEOUT_MS);
  const learned = await sendQuicInitial({ address, port, name: target.name, timeoutMs }, effects);
  steps.push({ operation: "quic_handshake", startedUs, address, port, ...learned });
}
