/**
 * Builds DNS queries and responses (RFC 1035 section 4), and their form over TCP (section 4.2.2).
 * Names are labels joined by dots, one byte a character; "." is the root.
 */
import { joined, latin1, prefixed, uint16, uint32 } from "./emit-bytes.ts";

export const DNS_TYPE_A = 1;
export const DNS_TYPE_AAAA = 28;
const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const RESPONSE = 0x8180;
/** Points to the question's name, right behind the header. */
const QUESTION_POINTER = 0xc00c;

export interface DnsMessage {
  readonly id?: number;
  readonly name: string;
  readonly type?: number;
  /** Response code of a response (RFC 6895, section 2.3). */
  readonly responseCode?: number;
  /** Data of each answer: 4 bytes for A, 16 for AAAA. Their presence, or a response code, makes it a response. */
  readonly answers?: readonly Uint8Array[];
  readonly timeToLiveSeconds?: number;
}

export function emitDnsName(name: string): Uint8Array {
  const labels = name === "." || name === "" ? [] : name.split(".");
  return joined(...labels.map((label) => prefixed(1, latin1(label))), [0]);
}

export function emitDnsMessage(message: DnsMessage): Uint8Array {
  const { answers = [], type = DNS_TYPE_A, responseCode } = message;
  const isResponse = message.answers !== undefined || responseCode !== undefined;
  return joined(
    uint16(message.id ?? 0x1234),
    uint16(isResponse ? RESPONSE | (responseCode ?? 0) : RECURSION_DESIRED),
    uint16(1),
    uint16(answers.length),
    [0, 0, 0, 0],
    emitDnsName(message.name),
    uint16(type),
    uint16(CLASS_IN),
    ...answers.map((data) =>
      joined(
        uint16(QUESTION_POINTER),
        uint16(type),
        uint16(CLASS_IN),
        uint32(message.timeToLiveSeconds ?? 300),
        prefixed(2, data),
      ),
    ),
  );
}

/** Messages one behind the other, each with its length before it. */
export function emitDnsOverTcp(...messages: readonly Uint8Array[]): Uint8Array {
  return joined(...messages.map((message) => prefixed(2, message)));
}
