/**
 * Ways past a box (Xue et al., IMC 2021, section 7), each tried on connections under the target's name: whether they are
 * acted on. What a server does not understand, or this machine cannot send, stays unsure.
 */
import type { Place } from "../pairs/arms.ts";
import type { Answer, ConnectionSpec, Oracle } from "./oracle.ts";

/** Handshake bytes before the cut: the name comes later in every hello. */
const CUT_AT = 20;

export const SHAPES = [
  "tcp-split",
  "record-split",
  "record-before",
  "padding",
  "low-ttl",
  "trailing-dot",
  "no-name",
  "other-port",
] as const;
export type ShapeName = (typeof SHAPES)[number] | "quic";

export interface ShapeMeans {
  readonly name: string;
  readonly server: Place;
  /** TLS of the same server at another port. */
  readonly otherPort?: number;
  /** As far as the box and not to the server; absent: low-ttl is not tried. */
  readonly hopLimit?: number;
}

export type ShapeAnswers = ReadonlyMap<ShapeName, readonly Answer[]>;

/** Shapes that cannot be tried are left out. */
export async function tryShapes(oracle: Oracle, means: ShapeMeans): Promise<ShapeAnswers> {
  const tried = SHAPES.map(async (shape): Promise<[ShapeName, readonly Answer[]][]> => {
    const spec = specOf(shape, means);
    if (!spec) return [];
    return [[shape, await oracle.askUntilAgreed(spec)]];
  });
  return new Map((await Promise.all(tried)).flat());
}

function specOf(
  shape: (typeof SHAPES)[number],
  { name, server, otherPort, hopLimit }: ShapeMeans,
): ConnectionSpec | undefined {
  switch (shape) {
    case "tcp-split":
    case "record-split":
      return { name, shape: { kind: shape, at: CUT_AT } };
    case "record-before":
    case "padding":
      return { name, shape: { kind: shape } };
    case "low-ttl":
      return hopLimit === undefined ? undefined : { name, shape: { kind: shape, hopLimit } };
    case "trailing-dot":
      return { name: `${name}.`, host: name };
    case "no-name":
      return { host: name };
    case "other-port":
      return otherPort === undefined ? undefined : { name, place: { ...server, port: otherPort } };
  }
}
