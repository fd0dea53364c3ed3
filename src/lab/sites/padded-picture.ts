/**
 * A picture of exactly so many bytes that shows only when the last of them has come: a PNG (W3C PNG, 2003) whose private
 * ancillary chunks, of bytes that cannot be compressed, stand before the image data. Grey, of the given size.
 */
import { crc32, deflateSync } from "node:zlib";
import { seededRandom } from "../../base/random.ts";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHUNK_OVERHEAD = 12;
const LARGEST_PADDING = 60_000;
/** Private, ancillary, safe to copy: readers skip it. */
const PADDING_NAME = "brLk";
const GREY = 0;
const GREY_LEVEL = 0x88;

/** `bytes`: at least what the image itself takes, some 200; fewer give that. */
export function paddedPicture(bytes: number, widthPx: number, heightPx: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([8, GREY, 0, 0, 0], 8);
  const rows = Buffer.alloc(heightPx * (widthPx + 1), GREY_LEVEL);
  // Each row begins with its filter: none.
  for (let y = 0; y < heightPx; y++) rows[y * (widthPx + 1)] = 0;
  const head = [SIGNATURE, chunk("IHDR", header)];
  const tail = [chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  const taken = [...head, ...tail].reduce((sum, piece) => sum + piece.length, 0);
  return Buffer.concat([...head, ...padding(bytes - taken), ...tail]);
}

function padding(bytes: number): Buffer[] {
  const random = seededRandom(bytes);
  const chunks: Buffer[] = [];
  for (let left = bytes; left >= CHUNK_OVERHEAD; ) {
    // No remainder may be too small for a chunk of its own.
    const rest = left - CHUNK_OVERHEAD - LARGEST_PADDING;
    const size = rest >= CHUNK_OVERHEAD ? LARGEST_PADDING : left - CHUNK_OVERHEAD;
    chunks.push(
      chunk(PADDING_NAME, Buffer.from(Uint8Array.from({ length: size }, () => random.integer(0, 255)))),
    );
    left -= size + CHUNK_OVERHEAD;
  }
  return chunks;
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const framed = Buffer.alloc(4 + named.length + 4);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), 4 + named.length);
  return framed;
}
