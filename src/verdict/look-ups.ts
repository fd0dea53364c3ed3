/**
 * What the look-ups of a name say by themselves, with what was found at the addresses that they lead to. `blocked` by the
 * name server needs three things: what it says on purpose, a second one that leads to a server which proves to be it, and
 * that the first leads other names elsewhere. Less is `insufficient`: a name may not exist, a name server may be in trouble,
 * content networks answer each place differently. docs/method.md, "Look-ups".
 */
import { areNeighbours, canonicalAddress, isBogon, isStandIn } from "../observation/address.ts";
import { failureKind, isDnsDenial } from "../observation/failure.ts";
import type { Mechanism } from "../observation/vocabulary.ts";
import { dnsMechanismOf } from "./finding.ts";
import { type LookUp, leadsNowhere, lookUpSentences, nowhereSentence } from "./look-up-sentences.ts";
import type { PairJudgement } from "./pair/pair-judgement.ts";
import { plainJudgement } from "./plain-judgement.ts";

/** What stood at an address: a trusted certificate for the name, another's, nothing that answers, or none of these. */
export interface Found {
  readonly address: string;
  readonly is: "proven" | "another" | "silent" | "unclear";
}

export interface SeenLookUps {
  readonly name: string;
  readonly lookUps: readonly LookUp[];
  readonly found: readonly Found[];
  /** Where the system's name server led other names at the time. */
  readonly othersAt: readonly string[];
  /** The name stands in this machine's own hosts file. */
  readonly isInHostsFile?: boolean;
}

/** Of two resolvers and one server that proved its name: a resolver may lag behind, or filter for its own users. */
const CONFIDENCE = 0.8;
const SECOND_WOULD_TELL = "a second name server would tell: --resolver ADDRESS";
const AT_AN_ADDRESS =
  "at an address that is known to be its own it can be measured all the same: --connect ADDRESS";
const NOWHERE_ELSE = "yet the system's was not seen to lead any other name elsewhere";

/** Of a name whose look-up failed. */
export function judgeNoAddress(seen: SeenLookUps): PairJudgement {
  const { name } = seen;
  const { system, second } = answersOf(seen);
  const failure = system?.failure ?? "no address";
  const rest = lookUpSentences(seen);
  if (system && system.addresses.length > 0) {
    return (
      judgeLookUps(seen) ??
      insufficient(
        `the name ${name} had no address at first, and a moment later ${system.addresses.join(", ")}: measure again`,
        ...rest,
      )
    );
  }
  const isProven = found("proven", second?.addresses ?? [], seen) !== undefined;
  const isDenied = isDnsDenial(failureKind(failure));
  if (isProven && isDenied && leadsOthersElsewhere(seen)) {
    return blockedByNameServer(
      dnsMechanismOf(failureKind(failure)),
      seen,
      `the system's name server has no address for ${name} (${failure}); a second one has, and the server there proves that it is ${name}`,
      ...rest,
    );
  }
  return insufficient(
    `the name ${name} has no address from here (${failure}): the look-up fails, or the name does not exist`,
    ...(second ? [] : [SECOND_WOULD_TELL]),
    AT_AN_ADDRESS,
    ...(isProven
      ? [
          `a second name server leads to a server that proves to be ${name}, ${isDenied ? NOWHERE_ELSE : "yet such a failure may be the system's name server's own trouble"}`,
        ]
      : []),
    ...rest,
  );
}

/** Pairs against what stands at the address, unless the look-up led astray: the same flows say less, or nothing, then. */
export function withLookUps(judgement: PairJudgement, seen: SeenLookUps): PairJudgement {
  const own = judgeLookUps(seen);
  if (own && isOverruled(judgement, own, seen))
    return { ...own, evidence: [...own.evidence, ...judgement.evidence.slice(0, 1)] };
  const said = own?.evidence ?? lookUpSentences(seen, differingNetworks(seen));
  return { ...judgement, evidence: [...judgement.evidence, ...said] };
}

function isOverruled({ state }: PairJudgement, own: PairJudgement, seen: SeenLookUps): boolean {
  if (own.state === "invalid" || state === "down") return true;
  const { system } = answersOf(seen);
  const isAnother = found("another", system?.addresses ?? [], seen) !== undefined;
  // Whoever goes on without a trusted certificate has the wrong server's speed.
  return (state === "insufficient" && (isAnother || leadsNowhere(system))) || (state === "ok" && isAnother);
}

