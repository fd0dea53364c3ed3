/**
 * Tells an address of changes: one POST an event, signed with HMAC-SHA-256 over time and body (the header is
 * `brakelight-signature: t=SECONDS,v1=HEX`), tried again with growing pauses. Addresses that lead into a private network are
 * refused after the name's look-up, and the connection goes to the address that was looked at, so that a name cannot change
 * its mind in between. No redirect is followed.
 */
import { createHmac } from "node:crypto";
import { lookup } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import ipaddr from "ipaddr.js";

export const ATTEMPTS = 4;
const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
/** Unicast addresses of the public internet, as ipaddr.js names ranges. */
const PUBLIC_RANGES = new Set(["unicast"]);

export interface WebhookEffects {
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly wait: (ms: number) => Promise<unknown>;
  readonly nowMs: () => number;
  /** Loopback is allowed where a person asked for it: for tests and for a receiver on the same machine. */
  readonly allowsLoopback: boolean;
}

export const nodeWebhookEffects: WebhookEffects = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  wait: (ms) => pause(ms),
  nowMs: () => Date.now(),
  allowsLoopback: false,
};

/** Undefined: it was taken. Otherwise why not. */
export async function postWebhook(
  url: string,
  secret: string,
  body: string,
  effects: WebhookEffects = nodeWebhookEffects,
): Promise<string | undefined> {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    return "what stands there is no address";
  }
  if (target.protocol !== "https:" && target.protocol !== "http:")
    return `'${url}' is neither https nor http`;
  let problem = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await effects.wait(FIRST_PAUSE_MS * 4 ** (attempt - 1));
    const address = await publicAddress(target, effects);
    if (!address.ok) {
      if (address.isFinal) return address.reason;
      problem = address.reason;
      continue;
    }
    const answer = await post(target, address.value, secret, body, effects.nowMs());
    if (answer.isTaken) return undefined;
    problem = answer.reason;
    if (answer.isFinal) break;
  }
  return `${target.origin}: ${problem}`;
}

type Address = { ok: true; value: string } | { ok: false; reason: string; isFinal: boolean };

async function publicAddress(
  { hostname }: URL,
  { resolve, allowsLoopback }: WebhookEffects,
): Promise<Address> {
  const host = hostname.replace(/^\[|\]$/g, "");
  let addresses: readonly string[];
  try {
    addresses = ipaddr.isValid(host) ? [host] : await resolve(host);
  } catch (error) {
    return {
      ok: false,
      reason: `its name cannot be looked up (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      isFinal: false,
    };
  }
  const inside = addresses.find((address) => !isPublic(address, allowsLoopback));
  if (inside !== undefined || addresses.length === 0)
    return {
      ok: false,
      reason: `${host} leads to ${inside ?? "no address"}, which is not on the public internet`,
      isFinal: true,
    };
  return { ok: true, value: addresses[0]! };
}

function isPublic(address: string, allowsLoopback: boolean): boolean {
  if (!ipaddr.isValid(address)) return false;
  const range = ipaddr.process(address).range();
  return PUBLIC_RANGES.has(range) || (allowsLoopback && range === "loopback");
}

interface Answer {
  readonly isTaken: boolean;
  readonly isFinal: boolean;
  readonly reason: string;
}

function post(url: URL, address: string, secret: string, body: string, nowMs: number): Promise<Answer> {
  const seconds = Math.floor(nowMs / 1000);
  const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  const options = {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "brakelight-signature": `t=${seconds},v1=${signature}`,
    },
    timeout: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    // The address that was looked at, whatever the name says now.
    lookup: (_host: string, options: { all?: boolean }, done: (...results: unknown[]) => void) => {
      const family = address.includes(":") ? 6 : 4;
      if (options.all) done(null, [{ address, family }]);
      else done(null, address, family);
    },
  };
  return new Promise((settle) => {
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(
      url,
      options as object,
      (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        settle({
          isTaken: status >= 200 && status < 300,
          isFinal: status >= 300 && status < 500 && status !== 408 && status !== 429,
          reason: `it answered ${status}`,
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer in 10 s")));
    request.on("error", (error) => settle({ isTaken: false, isFinal: false, reason: error.message }));
    request.end(body);
  });
}
