/**
 * TCP header and options: RFC 9293; MSS; window scale and timestamps RFC 7323; SACK RFC 2018.
 * An option that runs past the captured header ends the reading of options, nothing more.
 */
import type { Packet } from "./packet.ts";
import { MAX_SACK_BLOCKS } from "./packet.ts";

const TCP_HEADER_BYTES = 20;
const OPTION_END = 0;
const OPTION_NOP = 1;
const OPTION_MSS = 2;
const OPTION_WINDOW_SCALE = 3;
const OPTION_SACK_PERMITTED = 4;
const OPTION_SACK = 5;
const OPTION_TIMESTAMPS = 8;

function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function decodeTcp(packet: Packet): void {
  const { bytes, end, ipPayloadOffset: at } = packet;
  packet.sackBlocks = 0;
  packet.hasTimestamps = false;
  packet.windowScale = -1;
  packet.maximumSegment = 0;
  packet.sackPermitted = false;
  if (end - at < TCP_HEADER_BYTES || packet.ipPayloadLength < TCP_HEADER_BYTES) return;
  const header = (bytes[at + 12]! >> 4) * 4;
  if (header < TCP_HEADER_BYTES || header > packet.ipPayloadLength) return;
  packet.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  packet.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  packet.sequence = read32(bytes, at + 4);
  packet.acknowledgement = read32(bytes, at + 8);
  packet.flags = bytes[at + 13]!;
  packet.window = (bytes[at + 14]! << 8) | bytes[at + 15]!;
  packet.hasTransport = true;
  packet.payloadOffset = at + header;
  packet.payloadLength = packet.ipPayloadLength - header;
  packet.payloadCaptured = Math.max(0, Math.min(packet.payloadLength, end - packet.payloadOffset));
  if (header > TCP_HEADER_BYTES) decodeOptions(packet, at + TCP_HEADER_BYTES, Math.min(at + header, end));
}

function decodeOptions(packet: Packet, start: number, end: number): void {
  const { bytes } = packet;
  // NOP NOP TIMESTAMPS is what nearly every data segment carries: RFC 7323, appendix A.
  if (
    end - start === 12 &&
    bytes[start] === 1 &&
    bytes[start + 1] === 1 &&
    bytes[start + 2] === OPTION_TIMESTAMPS &&
    bytes[start + 3] === 10
  ) {
    packet.hasTimestamps = true;
    packet.timestampValue = read32(bytes, start + 4);
    packet.timestampEcho = read32(bytes, start + 8);
    return;
  }
  let at = start;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === OPTION_END) return;
    if (kind === OPTION_NOP) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) return;
    if (kind === OPTION_TIMESTAMPS && length === 10) {
      packet.hasTimestamps = true;
      packet.timestampValue = read32(bytes, at + 2);
      packet.timestampEcho = read32(bytes, at + 6);
    } else if (kind === OPTION_SACK && length >= 10) {
      const blocks = Math.min((length - 2) >> 3, MAX_SACK_BLOCKS);
      for (let i = 0; i < 2 * blocks; i++) packet.sack[i] = read32(bytes, at + 2 + 4 * i);
      packet.sackBlocks = blocks;
    } else if (kind === OPTION_MSS && length === 4) {
      packet.maximumSegment = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    } else if (kind === OPTION_WINDOW_SCALE && length === 3) {
      packet.windowScale = Math.min(bytes[at + 2]!, 14);
    } else if (kind === OPTION_SACK_PERMITTED) {
      packet.sackPermitted = true;
    }
    at += length;
  }
}
