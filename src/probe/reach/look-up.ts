/**
 * Name look-ups: through the system, as every program here does it, and at a second name server, in plain DNS so that
 * a box on the way sees it and may answer in its place. Both give IPv4 and IPv6 addresses, at most MAX_ADDRESSES.
 * A private or loopback address for a public name is noted as dns_bogon_error and kept. Bounded by `timeoutMs`; a
 * system's look-up that takes longer goes on in its thread and its answer is dropped.
 */
import { isIP } from "node:net";
import { canonicalAddress, isBogon } from "../../observation/address.ts";
import { MAX_ADDRESSES } from "./dns-answer.ts";
import { askNameServer, type Exchange } from "./dns-exchange.ts";
import type { NameServer } from "./dns-over-tcp.ts";
import type { ReachEffects } from "./effects.ts";
import type { ResolveStep } from "./reach-record.ts";
import { withFailure } from "./reach-record.ts";
import { lookUpFailure, TIME_OUT } from "./step-failure.ts";

const DNS_PORT = 53;
/** How long the other family's answer is waited for once one family has addresses. */
const OTHER_FAMILY_MS = 1000;

export type LookedUp = Pick<ResolveStep, "addresses" | "bogons" | "failure" | "viaTcp" | "laterAnswers">;

/** Names that are not for the public internet: RFC 6761, RFC 6762, RFC 8375, RFC 9476, and "internal" (ICANN 2024). */
const PRIVATE_ENDINGS =
  /(?:^|\.)(?:localhost|local|localdomain|lan|home|corp|internal|intranet|private|test|invalid|example|alt|home\.arpa)$/i;

export function isPublicName(name: string): boolean {
  const bare = name.replace(/\.$/, "");
  return bare.includes(".") && isIP(bare) === 0 && !PRIVATE_ENDINGS.test(bare);
}

/** "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"; undefined for anything else. */
export function readNameServer(text: string): NameServer | undefined {
  if (isIP(text)) return { ip: text, port: DNS_PORT };
  const match = /^(?:\[([^\]]{2,60})\]|([\d.]{7,15}))(?::(\d{1,5}))?$/.exec(text);
  const ip = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? DNS_PORT);
  if (ip === undefined || isIP(ip) !== (match![1] === undefined ? 4 : 6)) return undefined;
  return port > 0 && port < 65_536 ? { ip, port } : undefined;
}

/** Resolves always. */
export function lookUpSystem(name: string, timeoutMs: number, effects: ReachEffects): Promise<LookedUp> {
  return new Promise((resolve) => {
    const finish = (looked: LookedUp): void => {
      clearTimeout(timer);
      resolve(looked);
    };
    const timer = setTimeout(finish, timeoutMs, { addresses: [], failure: TIME_OUT });
    effects.lookUp(name).then(
      (addresses) => finish(judged(name, addresses)),
      (error) => finish({ addresses: [], failure: lookUpFailure(error) }),
    );
  });
}

/** Resolves always. */
export async function lookUpAt(
  server: NameServer,
  name: string,
  timeoutMs: number,
  effects: ReachEffects,
): Promise<LookedUp> {
  const ask = (type: "A" | "AAAA"): Promise<Exchange> =>
    askNameServer(server, name, type, timeoutMs, effects);
  const answers = await bothFamilies([ask("A"), ask("AAAA")]);
  const addresses = answers.flatMap((answer) => ("addresses" in answer ? answer.addresses : []));
  const laterAnswers = [...new Set(answers.flatMap((answer) => answer.laterAnswers))];
  const manner = {
    ...(answers.some((answer) => answer.viaTcp) ? { viaTcp: true } : {}),
    ...(laterAnswers.length > 0 ? { laterAnswers } : {}),
  };
  if (addresses.length > 0) return { ...judged(name, addresses), ...manner };
  return { addresses: [], failure: worstFailure(answers), ...manner };
}

/** Both answers; of the slower one only what it gives within OTHER_FAMILY_MS of the other's addresses. */
function bothFamilies(asked: readonly [Promise<Exchange>, Promise<Exchange>]): Promise<Exchange[]> {
  return new Promise((resolve) => {
    const answers: Exchange[] = [];
    let timer: NodeJS.Timeout | undefined;
    for (const exchange of asked) {
      exchange.then((answer) => {
        answers.push(answer);
        if (answers.length === asked.length) {
          clearTimeout(timer);
          resolve(answers);
        } else if ("addresses" in answer) timer = setTimeout(resolve, OTHER_FAMILY_MS, answers);
      });
    }
  });
}

/** What says the most: that one family has no addresses says less than any trouble with the other. */
function worstFailure(answers: readonly Exchange[]): string {
  const failures = answers.flatMap((answer) => ("failure" in answer ? [answer.failure] : []));
  return failures.find((failure) => failure !== "dns_no_answer") ?? failures[0] ?? TIME_OUT;
}

function judged(name: string, given: readonly string[]): LookedUp {
  const addresses = [...new Set(given)].slice(0, MAX_ADDRESSES);
  if (addresses.length === 0) return { addresses, failure: "dns_no_answer" };
  if (!isPublicName(name)) return { addresses };
  const bogons = addresses.filter((address) => isBogon(canonicalAddress(address) ?? address));
  if (bogons.length === 0) return { addresses };
  return withFailure(
    { addresses, bogons },
    bogons.length === addresses.length ? "dns_bogon_error" : undefined,
  );
}
