/**
 * Against RFC 6455's own examples; ndt7-session.test.ts has a WebSocket library at the other end.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader } from "./frame-reader.ts";
import { acceptKey, binaryHead, closeFrame, pongFrame, textFrame } from "./websocket-frames.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** As a client sends it: with a mask. */
function clientFrame(first: number, payload: Uint8Array): Buffer {
  const mask = hex("37 fa 21 3d");
  const length = payload.length;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask[index % 4]!)]);
}

function failureOf(...frames: Buffer[]): string | undefined {
  return new FrameReader().read(Buffer.concat(frames)).failure;
}

describe("frames of a client", () => {
  it("are read as in RFC 6455, section 5.7", () => {
    const nothing = { binaryBytes: 0, ping: undefined, isClosing: false, failure: undefined };
    expect(new FrameReader().read(hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"))).toEqual(nothing);
    expect(new FrameReader().read(hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"))).toEqual(nothing);
    const { ping } = new FrameReader().read(hex("89 85 37 fa 21 3d 7f 9f 4d 51 58"));
    expect(ping?.toString()).toBe("Hello");
    expect(failureOf(hex("81 05 48 65 6c 6c 6f"))).toContain("without a mask");
  });

  it("are counted the same however they are cut into chunks", () => {
    const binary = (bytes: number): Buffer => clientFrame(0x82, new Uint8Array(bytes));
    const all = Buffer.concat([
      binary(0),
      binary(125),
      clientFrame(0x81, Buffer.from("{}")),
      binary(126),
      clientFrame(0x02, new Uint8Array(1000)),
      clientFrame(0x89, Buffer.from("between")),
      clientFrame(0x80, new Uint8Array(500)),
      binary(70_000),
    ]);
    const cuts = fc.array(fc.integer({ min: 0, max: all.length }), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (at) => {
        const reader = new FrameReader();
        const ends = [...at].sort((a, b) => a - b);
        let binaryBytes = 0;
        const pings: string[] = [];
        let last = 0;
        for (const end of [...ends, all.length]) {
          const read = reader.read(all.subarray(last, end));
          binaryBytes += read.binaryBytes;
          if (read.ping) pings.push(read.ping.toString());
          expect(read.failure).toBeUndefined();
          last = end;
        }
        expect(binaryBytes).toBe(125 + 126 + 1500 + 70_000);
        expect(pings).toEqual(["between"]);
      }),
    );
  });

  it("end with a close frame", () => {
    const reader = new FrameReader();
    const closing = clientFrame(0x88, hex("03 e8"));
    expect(reader.read(closing).isClosing).toBe(true);
    expect(reader.read(clientFrame(0x82, new Uint8Array(10))).binaryBytes).toBe(0);
  });

  it("fail where RFC 6455, section 5, says so", () => {
    const empty = new Uint8Array(0);
    expect(failureOf(clientFrame(0xc2, empty))).toContain("extension");
    expect(failureOf(clientFrame(0x83, empty))).toContain("unknown kind");
    expect(failureOf(clientFrame(0x8b, empty))).toContain("unknown kind");
    expect(failureOf(clientFrame(0x89, new Uint8Array(126)))).toContain("control frame");
    expect(failureOf(clientFrame(0x09, empty))).toContain("control frame");
    expect(failureOf(clientFrame(0x80, empty))).toContain("inside each other");
    expect(failureOf(clientFrame(0x02, empty), clientFrame(0x82, empty))).toContain("inside each other");
  });

  it("fail when a message is larger than ndt7's largest, also in parts", () => {
    const head = (length: bigint): Buffer => {
      const bytes = hex("82 ff 0000000000000000 00000000");
      bytes.writeBigUInt64BE(length, 2);
      return bytes;
    };
    expect(failureOf(head(1n << 24n))).toBeUndefined();
    expect(failureOf(head((1n << 24n) + 1n))).toContain("too large");
    expect(failureOf(head((1n << 64n) - 1n))).toContain("too large");
    const part = new Uint8Array(1 << 23);
    const first = clientFrame(0x02, part);
    const next = clientFrame(0x00, part);
    expect(failureOf(first, next)).toBeUndefined();
    expect(failureOf(first, next, clientFrame(0x00, new Uint8Array(1)))).toContain("too large");
  });

  it("never throw, and never count more than came", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
        const reader = new FrameReader();
        for (const chunk of chunks) {
          const read = reader.read(chunk);
          expect(read.binaryBytes).toBeLessThanOrEqual(chunk.length);
          expect(read.ping?.length ?? 0).toBeLessThanOrEqual(125);
        }
      }),
    );
  });
});

describe("frames of the server", () => {
  it("are those of RFC 6455, section 5.7", () => {
    expect(textFrame("Hello")).toEqual(hex("81 05 48 65 6c 6c 6f"));
    expect(pongFrame(Buffer.from("Hello"))).toEqual(hex("8a 05 48 65 6c 6c 6f"));
    expect(binaryHead(256)).toEqual(hex("82 7e 01 00"));
    expect(binaryHead(65_536)).toEqual(hex("82 7f 00 00 00 00 00 01 00 00"));
    expect(closeFrame(1000)).toEqual(hex("88 02 03 e8"));
  });

  it("follow the accept key of RFC 6455, section 1.3", () => {
    expect(acceptKey("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });
});
