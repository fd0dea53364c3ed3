/**
 * A stream whose bytes are inverted bit by bit on their way, in both directions: the same lengths and times as what it
 * carries, and nothing in it that a box could read (the control of Xue et al., IMC 2021, and of Wehe).
 */
import { Duplex } from "node:stream";

export function invert(bytes: Uint8Array): Buffer {
  const inverted = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at++) inverted[at] = bytes[at]! ^ 0xff;
  return inverted;
}

/** Over a stream that stands; ends, errors and back pressure are passed on. */
export function invertedStream(under: Duplex): Duplex {
  const over = new Duplex({
    read: () => under.resume(),
    write: (bytes: Buffer, _, done) => {
      under.write(invert(bytes), (error) => done(error ?? null));
    },
    final: (done) => {
      under.end(() => done());
    },
    destroy: (error, done) => {
      under.destroy();
      done(error);
    },
  });
  under.on("data", (bytes: Buffer) => {
    if (!over.push(invert(bytes))) under.pause();
  });
  under.on("end", () => over.push(null));
  under.on("error", (error) => over.destroy(error));
  under.on("close", () => over.destroy());
  return over;
}
