import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emitHelloRefusal, emitHelloRequest, isHelloRefusal, readHelloRequest } from "./hello-request.ts";

describe("a request for a hello", () => {
  it("is read as it was written, and does not show its name", () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, fc.nat(0xffff_ffff), (name, bytes) => {
        const request = emitHelloRequest({ name, bytes });
        expect(readHelloRequest(request)).toEqual({ name, bytes });
        if (name.length > 3) expect(request.includes(name)).toBe(false);
      }),
    );
  });

  it("is none when cut, longer, or something else; whatever comes, it does not throw", () => {
    const request = emitHelloRequest({ name: "abs.twimg.com", bytes: 1000 });
    expect(readHelloRequest(request.subarray(0, -1))).toBeUndefined();
    expect(readHelloRequest(Buffer.concat([request, Buffer.of(1)]))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !readHelloRequest(bytes)));
  });

  it("is refused in a TLS record of application data (RFC 8446, section 5.1) that is no request", () => {
    const refusal = emitHelloRefusal();
    expect([...refusal.subarray(0, 3)]).toEqual([23, 3, 3]);
    expect(refusal.readUInt16BE(3)).toBe(refusal.length - 5);
    expect(readHelloRequest(refusal)).toBeUndefined();
    expect(isHelloRefusal(refusal)).toBe(true);
    expect(isHelloRefusal(refusal.subarray(0, -1))).toBe(false);
    expect(isHelloRefusal(Buffer.alloc(0))).toBe(false);
  });

  it("takes no name that is not a host's", () => {
    for (const name of ["a b", "-a", "x\r\ny", "a".repeat(300)])
      expect(readHelloRequest(emitHelloRequest({ name, bytes: 1 }))).toBeUndefined();
  });
});
