/**
 * What of a hello a box reads, by hellos that only reach the box (try-hops.ts): one field flipped, other packets before it.
 * The server is told nothing of them, so that any server will do.
 */
import { randomBytes } from "node:crypto";
import { delayedHello, flipped, HELLO_FIELDS, type HelloField, noiseFirst } from "./decoy.ts";
import type { Answer, ConnectionSpec, Oracle } from "./oracle.ts";

/** Fewer than the published window of 3 to 15, and as many as go out at once before the hello (send-decoy.ts). */
export const PACKETS_BEFORE = [2, 9] as const;
/** Below and above the published bound of 100 (Xue et al., IMC 2021, section 6.3). */
export const NOISE_BYTES = [60, 140] as const;
export interface HelloTrial {
  readonly fields: ReadonlyMap<HelloField, readonly Answer[]>;
  /** By number of meaningless records, each its packet, before the hello. */
  readonly packetsBefore: ReadonlyMap<number, readonly Answer[]>;
  /** By number of random bytes in the packet before the hello. */
  readonly noiseBefore: ReadonlyMap<number, readonly Answer[]>;
}

/** `hopLimit`: where the box is, and the server is not. */
export async function tryHello(
  oracle: Oracle,
  neutralName: string,
  shownName: string,
  hopLimit: number,
): Promise<HelloTrial> {
  const each = async <Key>(
    keys: readonly Key[],
    spec: (key: Key) => ConnectionSpec,
  ): Promise<Map<Key, Answer[]>> =>
    new Map(
      await Promise.all(
        keys.map(async (key): Promise<[Key, Answer[]]> => [key, await oracle.askUntilAgreed(spec(key))]),
      ),
    );
  const shown = (show: NonNullable<ConnectionSpec["decoy"]>["show"]): ConnectionSpec => ({
    name: neutralName,
    isRoomy: true,
    decoy: { hopLimit, show },
  });
  const [fields, packetsBefore, noiseBefore] = await Promise.all([
    each(HELLO_FIELDS, (field) =>
      shown((hello) => {
        const seen = flipped(hello, neutralName, shownName, field);
        return seen && [seen];
      }),
    ),
    each(PACKETS_BEFORE, (packets) => shown((hello) => delayedHello(hello, shownName, packets))),
    each(NOISE_BYTES, (bytes) => shown((hello) => noiseFirst(hello, shownName, noise(bytes)))),
  ]);
  return { fields, packetsBefore, noiseBefore };
}

/** Like nothing that is spoken: the first byte has its highest bit set. */
function noise(bytes: number): Uint8Array {
  const drawn = randomBytes(bytes);
  drawn[0]! |= 0x80;
  return drawn;
}
