import { describe, expect, it } from "vitest";
import { emitClientHello, emitTlsRecords } from "../../packet/emit-tls.ts";
import { readHelloRecords } from "../../packet/tls.ts";
import { delayedHello, flipped, HELLO_FIELDS, noiseFirst, renamed } from "./decoy.ts";

const COVER = "jkq.zv";
const SHOWN = "abc.de";
const hello = Buffer.from(emitTlsRecords(emitClientHello({ name: COVER, padding: 400 })));

function nameIn(bytes: Uint8Array): string | undefined {
  const reading = readHelloRecords(bytes, 0, bytes.length);
  return reading.kind === "name" ? reading.name : undefined;
}

describe("a hello as boxes see it", () => {
  it("is the same hello with another name, byte by byte", () => {
    const seen = renamed(hello, COVER, SHOWN)!;
    expect(nameIn(seen)).toBe(SHOWN);
    expect(seen.length).toBe(hello.length);
    expect([...seen].filter((byte, index) => byte !== hello[index]).length).toBeLessThanOrEqual(SHOWN.length);
    expect(nameIn(hello)).toBe(COVER);
  });

  it("is none where the names differ in length, the name is missing, or it is longer than a packet", () => {
    expect(renamed(hello, COVER, "longer.name")).toBeUndefined();
    expect(renamed(hello, "other.name", "abcde.name")).toBeUndefined();
    const long = emitTlsRecords(emitClientHello({ name: COVER, padding: 1200 }));
    expect(renamed(long, COVER, SHOWN)).toBeUndefined();
  });

  it.each(HELLO_FIELDS)("differs in one bit more when the %s is flipped, and holds no name then", (field) => {
    const seen = flipped(hello, COVER, SHOWN, field)!;
    const named = renamed(hello, COVER, SHOWN)!;
    expect([...seen].filter((byte, index) => byte !== named[index])).toHaveLength(1);
    expect(nameIn(seen)).toBeUndefined();
  });

  it("comes whole after other packets, together no longer than what the server gets", () => {
    const segments = delayedHello(hello, SHOWN, 9)!;
    expect(segments).toHaveLength(10);
    expect(nameIn(segments.at(-1)!)).toBe(SHOWN);
    expect(segments.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(hello.length);
    const noise = noiseFirst(hello, SHOWN, new Uint8Array(140))!;
    expect(noise.map(nameIn)).toEqual([undefined, SHOWN]);
    expect(delayedHello(hello.subarray(0, 100), SHOWN, 2)).toBeUndefined();
  });
});
