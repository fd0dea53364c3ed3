/**
 * The bytes of the sites' objects: not compressible, the same for the same size, streamed in pieces.
 * Inverted bit by bit they are the control of Xue et al. (IMC 2021, section 4).
 */
import { Readable } from "node:stream";
import { seededRandom } from "../../base/random.ts";

const PIECE_BYTES = 64 * 1024;
export const MAX_OBJECT_BYTES = 1e9;

const random = seededRandom(383);
const PIECE = Buffer.from(Uint8Array.from({ length: PIECE_BYTES }, () => random.integer(0, 255)));
const INVERTED = Buffer.from(PIECE.map((byte) => byte ^ 0xff));

export function objectBody(bytes: number, inverted: boolean): Readable {
  const piece = inverted ? INVERTED : PIECE;
  let left = bytes;
  return new Readable({
    highWaterMark: PIECE_BYTES,
    read() {
      if (left <= 0) {
        this.push(null);
        return;
      }
      const next = left >= PIECE_BYTES ? piece : piece.subarray(0, left);
      left -= next.length;
      this.push(next);
    },
  });
}
