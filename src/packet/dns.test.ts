import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStrictDns, readDnsMessage, readDnsOverTcp } from "./dns.ts";
import { joined, uint16 } from "./emit-bytes.ts";
import { DNS_TYPE_AAAA, emitDnsMessage, emitDnsName, emitDnsOverTcp } from "./emit-dns.ts";

const read = (bytes: Uint8Array) => readDnsMessage(bytes, 0, bytes.length);
const strict = (bytes: Uint8Array) => isStrictDns(bytes, 0, bytes.length);
const dnsName = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9_-]{1,30}$/), { minLength: 1, maxLength: 6 })
  .map((labels) => labels.join("."));

describe("a DNS message", () => {
  it("gives its name back, as a query and as a response, over UDP and over TCP", () => {
    fc.assert(
      fc.property(dnsName, fc.nat(65_535), fc.nat(5), (name, id, count) => {
        const answers = Array.from({ length: count }, () => new Uint8Array(16));
        for (const message of [
          emitDnsMessage({ name, id }),
          emitDnsMessage({ name, id, answers, type: DNS_TYPE_AAAA }),
        ]) {
          expect(read(message)).toEqual({ kind: "questions", names: [name], messageBytes: message.length });
          expect(strict(message)).toBe(name.includes("."));
          const framed = joined(emitDnsOverTcp(message, message));
          expect(readDnsOverTcp(framed, 0, framed.length)).toEqual({
            kind: "questions",
            names: [name],
            messageBytes: message.length + 2,
          });
        }
      }),
    );
  });

  it("names the root, and escapes odd bytes and dots inside a label", () => {
    expect(read(emitDnsMessage({ name: "." }))).toMatchObject({ names: ["."] });
    const odd = emitDnsMessage({ name: "a\u0007b.x y.\\" });
    expect(read(odd)).toMatchObject({ names: ["a\\x07b.x y.\\x5c"] });
    odd[12 + 2] = 0x2e;
    expect(read(odd)).toMatchObject({ names: ["a\\x2eb.x y.\\x5c"] });
  });

  it("may have several questions, and pointers to earlier names", () => {
    const first = emitDnsName("www.example.org");
    const header = [0x12, 0x34, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0];
    const second = [4, ...Buffer.from("mail"), ...uint16(0xc000 | (12 + 4)), 0, 1, 0, 1];
    const message = joined(header, first, [0, 1, 0, 1], second);
    expect(read(message)).toMatchObject({ names: ["www.example.org", "mail.example.org"] });
  });

  it("is none when a pointer goes forward, in a circle or into the header", () => {
    const header = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for (const target of [12, 14, 2, 40]) {
      const message = joined(header, uint16(0xc000 | target), [0, 1, 0, 1]);
      expect(read(message)).toEqual({ kind: "not-dns", reason: "not a name", offset: 12 });
    }
  });

  it("is none when a name is longer than 255 bytes or a label than 63", () => {
    expect(read(emitDnsMessage({ name: "a".repeat(64) })).kind).toBe("not-dns");
    const label = "b".repeat(63);
    expect(read(emitDnsMessage({ name: [label, label, label, "c".repeat(61)].join(".") })).kind).toBe(
      "questions",
    );
    expect(read(emitDnsMessage({ name: [label, label, label, "c".repeat(62)].join(".") })).kind).toBe(
      "not-dns",
    );
  });

  it("asks for more bytes until the question is whole", () => {
    const framed = emitDnsOverTcp(emitDnsMessage({ name: "k.example", answers: [new Uint8Array(4)] }));
    const question = 2 + 12 + 11 + 4;
    for (let there = 0; there < question; there++) {
      const reading = readDnsOverTcp(framed, 0, there);
      expect(reading.kind).toBe("need-more");
      if (reading.kind === "need-more") expect(there + reading.bytes).toBeLessThanOrEqual(question);
    }
    expect(readDnsOverTcp(framed, 0, question).kind).toBe("questions");
  });

  it("cut off by the snap length has no name", () => {
    const message = emitDnsMessage({ name: "l.example" });
    expect(readDnsMessage(message, 0, 20, message.length).kind).toBe("need-more");
  });

  it("is strictly valid only to the last byte", () => {
    const message = emitDnsMessage({ name: "m.example", answers: [new Uint8Array(4)] });
    expect(strict(joined(message, [0]))).toBe(false);
    expect(strict(message.subarray(0, message.length - 1))).toBe(false);
  });

  it("never throws on a valid beginning with a random tail", () => {
    const message = emitDnsMessage({ name: "a.bc.example", answers: [new Uint8Array(4)] });
    fc.assert(
      fc.property(
        fc.nat(message.length),
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(200),
        (length, tail, wire) => {
          const bytes = joined(message.subarray(0, length), tail);
          read(bytes);
          strict(bytes);
          readDnsMessage(bytes, 0, bytes.length, wire);
          readDnsOverTcp(bytes, 0, bytes.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
