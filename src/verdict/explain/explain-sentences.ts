/** What was found of a trigger, in words, with the connections that show it. */
import { addressBytes, isBogon } from "../../observation/address.ts";
import type { Rung } from "../verdict.ts";
import type { Answer } from "./acted-on.ts";
import { agreed, areBytesRead, countsOf } from "./agreement.ts";
import type { HopAnswer } from "./smallest-hop.ts";

/** The answers by TTL, lowest first; of routers only the network. */
export function hopLadder(answers: readonly HopAnswer[], routers: ReadonlyMap<number, string>): Rung[] {
  return limitsOf(answers).map((hopLimit) => {
    const ours = answers.filter((one) => one.hopLimit === hopLimit);
    const count = (word: Answer): number => ours.filter(({ answer }) => answer === word).length;
    const router = routers.get(hopLimit);
    return {
      ...{ hopLimit, acted: count("yes"), passed: count("no"), unsure: count("unsure") },
      ...(router === undefined ? {} : { router: networkOf(router) }),
    };
  });
}

function limitsOf(answers: readonly HopAnswer[]): number[] {
  return [...new Set(answers.map(({ hopLimit }) => hopLimit))].sort((a, b) => a - b);
}

export function hopSentences(answers: readonly HopAnswer[], routers: ReadonlyMap<number, string>): string[] {
  const limits = limitsOf(answers);
  const told = limits.map((limit) => {
    const ours = answers.filter(({ hopLimit }) => hopLimit === limit).map(({ answer }) => answer);
    return `${limit}: ${wordOf(ours)}`;
  });
  // A subscriber's first routers tell where the subscriber is: their networks are enough.
  const named = [...routers].sort(([a], [b]) => a - b).map(([hop, router]) => `${hop} ${networkOf(router)}`);
  return [
    `${answers.length} connections whose trigger reached only so many hops: ${told.join(", ")}`,
    ...(named.length > 0 ? [`routers that answered: ${named.join(", ")}`] : []),
  ];
}

/** IPv4 /24, IPv6 /32; of private addresses only that they are. */
function networkOf(address: string): string {
  if (isBogon(address)) return "private";
  if (!address.includes(":")) return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  const bytes = addressBytes(address) ?? [];
  const group = (at: number): string => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
  return `${group(0)}:${group(2)}::/32`;
}

function wordOf(answers: readonly Answer[]): string {
  if (answers.length > 1) return countsOf(answers);
  const [answer] = answers;
  return answer === "yes" ? "acted on" : answer === "no" ? "not acted on" : "no clear answer";
}

export interface HelloAnswers {
  readonly fields: ReadonlyMap<string, readonly Answer[]>;
  readonly packetsBefore: ReadonlyMap<number, readonly Answer[]>;
  readonly noiseBefore: ReadonlyMap<number, readonly Answer[]>;
}

export function helloSentences({ fields, packetsBefore, noiseBefore }: HelloAnswers): string[] {
  const ofFields = [...fields].map(([field, answers]) => {
    const acts = agreed(answers);
    const meaning = acts === undefined ? "" : acts ? ": it is not looked at" : ": it is looked at";
    return `hello with another ${field.replace("-", " ")}: ${countsOf(answers)}${meaning}`;
  });
  const before = [...packetsBefore].map(
    ([packets, answers]) => `hello after ${packets} packets of other TLS records: ${countsOf(answers)}`,
  );
  const noise = [...noiseBefore].map(
    ([bytes, answers]) => `hello after a packet of ${bytes} random bytes: ${countsOf(answers)}`,
  );
  return [...ofFields, ...before, ...noise];
}

/** `plain`: of the hello as it is, meanwhile: what gets past shows only where that does not. */
export function shapeSentences(
  shapes: ReadonlyMap<string, readonly Answer[]>,
  plain: readonly Answer[],
): string[] {
  if (agreed(plain) !== true)
    return [
      `what gets past cannot be told: the unchanged name has to be acted on meanwhile, and was not, or not surely (${countsOf(plain)})`,
    ];
  return [...shapes].map(([shape, answers]) => {
    const acts = agreed(answers);
    const meaning =
      acts === undefined ? "cannot be told" : acts ? "does not get past" : "full speed comes back";
    return `${shape}: ${meaning} (${countsOf(answers)})`;
  });
}

/** The same bytes, sizes and times, but not to be read: what acts on them all the same does not act by a name. */
export function invertedSentence(answers: readonly Answer[], plain: readonly Answer[]): string {
  const counts = `the same hello with every byte inverted: ${countsOf(answers)}`;
  const areRead = areBytesRead(answers, plain);
  if (areRead !== undefined)
    return `${counts}: ${areRead ? "it is the bytes that are looked at" : "it is not the bytes"}`;
  return agreed(answers) === undefined ? counts : `${counts}; as it is, ${countsOf(plain)}: cannot be told`;
}

/** Under the target's name at its own address nothing was asked, so that what acts there under another name may be its server's own way. */
export function addressSentence(answers: readonly Answer[]): string {
  const proven = "the address does not matter for the name: it acts at the control server";
  if (answers.length === 0) return proven;
  const isFree = agreed(answers) === false;
  return `${proven}; the target's own address under another name ${isFree ? `is ${countsOf(answers)}` : "could not be told"}`;
}

/** A name sent in another way, beside a neutral one sent in the same: only what acts on the one and not on the other acts by it. */
export function besideNeutralSentence(
  what: string,
  target: readonly Answer[],
  neutral: readonly Answer[],
): string {
  const [acts, actsOnAll] = [agreed(target), agreed(neutral)];
  const counts = `${what}: ${countsOf(target)}, under a neutral name ${countsOf(neutral)}`;
  if (acts === undefined || actsOnAll === undefined) return `${counts}: cannot be told`;
  if (actsOnAll) return `${counts}: whatever the name`;
  return acts ? `${counts}: it triggers as well` : `${counts}: it does not trigger`;
}
