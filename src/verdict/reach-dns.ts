/**
 * Judges the name resolution of one host: what programs on the probe's machine were told (its system resolver),
 * against the control's resolver, or against an encrypted one that the probe asked.
 * Answers agree when they share an address or a network, or when the address proves itself by a valid TLS handshake.
 * Answers that do not agree are only suspect: content networks answer each place differently.
 */
import { isBogon, isStandIn } from "../observation/address.ts";
import { type FailureKind, failureKind, isDnsDenial } from "../observation/failure.ts";
import type { OoniQuery, OoniReading } from "../observation/ooni-reading.ts";
import { dnsMechanismOf, type Finding, insufficient, unique } from "./finding.ts";
import type { RuledOut } from "./verdict.ts";

export interface DnsContext {
  readonly host: string;
  readonly isAddress: boolean;
  /** The control was asked for this host. */
  readonly controlKnowsHost: boolean;
  /** The control fetched the page, so that every host on its way resolved; undefined without a control. */
  readonly controlReachedPage: boolean | undefined;
}

export interface DnsJudgement {
  readonly kind: "agrees" | "unknown" | "suspect" | "decided";
  /** What the user would connect to; empty where not known. */
  readonly addresses: readonly string[];
  /** Agreed by the other resolvers, for comparison. */
  readonly otherAddresses: readonly string[];
  /** suspect: the control's resolver says that the name does not exist. */
  readonly noSuchName?: boolean;
  /** suspect: somebody besides the control's resolver disagrees too. */
  readonly corroborated?: boolean;
  readonly evidence: readonly string[];
  /** decided only. */
  readonly finding?: Finding;
}

const NAME_HAS_NO_ADDRESS: ReadonlySet<FailureKind> = new Set(["dns-nxdomain", "dns-no-answer"]);

export function judgeDns(reading: OoniReading, context: DnsContext): DnsJudgement {
  const { host } = context;
  if (context.isAddress) return { kind: "agrees", addresses: [host], otherAddresses: [], evidence: [] };
  const queries = reading.queries.filter(({ hostname }) => hostname === host);
  const system = queries.filter(({ resolver }) => resolver === "system");
  const others = queries.filter(({ resolver }) => resolver !== "system");
  const otherAddresses = unique([...addressesOf(others), ...controlAddresses(reading, context)]).filter(
    (ip) => !isBogon(ip),
  );
  if (system.length === 0) {
    return { kind: "unknown", addresses: addressesOf(queries), otherAddresses, evidence: [] };
  }
  const addresses = addressesOf(system);
  const base = { addresses, otherAddresses };
  if (addresses.length === 0) {
    const kind = failureOf(system);
    return {
      ...base,
      kind: "decided",
      evidence: [],
      finding: judgeNoAddress(reading, context, kind, others),
    };
  }
  const provenAddress = addresses.find((ip) => provesItself(reading, host, ip));
  if (addresses.every(isBogon)) return judgeBogon(reading, context, base, others, provenAddress);
  if (provenAddress !== undefined) {
    return {
      ...base,
      kind: "agrees",
      evidence: [`${provenAddress} proved to be ${host} by a valid TLS handshake`],
    };
  }
  return compare(reading, context, base, others);
}

/** A verified TLS handshake for the name, by the probe or by the control. */
function provesItself(reading: OoniReading, host: string, ip: string): boolean {
  if (reading.control?.addresses.get(ip)?.validForDomain) return true;
  return reading.handshakes.some(
    (handshake) =>
      handshake.ip === ip &&
      handshake.serverName === host &&
      handshake.verified &&
      handshake.failure === undefined,
  );
}

function addressesOf(queries: readonly OoniQuery[]): string[] {
  return unique(queries.flatMap(({ answers }) => answers.map(({ ip }) => ip)));
}

function controlAddresses(reading: OoniReading, { controlKnowsHost }: DnsContext): readonly string[] {
  return controlKnowsHost ? (reading.control?.dns?.addresses ?? []) : [];
}

