import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined } from "./emit-bytes.ts";
import { emitAckFrame, emitCryptoFrame, emitQuicHello, emitQuicInitial, emitVarint } from "./emit-quic.ts";
import { emitClientHello } from "./emit-tls.ts";
import { fullPacketNumber, openInitial, readCryptoFrames, readLongHeader, readVarint } from "./quic.ts";
import { InitialKeys, QUIC_DRAFT_29, QUIC_V1, QUIC_V2, quicVersion } from "./quic-keys.ts";
import { readClientHello } from "./tls.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));

/** RFC 9001 and RFC 9369, appendix A: the connection id and the client's CRYPTO frame. */
const SAMPLE_ID = fromHex("8394c8f03e515708");
const SAMPLE_FRAME = fromHex(`
  060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c000004130113
  02010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d00170018001000070005
  04616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce1
  5d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c0002400100
  3900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806
  048000ffff`);

/** First and last bytes of the protected packet: header, header protection sample, and the tag over all the rest. */
const SAMPLES = [
  {
    rfc: "RFC 9001, appendix A.2",
    version: QUIC_V1,
    key: "1f369613dd76d5467730efcbe3b1a22d",
    iv: "fa044b2f42a3fd3b46fb255c",
    headerKey: "9f50449e04a0e810283a1e9933adedd2",
    begins: "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b",
    tag: "e221af44860018ab0856972e194cd934",
  },
  {
    rfc: "RFC 9369, appendix A.2",
    version: QUIC_V2,
    key: "8b1a0bc121284290a29e0971b5cd045d",
    iv: "91f73e2351d8fa91660e909f",
    headerKey: "45b95e15235d6f45a6b19cbcb0294ba9",
    begins: "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071",
    tag: "a18b2faa745b6fe189cf772a9f84cbfc",
  },
];

function nameOf(datagram: Uint8Array, keys: InitialKeys): string | undefined {
  const header = readLongHeader(datagram, 0, datagram.length);
  const opened = header && openInitial(datagram, header, keys, -1);
  let name: string | undefined;
  if (opened) {
    readCryptoFrames(opened.payload, (_offset, start, end) => {
      const reading = readClientHello(opened.payload, start, end);
      if (reading.kind === "name") name = reading.name;
    });
  }
  return name;
}

