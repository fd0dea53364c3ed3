/**
 * The bytes of every download: the keystream of AES-128 in counter mode, key 00 01 .. 0f, first counter block zero.
 * They cannot be compressed, are the same at every server, and anyone can make them again:
 *   head -c N /dev/zero | openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f -iv $(printf %032d 0)
 * Inverted bit by bit they are the control of Xue et al. (IMC 2021, section 4).
 */
import { type Cipher, createCipheriv } from "node:crypto";
import { Readable } from "node:stream";

/** A TLS record. */
const PIECE_BYTES = 16 * 1024;
const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);
const ZEROS = new Uint8Array(PIECE_BYTES);
const ONES = new Uint8Array(PIECE_BYTES).fill(0xff);

/** Made piece by piece as it is read. */
export class ByteSequence extends Readable {
  /** Handed out so far. */
  producedBytes = 0;
  readonly #bytes: number;
  readonly #plain: Uint8Array;
  readonly #cipher: Cipher = createCipheriv("aes-128-ctr", KEY, new Uint8Array(16));

  constructor(bytes: number, isInverted: boolean) {
    super({ highWaterMark: PIECE_BYTES });
    this.#bytes = bytes;
    this.#plain = isInverted ? ONES : ZEROS;
  }

  override _read(): void {
    const next = Math.min(PIECE_BYTES, this.#bytes - this.producedBytes);
    this.producedBytes += next;
    this.push(next === 0 ? null : this.#cipher.update(this.#plain.subarray(0, next)));
  }
}

/** The first `bytes` of the sequence, at once. */
export function firstBytes(bytes: number): Buffer {
  return createCipheriv("aes-128-ctr", KEY, new Uint8Array(16)).update(new Uint8Array(bytes));
}
