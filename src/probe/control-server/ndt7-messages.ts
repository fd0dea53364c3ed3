/**
 * The forms of ndt7 (spec of m-lab/ndt-server, v0.9): measurement messages and the sizes of binary messages.
 */
export const NDT7_PROTOCOL = "net.measurementlab.ndt.v7";
export const MEASURE_EVERY_MS = 250;
/** Of a query string. */
export const LONGEST_QUERY = 4096;

const FIRST_MESSAGE_BYTES = 1 << 13;
/** The spec allows 1 << 24. Small enough not to hold much for a client that stops reading. */
export const LARGEST_MESSAGE_BYTES = 1 << 18;
/** A message is at most this share of what was sent before. */
const SHARE_OF_SENT = 16;

export type Ndt7Test = "download" | "upload";

/** Undefined for any other path. */
export function ndt7TestOf(path: string): Ndt7Test | undefined {
  if (path === "/ndt/v7/download") return "download";
  return path === "/ndt/v7/upload" ? "upload" : undefined;
}

export function measurementMessage(test: Ndt7Test, elapsedUs: number, bytes: number): string {
  const AppInfo = { ElapsedTime: Math.round(elapsedUs), NumBytes: bytes };
  return JSON.stringify({ AppInfo, Origin: "server", Test: test });
}

/** The size of the next binary message: doubled when that is a small share of what was sent. */
export function nextMessageBytes(lastBytes: number | undefined, sentBytes: number): number {
  if (lastBytes === undefined) return FIRST_MESSAGE_BYTES;
  const isSmall = lastBytes < LARGEST_MESSAGE_BYTES && lastBytes < sentBytes / SHARE_OF_SENT;
  return isSmall ? 2 * lastBytes : lastBytes;
}
