/**
 * Whether QUIC gets through: sends a real Initial (RFC 9000 section 17.2.2, 1200 bytes, HTTP/3 ClientHello with the
 * SNI) up to MAX_SENT times and tells what came back, and when. A reserved `version` (0x?a?a?a?a, RFC 9000 section 15)
 * asks for a Version Negotiation instead, which every server owes (section 6.1): such a datagram carries no name.
 * Waits on past datagrams that prove nothing; ends with the first proof, a refusal, or `timeoutMs`.
 */
import type { Socket } from "node:dgram";
import { isIP, isIPv6 } from "node:net";
import { uint32 } from "../../packet/emit-bytes.ts";
import { emitQuicHello, MIN_CLIENT_DATAGRAM_BYTES } from "../../packet/emit-quic.ts";
import { QUIC_V1, quicVersion } from "../../packet/quic-keys.ts";
import type { ReachEffects } from "./effects.ts";
import { nodeEffects } from "./effects.ts";
import type { QuicReading, SentInitial } from "./quic-answer.ts";
import { readQuicAnswer } from "./quic-answer.ts";
import { emitQuicClientHello } from "./quic-hello.ts";
import type { QuicStep } from "./reach-record.ts";
import { stepFailure, TIME_OUT } from "./step-failure.ts";

export const MAX_SENT = 3;
/** When Initials are sent again, as shares of the time: waits that double (RFC 9002, section 6.2.1). */
const SEND_AGAIN_AT_SHARE = [1 / 7, 3 / 7];
/** With RFC 9002's initial time-out of 1 s: sent at 0, 1 and 3 s. */
export const QUIC_TIMEOUT_MS = 7000;
const ID_BYTES = 8;

export interface QuicRequest {
  readonly address: string;
  readonly port: number;
  /** SNI; absent, or an address: none. */
  readonly name?: string;
  /** Absent: QUIC version 1. A version without known keys goes out as padding. */
  readonly version?: number;
  readonly timeoutMs?: number;
}

export type QuicLearned = Omit<QuicStep, "operation" | "startedUs" | "address" | "port">;

/** A reserved version out of four random bytes. */
export function reservedVersion(random: Uint8Array): number {
  return [0, 1, 2, 3].reduce((version, i) => version * 256 + ((random[i]! & 0xf0) | 0x0a), 0);
}

/** Resolves always. */
export function sendQuicInitial(
  request: QuicRequest,
  effects: ReachEffects = nodeEffects,
): Promise<QuicLearned> {
  const timeoutMs = request.timeoutMs ?? QUIC_TIMEOUT_MS;
  const initial: SentInitial = {
    version: request.version ?? QUIC_V1,
    destinationId: effects.randomBytes(ID_BYTES),
    sourceId: effects.randomBytes(ID_BYTES),
  };
  const datagrams = initialDatagrams(request, initial, effects);
  let startUs = effects.nowUs();
  return new Promise((resolve) => {
    let socket: Socket | undefined;
    let sent = 0;
    let strays = 0;
    let unproven: QuicReading | undefined;
    const finish = (reading: QuicReading | undefined, failure?: string): void => {
      for (const timer of timers) clearTimeout(timer);
      socket?.removeAllListeners();
      socket?.on("error", () => {});
      socket?.close();
      socket = undefined;
      const { kind: answer, ...learned } = reading ?? { kind: "silence" as const };
      const durationUs = Math.round(effects.nowUs() - startUs);
      resolve({
        durationUs,
        answer,
        ...learned,
        sent,
        strays,
        ...(failure === undefined ? {} : { failure }),
      });
    };
    const send = (): void => {
      // Opening the socket is not the network's time.
      if (sent === 0) startUs = effects.nowUs();
      const datagram = datagrams[sent++];
      if (datagram)
        socket?.send(datagram, (error) => error && socket && finish(unproven, stepFailure(error)));
    };
    const timers = [setTimeout(() => finish(unproven, unproven ? undefined : TIME_OUT), timeoutMs)];
    try {
      socket = effects.openUdp(isIPv6(request.address) ? 6 : 4);
      socket.on("error", (error) => finish(unproven, stepFailure(error)));
      socket.on("message", (bytes) => {
        const reading = readQuicAnswer(bytes, initial);
        if (!reading) strays++;
        else if (reading.kind === "other") unproven = reading;
        else finish(reading);
      });
      // Connected: the kernel drops what others send, and tells of refusals.
      socket.once("connect", () => {
        send();
        for (const share of SEND_AGAIN_AT_SHARE) timers.push(setTimeout(send, share * timeoutMs));
      });
      socket.connect(request.port, request.address);
    } catch (error) {
      finish(undefined, stepFailure(error));
    }
  });
}

/** MAX_SENT datagrams: the same hello, rising packet numbers. */
function initialDatagrams(request: QuicRequest, initial: SentInitial, effects: ReachEffects): Uint8Array[] {
  const { version, ...ids } = initial;
  if (!quicVersion(version))
    return Array.from({ length: MAX_SENT }, () => unknownVersionDatagram(initial, effects));
  const name = request.name?.replace(/\.$/, "");
  const hello = emitQuicClientHello({
    ...(name === undefined || isIP(name) ? {} : { name }),
    random: effects.randomBytes(32),
    publicKey: effects.randomBytes(32),
    sourceId: initial.sourceId,
  });
  return Array.from(
    { length: MAX_SENT },
    (_, packetNumber) => emitQuicHello(hello, { version, ...ids, packetNumber })[0]!,
  );
}

/** A long header as all versions have it (RFC 8999, section 5.1), random bytes up to the least size. */
function unknownVersionDatagram(initial: SentInitial, effects: ReachEffects): Uint8Array {
  const datagram = Uint8Array.from(effects.randomBytes(MIN_CLIENT_DATAGRAM_BYTES));
  datagram.set([
    0xc0,
    ...uint32(initial.version),
    ID_BYTES,
    ...initial.destinationId,
    ID_BYTES,
    ...initial.sourceId,
  ]);
  return datagram;
}
