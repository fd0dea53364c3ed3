/**
 * A DNS message that came back for one question: bytes in, what they say out (RFC 1035, section 4; RFC 8020 for
 * NXDOMAIN). At most MAX_ADDRESSES addresses are kept. Never throws, whatever the bytes.
 */
import dnsPacket from "dns-packet";

const RCODE_MASK = 15;
export const MAX_ADDRESSES = 16;

export type AddressType = "A" | "AAAA";

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: AddressType;
}

export type DnsAnswer =
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  /** OONI df-007. */
  | { readonly kind: "failure"; readonly failure: string }
  /** To be asked again over TCP. */
  | { readonly kind: "cut-off" }
  /** Answers something else: not to be believed, and waited on. */
  | { readonly kind: "stray"; readonly why: "malformed" | "wrong-id" | "wrong-question" };

/** RFC 1035, section 4.1.1; the names of OONI df-007. */
const RCODES: Readonly<Record<number, string>> = {
  2: "dns_servfail_error",
  3: "dns_nxdomain_error",
  5: "dns_refused_error",
};

const MAX_NAME_CHARACTERS = 253;

/** Undefined for a name that does not fit DNS: RFC 1035, section 2.3.4. */
export function emitQuestion({ id, name, type }: Question): Buffer | undefined {
  const bare = name.replace(/\.$/, "");
  const fits =
    bare.length <= MAX_NAME_CHARACTERS &&
    /^[\x21-\x2d\x2f-\x7e]{1,63}(?:\.[\x21-\x2d\x2f-\x7e]{1,63})*$/.test(bare);
  if (!fits) return undefined;
  return dnsPacket.encode({
    type: "query",
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type, name }],
  });
}

export function readDnsAnswer(bytes: Uint8Array, question: Question): DnsAnswer {
  let packet: dnsPacket.DecodedPacket;
  try {
    packet = dnsPacket.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch {
    return withoutAnswers(bytes, question) ?? { kind: "stray", why: "malformed" };
  }
  if (packet.id !== question.id) return { kind: "stray", why: "wrong-id" };
  if (packet.type !== "response" || !repeats(packet, question))
    return { kind: "stray", why: "wrong-question" };
  if (packet.flag_tc) return { kind: "cut-off" };
  const code = (packet.flags ?? 0) & RCODE_MASK;
  if (code !== 0) return { kind: "failure", failure: RCODES[code] ?? "dns_server_misbehaving" };
  const addresses = (packet.answers ?? []).flatMap((answer) =>
    answer.type === question.type && "data" in answer ? [String(answer.data)] : [],
  );
  return addresses.length > 0
    ? { kind: "addresses", addresses: [...new Set(addresses)].slice(0, MAX_ADDRESSES) }
    : { kind: "failure", failure: "dns_no_answer" };
}

/** Servers may leave the question out of an error; none answers another one. */
function repeats(packet: dnsPacket.DecodedPacket, { name, type }: Question): boolean {
  const asked = packet.questions ?? [];
  if (asked.length === 0) return ((packet.flags ?? 0) & RCODE_MASK) !== 0;
  return asked.length === 1 && asked[0]!.type === type && sameName(asked[0]!.name, name);
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, "") === b.toLowerCase().replace(/\.$/, "");
}

/** A message that is cut in the middle of a record and says so in its header (RFC 2181, section 9). */
function withoutAnswers(bytes: Uint8Array, { id }: Question): DnsAnswer | undefined {
  const isOurs = bytes.length >= 12 && ((bytes[0]! << 8) | bytes[1]!) === id;
  return isOurs && (bytes[2]! & 0x82) === 0x82 ? { kind: "cut-off" } : undefined;
}