/** The kind that says most: an A query may succeed with nothing while the name as a whole was refused. */
function failureOf(system: readonly OoniQuery[]): FailureKind {
  const kinds = system.map(({ failure }) => (failure === undefined ? "dns-no-answer" : failureKind(failure)));
  return kinds.find((kind) => kind !== "dns-no-answer") ?? "dns-no-answer";
}

function judgeNoAddress(
  reading: OoniReading,
  context: DnsContext,
  kind: FailureKind,
  others: readonly OoniQuery[],
): Finding {
  const { host, controlKnowsHost, controlReachedPage } = context;
  const said = `the system resolver gave no address for ${host} (${kind})`;
  const explicit = isDnsDenial(kind) || kind === "dns-bogon";
  const known = controlAddresses(reading, context).filter((ip) => !isBogon(ip));
  const witness = addressesOf(others).find(
    (ip) => !isBogon(ip) && (known.includes(ip) || provesItself(reading, host, ip)),
  );
  const ruledOut: RuledOut[] = [];
  const evidence = [said];
  if (witness !== undefined) {
    evidence.push(`another resolver gave the same probe ${witness}`);
    ruledOut.push({ explanation: "the probe was offline", because: "another of its queries was answered" });
  }
  const blocked = (confidence: "low" | "medium"): Finding => ({
    state: "blocked",
    mechanisms: [dnsMechanismOf(kind)],
    confidence,
    evidence,
    ruledOut,
  });
  const controlDns = controlKnowsHost ? reading.control?.dns : undefined;
  if (controlDns) {
    if (known.length > 0) {
      evidence.push(`the control's resolver gave ${known.slice(0, 3).join(", ")}`);
      ruledOut.push({ explanation: "the name does not exist", because: "the control resolved it" });
      if (explicit) return blocked(witness === undefined && kind !== "dns-nxdomain" ? "low" : "medium");
      if (witness !== undefined) return blocked("low");
      return insufficient(
        ...evidence,
        "such a failure may be the resolver's own, and no other resolver was seen to answer",
      );
    }
    const controlKind = controlDns.failure === undefined ? "dns-no-answer" : failureKind(controlDns.failure);
    if (
      controlDns.addresses.length === 0 &&
      NAME_HAS_NO_ADDRESS.has(controlKind) &&
      NAME_HAS_NO_ADDRESS.has(kind)
    ) {
      return {
        state: "down",
        mechanisms: [],
        confidence: "medium",
        evidence: [said, `the control got no address for ${host} either`],
        ruledOut: [{ explanation: "blocked in this network", because: "the control fails in the same way" }],
      };
    }
    return insufficient(said, "the control's resolver gave no address of use either");
  }
  if (controlReachedPage) {
    evidence.push("the control fetched the page, through this host unless it was sent elsewhere");
    if (explicit) return blocked(witness === undefined ? "low" : "medium");
    if (witness !== undefined) return blocked("low");
    return insufficient(...evidence);
  }
  if (explicit && witness !== undefined && provesItself(reading, host, witness)) {
    evidence.push(`${witness} proved to be ${host} by a valid TLS handshake`);
    return blocked("low");
  }
  return insufficient(said, "no control to compare with");
}