describe("QUIC Initial packets", () => {
  for (const sample of SAMPLES) {
    it(`derives the keys of ${sample.rfc.replace(".2", ".1")}`, () => {
      const keys = new InitialKeys(quicVersion(sample.version)!, SAMPLE_ID, "client");
      expect(hex(keys.key)).toBe(sample.key);
      expect(hex(keys.iv)).toBe(sample.iv);
      expect(hex(keys.headerKey)).toBe(sample.headerKey);
    });

    it(`makes and reads the client Initial of ${sample.rfc}`, () => {
      const packet = emitQuicInitial({
        version: sample.version,
        destinationId: SAMPLE_ID,
        packetNumber: 2,
        frames: SAMPLE_FRAME,
        payloadBytes: 1162,
      });
      expect(packet.length).toBe(1200);
      expect(hex(packet.subarray(0, 38))).toBe(sample.begins);
      expect(hex(packet.subarray(1184))).toBe(sample.tag);
      expect(nameOf(packet, new InitialKeys(quicVersion(sample.version)!, SAMPLE_ID, "client"))).toBe(
        "example.com",
      );
    });
  }

  it("reads the server Initial of RFC 9001, appendix A.3, with the server's keys only", () => {
    const packet = fromHex(`
      cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb3
      8cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84
      022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee`);
    const header = readLongHeader(packet, 0, packet.length)!;
    const server = new InitialKeys(quicVersion(QUIC_V1)!, SAMPLE_ID, "server");
    const client = new InitialKeys(quicVersion(QUIC_V1)!, SAMPLE_ID, "client");
    const opened = openInitial(packet, header, server, -1);
    expect(opened?.packetNumber).toBe(1);
    const pieces: number[] = [];
    expect(readCryptoFrames(opened!.payload, (offset, start, end) => pieces.push(offset, end - start))).toBe(
      true,
    );
    expect(pieces).toEqual([0, 90]);
    expect(openInitial(packet, header, client, -1)).toBeUndefined();
  });

  it("reads back what it emitted, whatever the version, ids, token, packet number and split", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(QUIC_V1, QUIC_V2, QUIC_DRAFT_29),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 20, max: 1100 }),
        (version, destinationId, sourceId, token, packetNumber, packetNumberBytes, cryptoBytes) => {
          const hello = emitClientHello({ name: "name.example", postQuantum: "after-name" });
          const options = { version, destinationId, sourceId, token, packetNumber, packetNumberBytes };
          const keys = new InitialKeys(quicVersion(version)!, destinationId, "client");
          const stream = new Uint8Array(hello.length);
          let number = packetNumber;
          for (const datagram of emitQuicHello(hello, { ...options, cryptoBytes })) {
            expect(datagram.length).toBeGreaterThanOrEqual(1200);
            const header = readLongHeader(datagram, 0, datagram.length)!;
            expect([...header.destinationId]).toEqual([...destinationId]);
            expect([...header.sourceId]).toEqual([...sourceId]);
            const opened = openInitial(datagram, header, keys, number - 1)!;
            expect(opened.packetNumber).toBe(number++);
            readCryptoFrames(opened.payload, (offset, start, end) =>
              stream.set(opened.payload.subarray(start, end), offset),
            );
          }
          expect(stream).toEqual(hello);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("skips acknowledgements, pings and padding, and stops at a frame that an Initial cannot carry", () => {
    const crypto = emitCryptoFrame(70, Uint8Array.of(1, 2, 3));
    const offsets: number[] = [];
    const read = (frames: Uint8Array): boolean =>
      readCryptoFrames(frames, (offset, start, end) => offsets.push(offset, end - start));
    expect(read(joined([0, 0, 1], emitAckFrame(9, 3), crypto, [0]))).toBe(true);
    expect(offsets).toEqual([70, 3]);
    expect(read(joined([0x1c, 0, 0, 2, 65, 66], crypto))).toBe(true);
    expect(offsets).toEqual([70, 3, 70, 3]);
    expect(read(joined([0x08], crypto))).toBe(false);
    expect(read(crypto.subarray(0, 4))).toBe(false);
    expect(offsets.length).toBe(4);
  });

  it("writes integers as RFC 9000, appendix A.1, does", () => {
    expect(hex(Uint8Array.from(emitVarint(494_878_333)))).toBe("9d7f3e7d");
    expect(hex(Uint8Array.from(emitVarint(15_293)))).toBe("7bbd");
    expect(hex(Uint8Array.from(emitVarint(37)))).toBe("25");
    expect(readVarint(fromHex("9d7f"), 0, 2).next).toBe(-1);
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = Uint8Array.from(emitVarint(value));
        expect(readVarint(bytes, 0, bytes.length)).toEqual({ value, next: bytes.length });
      }),
    );
  });

  it("extends packet numbers as RFC 9000, appendix A.3, does", () => {
    expect(fullPacketNumber(0x9b32, 2, 0xa82f30ea)).toBe(0xa82f9b32);
    expect(fullPacketNumber(0, 1, -1)).toBe(0);
    expect(fullPacketNumber(255, 1, -1)).toBe(255);
    expect(fullPacketNumber(1, 1, 255)).toBe(257);
  });

  it("never throws, and opens nothing that was changed", () => {
    const keys = new InitialKeys(quicVersion(QUIC_V1)!, SAMPLE_ID, "client");
    const packet = emitQuicInitial({ destinationId: SAMPLE_ID, frames: SAMPLE_FRAME, payloadBytes: 300 });
    fc.assert(
      fc.property(fc.nat(packet.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = packet.slice();
        changed[at]! ^= flip;
        expect(nameOf(changed, keys)).toBeUndefined();
        expect(nameOf(packet.subarray(0, at), keys)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readLongHeader(bytes, 0, bytes.length);
        readLongHeader(joined([0xc0, 0, 0, 0, 1], bytes), 0, bytes.length + 5);
        readCryptoFrames(bytes, () => {});
      }),
    );
  });
});
