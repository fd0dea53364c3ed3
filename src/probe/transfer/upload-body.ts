/** A body of so many bytes that nothing on the way can compress; made piece by piece. */
import { randomFillSync } from "node:crypto";
import { Readable } from "node:stream";

const PIECE_BYTES = 16_384;

export function uploadBody(bytes: number): Readable {
  const piece = randomFillSync(Buffer.allocUnsafe(PIECE_BYTES));
  let left = bytes;
  return new Readable({
    read() {
      if (left === 0) {
        this.push(null);
        return;
      }
      const size = Math.min(left, PIECE_BYTES);
      left -= size;
      this.push(piece.subarray(0, size));
    },
  });
}
