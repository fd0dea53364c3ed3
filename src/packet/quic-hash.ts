/**
 * HMAC-SHA-256 (FIPS 180-4, RFC 2104) of messages of at most 55 bytes, for the keys of QUIC Initials.
 * They are derived anew for every connection, in five steps of a few bytes each: what a call of a native library costs
 * beside the hashing is most of it there, and a key's first block need not be hashed twice. Nothing here is secret.
 */

const BLOCK_BYTES = 64;
/** Key and message each fit one block, with the message's padding and length. */
const MAX_MESSAGE_BYTES = 55;
const HASH_WORDS = 8;
const ROUNDS = 64;
const INNER = 0x36;
const OUTER = 0x5c;

/** The first 32 bits of the fractional part of a root. */
function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
}

const PRIMES: number[] = [];
for (let n = 2; PRIMES.length < ROUNDS; n++) if (PRIMES.every((prime) => n % prime !== 0)) PRIMES.push(n);
const START = Int32Array.from(PRIMES.slice(0, HASH_WORDS), (prime) => fraction(Math.sqrt(prime)));
const CONSTANTS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

const words = new Int32Array(ROUNDS);

/** FIPS 180-4, section 6.2.2: the block is words[0, 16); the state is changed in place. */
function compress(state: Int32Array): void {
  for (let i = 16; i < ROUNDS; i++) {
    const x = words[i - 15]!;
    const y = words[i - 2]!;
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[i] = (words[i - 16]! + low + words[i - 7]! + high) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < ROUNDS; i++) {
    const sumE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + sumE + ((e & f) ^ (~e & g)) + CONSTANTS[i]! + words[i]!) | 0;
    const sumA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (sumA + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

/** A key of at most 64 bytes, with its block hashed: as many messages as wanted. */
export class HmacKey {
  readonly #inner = new Int32Array(HASH_WORDS);
  readonly #outer = new Int32Array(HASH_WORDS);

  constructor(key: Uint8Array) {
    if (key.length > BLOCK_BYTES) throw new RangeError("the key is longer than a block");
    start(this.#inner, key, INNER);
    start(this.#outer, key, OUTER);
  }

  /** The 32 bytes of authentication code of a message of at most 55 bytes. */
  sign(message: Uint8Array): Uint8Array {
    if (message.length > MAX_MESSAGE_BYTES) throw new RangeError("the message does not fit a block");
    const state = this.#inner.slice();
    words.fill(0, 0, 16);
    for (let i = 0; i < message.length; i++) words[i >> 2]! |= message[i]! << (24 - 8 * (i & 3));
    finish(state, message.length);
    words.fill(0, 0, 16);
    words.set(state);
    state.set(this.#outer);
    finish(state, 4 * HASH_WORDS);
    const code = new Uint8Array(4 * HASH_WORDS);
    for (let i = 0; i < code.length; i++) code[i] = state[i >> 2]! >>> (24 - 8 * (i & 3));
    return code;
  }
}

function start(state: Int32Array, key: Uint8Array, padding: number): void {
  words.fill(padding * 0x01010101, 0, 16);
  for (let i = 0; i < key.length; i++) words[i >> 2]! ^= key[i]! << (24 - 8 * (i & 3));
  state.set(START);
  compress(state);
}

/** Pads and hashes the last block, of which `length` bytes are the message; one block was hashed before it. */
function finish(state: Int32Array, length: number): void {
  words[length >> 2]! |= 0x80 << (24 - 8 * (length & 3));
  words[15] = 8 * (BLOCK_BYTES + length);
  compress(state);
}
