/**
 * Names in the payload of a TCP stream from its place `start` on: TLS hellos of either end; HTTP requests and DNS
 * questions of the end that is inside. Never throws. Hellos allocate nothing.
 */
import { DNS_PORT, readDnsMessage, readDnsOverTcp } from "../../packet/dns.ts";
import { beginsLikeRequest, METHOD_STARTS, readHttpRequest } from "../../packet/http.ts";
import type { Packet } from "../../packet/packet.ts";
import { beginsLikeHello, TLS_RECORD_HANDSHAKE, TLS_RECORD_HEADER_BYTES } from "../../packet/tls.ts";
import { NAME_PROTOCOLS, type NameProtocol, type Rule } from "../../rules/rule.ts";
import type { FoundName } from "./found-name.ts";
import { findNameInRecord } from "./hello-trigger.ts";

/** In which protocols some rule of the list looks for names, or is content with any. */
export function wantedProtocols(rules: readonly Rule[]): ReadonlySet<NameProtocol> {
  const named = rules.filter(({ names, protocols }) => names.length > 0 || protocols.length > 0);
  return new Set(named.flatMap(({ protocols }) => (protocols.length > 0 ? protocols : NAME_PROTOCOLS)));
}

/** `up`: sent by the inside end. `packet` tells the ports only. */
export function findNameInStream(
  bytes: Uint8Array,
  start: number,
  end: number,
  packet: Packet,
  up: boolean,
  wanted: ReadonlySet<NameProtocol>,
  found: FoundName,
): boolean {
  if (start >= end) return false;
  const first = bytes[start]!;
  if (first === TLS_RECORD_HANDSHAKE && wanted.has("tls") && findNameInRecord(bytes, start, end, found)) {
    return true;
  }
  if (!up) return false;
  if (METHOD_STARTS[first] !== 0 && wanted.has("http")) {
    const reading = readHttpRequest(bytes, start, end);
    if (reading.kind === "name") return found.setText("http", reading.name);
  }
  if (packet.destinationPort !== DNS_PORT || !wanted.has("dns")) return false;
  const reading = readDnsOverTcp(bytes, start, end);
  return reading.kind === "questions" && found.setText("dns", reading.names[0]!);
}

/** Whether the bytes begin a hello or a request that goes on behind them. */
export function isUnfinished(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end) return false;
  if (beginsLikeHello(bytes, start, end)) {
    const body = start + TLS_RECORD_HEADER_BYTES;
    return body > end || body + ((bytes[start + 3]! << 8) | bytes[start + 4]!) > end;
  }
  return beginsLikeRequest(bytes, start, end) && readHttpRequest(bytes, start, end).kind === "need-more";
}

/** The question of a datagram to a resolver. */
export function findNameInDns(packet: Packet, found: FoundName): boolean {
  const { bytes, payloadOffset, payloadCaptured, payloadLength } = packet;
  const reading = readDnsMessage(bytes, payloadOffset, payloadOffset + payloadCaptured, payloadLength);
  return reading.kind === "questions" && found.setText("dns", reading.names[0]!);
}