/** Undefined where the name server led to the target, or nothing contradicts it. */
function judgeLookUps(seen: SeenLookUps): PairJudgement | undefined {
  const { system, second } = answersOf(seen);
  if (!system || system.addresses.length === 0) return undefined;
  const isProven = found("proven", system.addresses, seen) !== undefined;
  if (leadsNowhere(system)) return judgeNowhere(seen, system, isProven);
  const there = found("proven", second?.addresses ?? [], seen);
  if (isProven || there === undefined || areInOneNetwork(system.addresses, second!.addresses))
    return undefined;
  const led = system.addresses.join(", ");
  const rest = lookUpSentences(seen);
  if (found("another", system.addresses, seen) !== undefined) {
    const said = [
      `the certificate is another's where the system's name server leads ${seen.name} (${led})`,
      proofSentence(there, seen),
    ];
    return leadsOthersElsewhere(seen)
      ? blockedByNameServer("dns.inconsistent", seen, ...said, ...rest)
      : insufficient(...said, NOWHERE_ELSE, ...rest);
  }
  const tried = seen.found.filter(({ address }) => system.addresses.includes(address));
  if (tried.length === 0 || tried.some(({ is }) => is !== "silent")) return undefined;
  return insufficient(
    `nothing answers where the system's name server leads ${seen.name} (${led}): it is the name server, or the address`,
    proofSentence(there, seen),
    ...rest,
  );
}

/** Every address that the system's name server gave is one that no public site has. */
function judgeNowhere(seen: SeenLookUps, system: LookUp, isProven: boolean): PairJudgement | undefined {
  const { name } = seen;
  const said = nowhereSentence(system, name);
  const isHandedOut = system.addresses.some((address) => isStandIn(canonicalAddress(address) ?? address));
  // A private network's own server for a name that is public elsewhere is no interference.
  if (isProven && !isHandedOut) return undefined;
  const rest = lookUpSentences(seen);
  if (isProven) {
    const because = `${said}, and it is reached there: a bypass tool or proxy stands between: end it and measure again`;
    return plainJudgement("invalid", because, ...rest);
  }
  if (isHandedOut) return insufficient(said, "bypass tools hand out such addresses", ...rest);
  const { second } = answersOf(seen);
  const there = found("proven", second?.addresses ?? [], seen);
  if (there === undefined)
    return insufficient(
      said,
      second ? `what a second name server says did not prove to be ${name} either` : SECOND_WOULD_TELL,
      ...rest,
    );
  const answering = seen.found.find(
    ({ address, is }) => system.addresses.includes(address) && is !== "silent",
  );
  if (answering !== undefined)
    return insufficient(
      said,
      `somebody answers at ${answering.address}, without a certificate that is trusted: a private network's own server, or a page of a block`,
      proofSentence(there, seen),
      ...rest,
    );
  return leadsOthersElsewhere(seen)
    ? blockedByNameServer("dns.bogon", seen, said, proofSentence(there, seen), ...rest)
    : insufficient(said, proofSentence(there, seen), NOWHERE_ELSE, ...rest);
}

function proofSentence(there: string, { name }: SeenLookUps): string {
  return `a second name server leads to ${there}, and the server there proves that it is ${name}`;
}

function answersOf({ lookUps }: SeenLookUps): { readonly system?: LookUp; readonly second?: LookUp } {
  const system = lookUps.find(({ resolver }) => resolver === "system");
  const second = lookUps.find(({ resolver }) => resolver === "second");
  return { ...(system ? { system } : {}), ...(second ? { second } : {}) };
}

/** The first of these addresses at which that was found. */
function found(is: Found["is"], addresses: readonly string[], seen: SeenLookUps): string | undefined {
  return seen.found.find((one) => one.is === is && addresses.includes(one.address))?.address;
}

/** A name server that leads every name to one door, or nowhere, has no say about this one. */
function leadsOthersElsewhere({ othersAt, lookUps }: SeenLookUps): boolean {
  const own = lookUps.find(({ resolver }) => resolver === "system")?.addresses ?? [];
  return othersAt.some((address) => !isBogon(address) && !own.includes(address));
}

/** The second name server's addresses and the system's, where they lie apart and the system's did not prove to be right. */
function differingNetworks(seen: SeenLookUps): readonly [second: string, system: string] | undefined {
  const { system, second } = answersOf(seen);
  if (!system?.addresses.length || !second?.addresses.length) return undefined;
  if (found("proven", system.addresses, seen) !== undefined) return undefined;
  if (areInOneNetwork(system.addresses, second.addresses)) return undefined;
  return [second.addresses.join(", "), system.addresses.join(", ")];
}

function areInOneNetwork(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.some((other) => areNeighbours(one, other)));
}

/** Unless it is the user's own doing: a hosts file is asked before any name server. */
function blockedByNameServer(
  mechanism: Mechanism,
  { name, isInHostsFile }: SeenLookUps,
  ...evidence: readonly string[]
): PairJudgement {
  if (isInHostsFile)
    return insufficient(
      `this machine's own hosts file names ${name}: take the line out and measure again`,
      ...evidence.slice(1),
    );
  return { ...plainJudgement("blocked", ...evidence), mechanisms: [mechanism], confidence: CONFIDENCE };
}

function insufficient(...evidence: readonly string[]): PairJudgement {
  return plainJudgement("insufficient", ...evidence);
}
