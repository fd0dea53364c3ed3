/**
 * How the probe asks our control server for a TLS hello in the other direction: the first bytes of a connection are a TLS
 * record of application data, which keeps boxes looking (Xue et al., IMC 2021, section 6.3), and hold a mark, how many bytes
 * are to follow the hello, and the name that is to stand in it, each byte inverted: no box can read it in this direction.
 * A server that refuses says so in a record of its own: a bare end could as well come from a box.
 * Pure: bytes in, bytes out.
 */
const MARK = Buffer.from("brakelight-hello-1");
const REFUSAL_MARK = Buffer.from("brakelight-refused-1");
const APPLICATION_DATA = 0x17;
const HEADER_BYTES = 5;
const COUNT_BYTES = 4;
const NAME = /^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/i;

export interface HelloRequest {
  readonly name: string;
  /** That follow the hello. */
  readonly bytes: number;
}

export function emitHelloRequest({ name, bytes }: HelloRequest): Buffer {
  const count = Buffer.alloc(COUNT_BYTES);
  count.writeUInt32BE(bytes);
  const body = Buffer.concat([MARK, count, Buffer.from(name, "latin1").map((byte) => byte ^ 0xff)]);
  return applicationData(body);
}

export function emitHelloRefusal(): Buffer {
  return applicationData(REFUSAL_MARK);
}

/** Of what came in place of a hello. */
export function isHelloRefusal(answer: Uint8Array): boolean {
  return emitHelloRefusal().equals(answer);
}

function applicationData(body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(APPLICATION_DATA, 3, 3, body.length >> 8, body.length & 0xff), body]);
}

/** Whether bytes begin as a request does, whole or not. */
export function beginsLikeHelloRequest(first: Uint8Array): boolean {
  return first[0] === APPLICATION_DATA;
}

/** Undefined: the bytes are no whole request, or name nothing that a host could be called. */
export function readHelloRequest(first: Uint8Array): HelloRequest | undefined {
  const bytes = Buffer.from(first);
  const named = HEADER_BYTES + MARK.length + COUNT_BYTES;
  if (bytes.length <= named || !beginsLikeHelloRequest(bytes)) return undefined;
  if (bytes.readUInt16BE(3) !== bytes.length - HEADER_BYTES) return undefined;
  if (!bytes.subarray(HEADER_BYTES, HEADER_BYTES + MARK.length).equals(MARK)) return undefined;
  const name = Buffer.from(bytes.subarray(named).map((byte) => byte ^ 0xff)).toString("latin1");
  return NAME.test(name) ? { name, bytes: bytes.readUInt32BE(HEADER_BYTES + MARK.length) } : undefined;
}
