/**
 * A video of about so many bytes, evenly over its length: a small WebM clip (scenarios/media/clip.webm, ten seconds) with
 * Void elements (RFC 8794, section 11.3.2) between its clusters, which players skip.
 */
import { readFileSync } from "node:fs";
import { seededRandom } from "../../base/random.ts";

const CLIP = new URL("../../../scenarios/media/clip.webm", import.meta.url);
const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
const VOID = 0xec;
/** An EBML size of eight bytes: the marker, and seven for the length. */
const LONG_SIZE_MARKER = 0x01;
const VOID_OVERHEAD = 9;

export function paddedVideo(bytes: number): Buffer {
  const clip = readFileSync(CLIP);
  const starts: number[] = [];
  for (let at = clip.indexOf(CLUSTER); at >= 0; at = clip.indexOf(CLUSTER, at + CLUSTER.length))
    starts.push(at);
  const each = Math.max(VOID_OVERHEAD, Math.floor((bytes - clip.length) / starts.length));
  const pieces: Buffer[] = [clip.subarray(0, starts[0])];
  for (const [index, start] of starts.entries())
    pieces.push(emptyElement(each, index), clip.subarray(start, starts[index + 1]));
  return Buffer.concat(pieces);
}

function emptyElement(bytes: number, seed: number): Buffer {
  const random = seededRandom(seed);
  const element = Buffer.from(Uint8Array.from({ length: bytes }, () => random.integer(0, 255)));
  element[0] = VOID;
  element[1] = LONG_SIZE_MARKER;
  element.writeUIntBE(0, 2, 1);
  element.writeUIntBE(bytes - VOID_OVERHEAD, 3, 6);
  return element;
}
