/**
 * The token that proves to the UDP echo that its holder receives what is sent to an address. Nothing is stored: it is
 * HMAC-SHA-256(secret, address, minute), cut to 16 bytes, good in its own minute and the next, so 60 to 120 s.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { plainAddress } from "./client-address.ts";

export const TOKEN_BYTES = 16;
/** A token is good for at least so long. */
export const TOKEN_SECONDS = 60;
const MINUTE_MS = 60_000;

export function makeToken(secret: Uint8Array, address: string, nowMs: number): Buffer {
  return tokenOfMinute(secret, plainAddress(address), Math.floor(nowMs / MINUTE_MS));
}

/** Whether `bytes` begins with a token that this address holds now. */
export function holdsToken(secret: Uint8Array, address: string, bytes: Uint8Array, nowMs: number): boolean {
  if (bytes.length < TOKEN_BYTES) return false;
  const plain = plainAddress(address);
  const minute = Math.floor(nowMs / MINUTE_MS);
  const shown = bytes.subarray(0, TOKEN_BYTES);
  return [minute, minute - 1].some((one) => timingSafeEqual(tokenOfMinute(secret, plain, one), shown));
}

function tokenOfMinute(secret: Uint8Array, plain: string, minute: number): Buffer {
  return createHmac("sha256", secret).update(`${plain} ${minute}`).digest().subarray(0, TOKEN_BYTES);
}
