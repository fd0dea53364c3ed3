/**
 * Loads an object in the way that its reading asks for, past every cache, without cookies or referrer (an image takes the
 * cookies along that the browser keeps for its site: the consent says so). Ends by the time-out, whatever the other side does.
 */
import type { TestObject } from "../../src/server/volunteer/plan.ts";
import { judgeEnd, type Loading, type Outcome, type Sample } from "./load.ts";
import { type Watched, watchLoad } from "./resource-timing.ts";

const SAMPLE_EVERY_MS = 100;
const MOST_SAMPLES = 1_000;
const SHELF = "brakelight-load";
const BASICS = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" } as const;

export async function loadObject(object: TestObject, loading: Loading): Promise<Outcome> {
  if (loading.signal.aborted) return { kind: "stopped" };
  const address = withMark(object.address);
  const watched = watchLoad(address);
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), loading.timeoutMs);
  const stop = (): void => giveUp.abort();
  loading.signal.addEventListener("abort", stop);
  // A redirect to a host that is not listed is refused by the page's policy, and told of here.
  let isRefused = false;
  const refused = (event: SecurityPolicyViolationEvent): void => {
    if (event.blockedURI.startsWith(new URL(object.address).origin)) isRefused = true;
  };
  document.addEventListener("securitypolicyviolation", refused);
  const startMs = performance.now();
  try {
    const load = { cors: loadReadable, image: loadImage, time: loadUnseen }[object.reading];
    const outcome = await load({ object, address, watched, signal: giveUp.signal, startMs, loading });
    if (outcome.kind === "failed" && loading.signal.aborted) return { kind: "stopped" };
    if (outcome.kind !== "failed") return outcome;
    // The event comes by a task of its own.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (isRefused) return { kind: "spoiled", why: "redirect", detail: "" };
    return giveUp.signal.aborted ? { kind: "late", ms: outcome.ms } : outcome;
  } finally {
    clearTimeout(timer);
    loading.signal.removeEventListener("abort", stop);
    document.removeEventListener("securitypolicyviolation", refused);
    watched.end();
  }
}

interface Work {
  readonly object: TestObject;
  readonly address: string;
  readonly watched: Watched;
  readonly signal: AbortSignal;
  readonly startMs: number;
  readonly loading: Loading;
}

const since = (startMs: number): number => performance.now() - startMs;

/** Counted as it comes: size and redirects are seen, and a time-out knows how far it got. */
async function loadReadable({ object, address, watched, signal, startMs, loading }: Work): Promise<Outcome> {
  const samples: Sample[] = [];
  let bytes = 0;
  let lastMs = 0;
  const note = (): void => {
    const ms = since(startMs);
    const before = samples.at(-1)?.ms ?? 0;
    if (samples.length < MOST_SAMPLES && ms - before >= SAMPLE_EVERY_MS) samples.push({ ms, bytes });
    loading.onBytes(bytes);
    lastMs = ms;
  };
  try {
    const response = await fetch(address, { ...BASICS, mode: "cors", redirect: "manual", signal });
    if (response.type === "opaqueredirect") return { kind: "spoiled", why: "redirect", detail: "" };
    if (response.status !== 200) return { kind: "spoiled", why: "status", detail: String(response.status) };
    const reader = response.body!.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      bytes += piece.value.length;
      note();
      if (bytes > object.bytes) {
        void reader.cancel();
        return { kind: "spoiled", why: "size", detail: `> ${object.bytes}` };
      }
    }
  } catch {
    const ms = since(startMs);
    if (loading.signal.aborted || !signal.aborted || bytes === 0) return { kind: "failed", ms };
    return { kind: "part", ms, bytes, silentMs: ms - lastMs, samples };
  }
  const endMs = since(startMs);
  if (bytes !== object.bytes) return { kind: "spoiled", why: "size", detail: String(bytes) };
  const told = (await watched.entry(Promise.resolve())) ?? NOTHING_TOLD(endMs);
  return judgeEnd(object, told, true, [...samples, { ms: told.ms, bytes }]);
}

const NOTHING_TOLD = (ms: number) => ({
  ...{ ms, transferBytes: 0, encodedBytes: 0, isFromCache: false, isRedirected: false },
});

/** Decoded to its last line: an error page, or another picture, is not taken for it. */
async function loadImage({ object, address, watched, signal, startMs }: Work): Promise<Outcome> {
  const image = new Image();
  const end = new Promise<boolean>((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
    signal.addEventListener("abort", () => {
      image.onload = image.onerror = null;
      image.src = "";
      resolve(false);
    });
  });
  image.referrerPolicy = "no-referrer";
  image.src = address;
  const isWhole = await end;
  const ms = since(startMs);
  if (!isWhole) return { kind: "failed", ms };
  const { naturalWidth: width, naturalHeight: height } = image;
  if (width !== object.width || height !== object.height)
    return { kind: "spoiled", why: "picture", detail: `${width} x ${height}` };
  return judgeEnd(object, (await watched.entry(Promise.resolve())) ?? NOTHING_TOLD(ms), true, []);
}

/**
 * The page may see nothing of it. When it ended is told by Resource Timing; that it came whole, by the browser's cache for
 * programs, which takes no broken answer. Pages without https have no such cache: there, nothing can be said.
 */
async function loadUnseen({ object, address, watched, signal, startMs }: Work): Promise<Outcome> {
  // Of this load alone: other tabs may be testing, too.
  const name = `${SHELF}-${crypto.randomUUID()}`;
  try {
    const shelf = await caches.open(name);
    const response = await fetch(address, { ...BASICS, mode: "no-cors", signal });
    const whole = shelf.put(address, response);
    const told = await watched.entry(whole.catch(() => {}));
    await whole;
    return judgeEnd(object, told ?? NOTHING_TOLD(since(startMs)), false, []);
  } catch {
    return { kind: "failed", ms: since(startMs) };
  } finally {
    await globalThis.caches?.delete(name).catch(() => {});
  }
}

/** So that no cache on the way answers, and that the browser's record is of this load. */
function withMark(address: string): string {
  const url = new URL(address);
  url.searchParams.set("brakelight", crypto.randomUUID().slice(0, 8));
  return url.href;
}
