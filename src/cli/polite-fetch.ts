/**
 * GET, one at a time, as a good guest: says who asks, waits as long as it is told to (429, 503 and Retry-After), gives up
 * after a few tries. HTTPS, and plain HTTP to loopback only; redirects are followed under the same rule. Bodies go to a
 * file of bounded size.
 */
import { createWriteStream } from "node:fs";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";

const USER_AGENT = "brakelight (measurement of internet throttling; one request at a time)";
const MOST_TRIES = 5;
const MOST_REDIRECTS = 5;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;
/** Without a byte for so long, a transfer is given up. */
const TIMEOUT_MS = 60_000;
const PRIVATE_FILE = 0o600;
const MOST_TEXT_BYTES = 16 * 1024 * 1024;

export function readWebAddress(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isAllowed(url))
    throw new CommandError(`${option}: '${text}' is no https address (http only to this machine)`);
  return url;
}

function isAllowed({ protocol, hostname }: URL): boolean {
  if (protocol === "https:") return true;
  const host = hostname.replace(/^\[|\]$/g, "");
  return (
    protocol === "http:" &&
    (host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127.")))
  );
}

/** The body as text, bounded. */
export async function fetchText(url: URL): Promise<string> {
  const answer = await ask(url);
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of bodyOf(answer)) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_TEXT_BYTES) throw unreachable(url, "its answer is too long");
  }
  return text;
}

/** The body as a file. */
export async function fetchFile(url: URL, path: string, mostBytes: number): Promise<void> {
  const answer = await ask(url);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bodyOf(answer)) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw unreachable(url, `more than ${mostBytes} bytes`);
      yield chunk;
    }
  }
  try {
    await pipeline(Readable.from(counted()), createWriteStream(path, { mode: PRIVATE_FILE }));
  } catch (error) {
    throw error instanceof CommandError ? error : unreachable(url, (error as Error).message);
  }
}

async function ask(url: URL): Promise<Response> {
  let waitMs = FIRST_WAIT_MS;
  let last = "";
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    let answer: Response;
    try {
      answer = await followed(url);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw unreachable(url, String((error as Error).cause ?? (error as Error).message));
    }
    if (answer.status === 200) return answer;
    await answer.body?.cancel();
    last = `it answered ${answer.status}`;
    if (answer.status !== 429 && answer.status !== 503) break;
    if (attempt < MOST_TRIES) await sleep(Math.min(LONGEST_WAIT_MS, askedWaitMs(answer) ?? waitMs));
    waitMs *= 2;
  }
  throw unreachable(url, last);
}

async function followed(start: URL): Promise<Response> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await fetch(url, {
      ...{ redirect: "manual", headers: { "user-agent": USER_AGENT } },
      signal: AbortSignal.timeout(TIMEOUT_MS * 10),
    });
    const to = answer.headers.get("location");
    if (answer.status < 300 || answer.status >= 400 || to === null) return answer;
    await answer.body?.cancel();
    url = new URL(to, url);
    if (!isAllowed(url)) throw unreachable(start, "it points to an address that is not https");
  }
  throw unreachable(start, "it points elsewhere again and again");
}

async function* bodyOf(answer: Response): AsyncGenerator<Uint8Array> {
  if (answer.body) yield* answer.body as unknown as AsyncIterable<Uint8Array>;
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function askedWaitMs(answer: Response): number | undefined {
  const asked = answer.headers.get("retry-after")?.trim();
  if (asked === undefined || asked === "") return undefined;
  const seconds = /^\d{1,6}$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

function unreachable(url: URL, why: string): CommandError {
  return new CommandError(`${url.host}${url.pathname}: cannot be fetched: ${why}`, EXIT_NOT_MEASURED);
}
