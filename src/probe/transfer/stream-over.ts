/**
 * A stream over a connection that stands, which sends or receives its bytes in another way; ends, errors and back pressure
 * are passed on.
 */
import { Duplex } from "node:stream";

export interface Passage {
  /** Calls `done` once the bytes are on their way. */
  readonly send: (bytes: Buffer, done: (error?: Error | null) => void) => void;
  /** Absent: as they are. */
  readonly receive?: (bytes: Buffer) => Buffer;
}

export function streamOver(under: Duplex, { send, receive = (bytes) => bytes }: Passage): Duplex {
  const over = new Duplex({
    read: () => under.resume(),
    write: (bytes: Buffer, _, done) => send(bytes, (error) => done(error ?? null)),
    final: (done) => {
      under.end(() => done());
    },
    destroy: (error, done) => {
      under.destroy();
      done(error);
    },
  });
  under.on("data", (bytes: Buffer) => {
    if (!over.push(receive(bytes))) under.pause();
  });
  under.on("end", () => over.push(null));
  under.on("error", (error) => over.destroy(error));
  under.on("close", () => over.destroy());
  return over;
}
