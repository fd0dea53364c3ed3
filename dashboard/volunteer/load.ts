/**
 * One load of one object and what became of it, as far as a browser lets a page see it (server/volunteer/plan.ts, Reading).
 * Times are ms, from the request to the last byte: lookup, connection and handshake are in them, as in the test of 2021.
 */
import type { TestObject } from "../../src/server/volunteer/plan.ts";

export interface Sample {
  readonly ms: number;
  readonly bytes: number;
}

/** Why what came says nothing of the object's speed. */
export type Spoiled = "cached" | "too-fast" | "redirect" | "size" | "picture" | "status";

export type Outcome =
  /** All of it. `isSeen`: the browser saw that it was the object, not only when it ended. */
  | {
      readonly kind: "whole";
      readonly ms: number;
      readonly isSeen: boolean;
      readonly samples: readonly Sample[];
    }
  /** Time was up while bytes could be seen to come; `silentMs`: since the last of them. */
  | {
      readonly kind: "part";
      readonly ms: number;
      readonly bytes: number;
      readonly silentMs: number;
      readonly samples: readonly Sample[];
    }
  | { readonly kind: "spoiled"; readonly why: Spoiled; readonly detail: string }
  /** The browser gave up and does not say why: not there, cut off, refused, blocked. */
  | { readonly kind: "failed"; readonly ms: number }
  /** Time was up, and whether anything came could not be seen. */
  | { readonly kind: "late"; readonly ms: number }
  /** The person stopped it. */
  | { readonly kind: "stopped" };

export interface Loading {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Bytes so far, where they can be seen. */
  readonly onBytes: (bytes: number) => void;
}

/** No network of today moves an object faster: it came from memory, or is not the object. */
const FASTEST_BPS = 5e9;

/** What a Resource Timing entry says beyond its times; zeros where the other side does not allow it. */
export interface Told {
  readonly ms: number;
  readonly transferBytes: number;
  readonly encodedBytes: number;
  readonly isFromCache: boolean;
  readonly isRedirected: boolean;
}

/** Of an object that came to its end without an error. */
export function judgeEnd(
  object: TestObject,
  told: Told,
  isSeen: boolean,
  samples: readonly Sample[],
): Outcome {
  const { ms, transferBytes, encodedBytes } = told;
  const spoiled = (why: Spoiled, detail = ""): Outcome => ({ kind: "spoiled", why, detail });
  if (told.isFromCache || (encodedBytes > 0 && transferBytes === 0)) return spoiled("cached");
  if (told.isRedirected) return spoiled("redirect");
  if (encodedBytes > 0 && object.reading === "time" && encodedBytes !== object.bytes)
    return spoiled("size", String(encodedBytes));
  if ((object.bytes * 8000) / Math.max(ms, 0.001) > FASTEST_BPS) return spoiled("too-fast");
  return { kind: "whole", ms, isSeen: isSeen || encodedBytes === object.bytes, samples };
}
