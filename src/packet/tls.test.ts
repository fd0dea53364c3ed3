import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined } from "./emit-bytes.ts";
import {
  emitClientHello,
  emitTlsRecordPieces,
  emitTlsRecords,
  greaseExtension,
  TLS_1_2,
} from "./emit-tls.ts";
import { readClientHello, readHelloRecords } from "./tls.ts";

const NAME = "www.example.org";
const hostName = fc
  .array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/), { minLength: 1, maxLength: 6 })
  .map((labels) => labels.join("."));

const read = (bytes: Uint8Array) => readHelloRecords(bytes, 0, bytes.length);

describe("a ClientHello", () => {
  it("gives its name back, whatever stands around it", () => {
    fc.assert(
      fc.property(
        hostName,
        fc.uint8Array({ maxLength: 32 }),
        fc.nat(15),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(20_000),
        fc.integer({ min: 1, max: 16_384 }),
        fc.constantFrom("before-name" as const, "after-name" as const),
        fc.uint8Array({ maxLength: 40 }),
        (name, sessionId, grease, body, padding, recordBytes, postQuantum, tail) => {
          const before = [greaseExtension(grease, body)];
          const after = [greaseExtension(grease + 1)];
          const hello = emitClientHello({ name, sessionId, before, after, padding, postQuantum });
          expect(readClientHello(hello, 0, hello.length)).toEqual({
            kind: "name",
            name,
            messageBytes: hello.length,
          });
          expect(read(joined(emitTlsRecords(hello, recordBytes), tail))).toMatchObject({
            kind: "name",
            name,
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("without a server name has none", () => {
    expect(read(emitTlsRecords(emitClientHello({ padding: 2000 }), 700)).kind).toBe("none");
    expect(read(emitTlsRecords(emitClientHello({ name: "" }))).kind).toBe("none");
  });

  it("without extensions, as TLS 1.0 had it, has none", () => {
    const body = joined([3, 1], new Uint8Array(32), [0, 0, 2, 0, 47, 1, 0]);
    const hello = joined([1, 0, 0, body.length], body);
    expect(readClientHello(hello, 0, hello.length)).toEqual({ kind: "none", messageBytes: hello.length });
  });

  it("is read in place, from the middle of a buffer, without looking past its end", () => {
    const records = emitTlsRecords(emitClientHello({ name: NAME }), 16_384, TLS_1_2);
    const buffer = joined([9, 9, 9], records, [0x16, 3, 1, 0, 5]);
    expect(readHelloRecords(buffer, 3, 3 + records.length)).toMatchObject({ kind: "name", name: NAME });
  });

  it("asks for more bytes until its name is whole, and never for more than it takes", () => {
    for (const recordBytes of [1, 7, 100, 16_384]) {
      const records = emitTlsRecords(
        emitClientHello({ name: NAME, postQuantum: "before-name" }),
        recordBytes,
      );
      let there = 0;
      let rounds = 0;
      for (;;) {
        const reading = readHelloRecords(records, 0, there);
        if (reading.kind === "name") break;
        expect(reading.kind).toBe("need-more");
        if (reading.kind !== "need-more") return;
        expect(reading.bytes).toBeGreaterThan(0);
        // One byte before what was asked for, there is still no name.
        const before = readHelloRecords(records, 0, there + reading.bytes - 1);
        expect(before.kind).toBe("need-more");
        there += reading.bytes;
        expect(there).toBeLessThanOrEqual(records.length);
        rounds++;
      }
      expect(rounds).toBeGreaterThan(3);
    }
  });

  it("escapes control bytes, the backslash and everything beyond ASCII", () => {
    const reading = read(emitTlsRecords(emitClientHello({ name: "A\u001b[2J\\\u00ff.b" })));
    expect(reading).toMatchObject({ kind: "name", name: "A\\x1b[2J\\x5c\\xff.b" });
  });

  it("says what is wrong, and where", () => {
    const hello = emitClientHello({ name: NAME });
    const records = emitTlsRecords(hello);
    expect(read(Uint8Array.of(0x16, 3, 1, 0, 4, 2, 0, 0, 0))).toMatchObject({
      kind: "not-a-hello",
      offset: 0,
    });
    const oddSuites = records.slice();
    oddSuites[5 + 4 + 34 + 33 + 1]! += 1;
    expect(read(oddSuites)).toEqual({
      kind: "not-a-hello",
      reason: "the cipher suites have an odd length",
      offset: 76,
    });
    const interrupted = joined(emitTlsRecordPieces([hello.subarray(0, 20)]), [21, 3, 3, 0, 2, 1, 0]);
    expect(read(interrupted)).toMatchObject({ kind: "not-a-hello", offset: 25 });
  });

  it("never throws on a valid beginning with a random tail, a changed byte or a cut", () => {
    const records = emitTlsRecords(emitClientHello({ name: NAME, postQuantum: "before-name" }), 300);
    fc.assert(
      fc.property(
        fc.nat(records.length),
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.tuple(fc.nat(records.length - 1), fc.nat(255)), { maxLength: 4 }),
        (length, tail, changes) => {
          const bytes = joined(records.subarray(0, length), tail);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          read(bytes);
          readClientHello(bytes, 0, bytes.length);
          readClientHello(bytes, 5, bytes.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