function judgeBogon(
  reading: OoniReading,
  context: DnsContext,
  base: Pick<DnsJudgement, "addresses" | "otherAddresses">,
  others: readonly OoniQuery[],
  provenAddress: string | undefined,
): DnsJudgement {
  const { host } = context;
  const said = `the system resolver gave ${host} the address ${base.addresses[0]}, which no public site has`;
  const settle = (finding: Finding): DnsJudgement => ({ ...base, kind: "decided", evidence: [], finding });
  if (provenAddress !== undefined) {
    if (!isStandIn(provenAddress))
      return { ...base, kind: "agrees", evidence: [said, "yet it proved to be the site"] };
    return settle({
      state: "invalid",
      mechanisms: [],
      evidence: [said, "and the site was reached through it: a bypass tool or proxy stands between"],
      ruledOut: [],
    });
  }
  const control = controlAddresses(reading, context);
  const controlPublic = control.some((ip) => !isBogon(ip));
  const witness = addressesOf(others.filter(({ resolver }) => resolver === "encrypted")).some(
    (ip) => !isBogon(ip),
  );
  if (control.length > 0 && !controlPublic) {
    return settle(insufficient(said, "the control's resolver gave such an address as well"));
  }
  if (!controlPublic && !(context.controlReachedPage && !context.controlKnowsHost) && !witness) {
    return settle(insufficient(said, "no other resolver is known to answer otherwise"));
  }
  const evidence = [said];
  if (controlPublic) evidence.push(`the control's resolver gave ${control.filter((ip) => !isBogon(ip))[0]}`);
  if (witness) evidence.push("an encrypted resolver gave the same probe a public address");
  return settle({
    state: "blocked",
    mechanisms: ["dns.bogon"],
    confidence: controlPublic && witness ? "high" : controlPublic ? "medium" : "low",
    evidence,
    ruledOut: controlPublic
      ? [
          {
            explanation: "the name points nowhere for everybody",
            because: "the control got a public address",
          },
        ]
      : [],
  });
}

function compare(
  reading: OoniReading,
  context: DnsContext,
  base: Pick<DnsJudgement, "addresses" | "otherAddresses">,
  others: readonly OoniQuery[],
): DnsJudgement {
  const { host, controlKnowsHost } = context;
  const addresses = base.addresses.filter((ip) => !isBogon(ip));
  const encrypted = others.filter(({ resolver }) => resolver === "encrypted");
  const encryptedAddresses = addressesOf(encrypted);
  const agrees = (because: string): DnsJudgement => ({ ...base, kind: "agrees", evidence: [because] });
  if (addresses.some((ip) => encryptedAddresses.includes(ip))) {
    return agrees("an encrypted resolver gave the same address");
  }
  const dns = controlKnowsHost ? reading.control?.dns : undefined;
  if (!dns) return { ...base, kind: "unknown", evidence: [] };
  if (addresses.some((ip) => dns.addresses.includes(ip))) return agrees("the control got the same address");

  const asnOf = (ip: string): number | undefined =>
    reading.control?.addresses.get(ip)?.asn ??
    reading.queries
      .flatMap(({ answers }) => answers)
      .find((answer) => answer.ip === ip && answer.asn !== undefined)?.asn;
  const networks = (ips: readonly string[]): number[] => ips.flatMap((ip) => asnOf(ip) ?? []);
  const controlNetworks = networks(dns.addresses);
  const shared = networks(addresses).find((asn) => controlNetworks.includes(asn));
  if (shared !== undefined)
    return agrees(`the addresses lie in the same network as the control's, AS${shared}`);
  if (reading.probeSaysDnsConsistent)
    return agrees("the probe found the addresses in the control's networks");

  if (dns.addresses.length === 0) {
    const kind = dns.failure === undefined ? "dns-no-answer" : failureKind(dns.failure);
    if (!NAME_HAS_NO_ADDRESS.has(kind)) return { ...base, kind: "unknown", evidence: [] };
    return {
      ...base,
      kind: "suspect",
      noSuchName: true,
      corroborated: encrypted.some(
        ({ failure }) => failure !== undefined && NAME_HAS_NO_ADDRESS.has(failureKind(failure)),
      ),
      evidence: [
        `the system resolver gave ${host} the address ${addresses[0]}, the control found no such name`,
      ],
    };
  }
  if (dns.addresses.every(isBogon)) return { ...base, kind: "unknown", evidence: [] };
  return {
    ...base,
    kind: "suspect",
    corroborated:
      encryptedAddresses.some((ip) => dns.addresses.includes(ip)) ||
      networks(encryptedAddresses).some((asn) => controlNetworks.includes(asn)) ||
      // The control tried all of them: its own prove to be the site, these do not.
      (addresses.every((ip) => reading.control?.addresses.get(ip)?.validForDomain === false) &&
        dns.addresses.some((ip) => reading.control?.addresses.get(ip)?.validForDomain)),
    evidence: [
      `the system resolver gave ${host} the address ${addresses[0]}, the control's gave ${dns.addresses[0]}, in no network in common`,
    ],
  };
}
