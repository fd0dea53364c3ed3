/** What the ends of a behaviour send. */
import { seededRandom } from "../../src/base/random.ts";
import { joined, latin1, uint16 } from "../../src/packet/emit-bytes.ts";
import { emitClientHello, emitTlsRecords } from "../../src/packet/emit-tls.ts";

/** Payload of a full segment over Ethernet without options. */
export const FULL_SEGMENT_BYTES = 1460;

/** A ClientHello in one record. */
export function hello(name?: string, padding?: number): Uint8Array {
  return emitTlsRecords(
    emitClientHello({
      ...(name === undefined ? {} : { name }),
      ...(padding === undefined ? {} : { padding }),
    }),
  );
}

/** A hello of so many bytes in all, record header included: its padding comes behind the name. */
export function helloOf(name: string, bytes: number): Uint8Array {
  return hello(name, bytes - hello(name, 0).length);
}

/** The bytes with all bits of those from `at` on flipped. */
export function flipped(bytes: Uint8Array, at: number, count = 1): Uint8Array {
  const out = bytes.slice();
  for (let i = at; i < at + count; i++) out[i]! ^= 0xff;
  return out;
}

/** Where a name begins in a hello. */
export function nameAt(bytes: Uint8Array, name: string): number {
  return Buffer.from(bytes).indexOf(name);
}

/** No protocol: the first byte is none of any. */
export function noise(length: number): Uint8Array {
  const random = seededRandom(length);
  return Uint8Array.from({ length }, () => 0x80 | random.integer(0, 127));
}

/** A TLS record of application data. */
export function dataRecord(bodyBytes = 40): Uint8Array {
  return joined([23, 3, 3], uint16(bodyBytes), noise(bodyBytes));
}

export const CHANGE_CIPHER_SPEC = Uint8Array.of(20, 3, 3, 0, 1, 1);

export function connectRequest(host: string): Uint8Array {
  // More than 100 bytes, so that it is not its size that keeps the box looking.
  return latin1(
    `CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\nUser-Agent: ${"x".repeat(80)}\r\nProxy-Connection: keep-alive\r\n\r\n`,
  );
}

export const SOCKS_GREETING = Uint8Array.of(5, 1, 0);
export const SOCKS_ACCEPTED = Uint8Array.of(5, 0);
export const SOCKS_CONNECT = Uint8Array.of(5, 1, 0, 1, 192, 0, 2, 80, 1, 187);
export const SOCKS_CONNECTED = Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);
