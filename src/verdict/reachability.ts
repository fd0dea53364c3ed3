/**
 * Judges whether a site could be reached, beside a control that tried at the same time from elsewhere.
 * Each hop's DNS in the order of redirects, then TCP, TLS and HTTP of the last: the first step that was interfered
 * with decides. Suspect DNS answers are judged by what stands at the addresses.
 */
import { isBogon } from "../observation/address.ts";
import { failureKind } from "../observation/failure.ts";
import type { OoniReading } from "../observation/ooni-reading.ts";
import type { Mechanism } from "../observation/vocabulary.ts";
import { type ControlView, type Finding, insufficient, type Step, unique } from "./finding.ts";
import { type Hop, hopsOf, isRedirect } from "./ooni-hops.ts";
import { matchPages } from "./page-match.ts";
import { connectsOf, judgeConnects } from "./reach-connect.ts";
import { type DnsJudgement, judgeDns } from "./reach-dns.ts";
import { handshakesOf, judgeHandshakes } from "./reach-handshake.ts";
import { judgeRequest } from "./reach-http.ts";

const HTTPS_PORT = 443;

export function judgeReachability(reading: OoniReading): Finding {
  if (reading.tunnel !== undefined) {
    return { ...insufficient(`measured through ${reading.tunnel.slice(0, 100)}`), state: "invalid" };
  }
  const hops = hopsOf(reading);
  if (hops.length === 0) return insufficient("the measurement names no URL");
  const control = controlView(reading);
  const inputHost = hops[0]!.host;
  let inputDns: DnsJudgement | undefined;

  for (const hop of hops) {
    const dns = judgeDns(reading, {
      host: hop.host,
      isAddress: hop.isAddress,
      controlKnowsHost: hop.host === inputHost,
      controlReachedPage: control.reachedPage,
    });
    inputDns ??= dns;
    if (dns.kind === "decided") return dns.finding!;
    if (dns.kind === "suspect") {
      const finding = judgeSuspect(reading, hops, hop, dns, control);
      if (finding) return finding;
    }
    if (hop !== hops.at(-1)) continue;
    const path = judgePath(reading, hop, dns, control);
    if (path.finding) return path.finding;
    const finding = judgeRequest(reading, hops, control);
    const other = finding.state === "ok" ? judgeOtherPort(reading, hops[0]!, inputDns, control) : undefined;
    return other ?? { ...finding, evidence: [...finding.evidence, ...path.evidence] };
  }
  return insufficient("nothing was measured");
}

function controlView({ control }: OoniReading): ControlView {
  if (!control?.http) return { reachedPage: undefined };
  const { failure, status } = control.http;
  return {
    reachedPage: failure === undefined && status !== undefined,
    ...(failure !== undefined && { httpFailure: failure }),
  };
}

/** TCP and TLS of a hop, to the addresses that a user would have used; no finding where they passed or are unseen. */
function judgePath(
  reading: OoniReading,
  hop: Hop,
  dns: DnsJudgement,
  control: ControlView,
): { readonly finding?: Finding; readonly evidence: readonly string[] } {
  const context = pathContext(reading, hop, dns, control);
  const steps: (() => Step)[] = [() => judgeConnects(reading, context)];
  if (hop.scheme === "https") steps.push(() => judgeHandshakes(reading, context));
  const evidence: string[] = [];
  for (const judge of steps) {
    const step = judge();
    if (step.kind === "passed") evidence.push(...step.evidence);
    if (step.kind !== "decided") continue;
    const carried = hop.request !== undefined && hop.request.failure === undefined;
    if (!carried || step.finding.state !== "blocked") return { finding: step.finding, evidence };
    // Users whose resolver gives those addresses are blocked; others may not be.
    const elsewhere = `the page came from ${hop.request?.ip ?? "another address"} all the same`;
    return {
      finding: { ...step.finding, confidence: "low", evidence: [...step.finding.evidence, elsewhere] },
      evidence,
    };
  }
  return { evidence };
}

function pathContext(reading: OoniReading, hop: Hop, dns: DnsJudgement, control: ControlView) {
  const { host, port, depth } = hop;
  const base = { host, port, ...(depth !== undefined && { depth }), controlReachedPage: control.reachedPage };
  const tried = connectsOf(reading, { ...base, addresses: dns.addresses }).length > 0;
  // No address of the system resolver was tried: those of the others stand in.
  return { ...base, addresses: tried ? dns.addresses : dns.otherAddresses };
}

/** What stands at addresses in which nobody else believes; undefined where it is the site after all. */
function judgeSuspect(
  reading: OoniReading,
  hops: readonly Hop[],
  hop: Hop,
  dns: DnsJudgement,
  control: ControlView,
): Finding | undefined {
  const addresses = dns.addresses.filter((ip) => !isBogon(ip));
  const context = { ...pathContext(reading, hop, dns, control), addresses };
  const blocked = (confidence: "low" | "medium", ...why: string[]): Finding => {
    const beyond = judgeBeyond(reading, hop, dns, control);
    return {
      state: "blocked",
      mechanisms: unique<Mechanism>(["dns.inconsistent", ...beyond.mechanisms]),
      confidence,
      evidence: [...dns.evidence, ...why, ...beyond.evidence],
      ruledOut: dns.noSuchName
        ? []
        : [{ explanation: "the name does not exist", because: "the control resolved it" }],
    };
  };
  const confidence = dns.corroborated ? "medium" : "low";

  if (!control.reachedPage && !dns.noSuchName) {
    return insufficient(...dns.evidence, "the control fetched no page to compare with");
  }
  const connects = connectsOf(reading, context);
  const tellingKinds = ["refused", "timeout", "reset", "eof"];
  if (
    connects.length > 0 &&
    connects.every(({ failure }) => failure !== undefined && tellingKinds.includes(failureKind(failure)))
  ) {
    return blocked(confidence, `nothing answers there: ${connects[0]!.failure}`);
  }
  const handshakes = handshakesOf(reading, {
    ...context,
    port: hop.scheme === "https" ? hop.port : HTTPS_PORT,
  });
  const failures = handshakes.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0 && failures.length === handshakes.length) {
    const kinds = failures.map(failureKind);
    if (kinds.includes("certificate"))
      return blocked("medium", "what answers there has no certificate for the site");
    if (
      hop.scheme === "https" &&
      !kinds.every((kind) => kind === "local" || kind === "certificate-unclear")
    ) {
      return blocked(confidence, `no TLS for the site there: ${failures[0]}`);
    }
  }
  const request = hop.request;
  const throughThem = request && (request.ip === undefined || addresses.includes(request.ip));
  if (throughThem && request.failure !== undefined) {
    return blocked(confidence, `no page there: ${request.failure}`);
  }
  if (throughThem && dns.noSuchName) {
    return dns.corroborated
      ? blocked("low", "an encrypted resolver found no such name either, yet something answers there")
      : insufficient(
          ...dns.evidence,
          "something answers there, and only the control says that there is no such name",
        );
  }
  const page = reading.control?.http;
  if (throughThem && control.reachedPage && page) {
    // A redirect from there says nothing by itself; the page that it led to does.
    const final = isRedirect(request) ? hops.at(-1)?.request : request;
    if (!final || final.failure !== undefined) {
      return insufficient(...dns.evidence, "the redirect from there led to no page");
    }
    const match = matchPages(final, page);
    if (match.result === "same") return undefined;
    if (match.result === "different" || match.result === "unlike") {
      return blocked(confidence, "the page there is another", ...match.evidence);
    }
    return insufficient(...dns.evidence, ...match.evidence, "whose page it is cannot be told");
  }
  return insufficient(...dns.evidence, "what stands there was not seen");
}

/** With DNS out of the way, does the site's own address fail as well? */
function judgeBeyond(
  reading: OoniReading,
  hop: Hop,
  dns: DnsJudgement,
  control: ControlView,
): Pick<Finding, "mechanisms" | "evidence"> {
  const addresses = dns.otherAddresses.filter((ip) => !dns.addresses.includes(ip));
  if (addresses.length === 0) return { mechanisms: [], evidence: [] };
  const context = { ...pathContext(reading, hop, dns, control), addresses };
  const steps = [judgeConnects(reading, context)];
  if (hop.scheme === "https") steps.push(judgeHandshakes(reading, context));
  const findings = steps.flatMap((step) =>
    step.kind === "decided" && step.finding.state === "blocked" ? [step.finding] : [],
  );
  return {
    mechanisms: findings.flatMap(({ mechanisms }) => mechanisms),
    evidence: findings.flatMap(({ evidence }) => evidence),
  };
}

/** An http:// site that loads while its HTTPS port, which the control reaches, does not. */
function judgeOtherPort(
  reading: OoniReading,
  hop: Hop,
  dns: DnsJudgement,
  control: ControlView,
): Finding | undefined {
  if (hop.scheme !== "http" || hop.port === HTTPS_PORT) return undefined;
  const context = {
    host: hop.host,
    port: HTTPS_PORT,
    addresses: dns.addresses,
    ...(hop.depth !== undefined && { depth: hop.depth }),
    // Only what the control did with the same address counts.
    controlReachedPage: control.reachedPage === undefined ? undefined : false,
  };
  for (const step of [judgeConnects(reading, context), judgeHandshakes(reading, context)]) {
    if (step.kind === "decided" && step.finding.state === "blocked") {
      return {
        ...step.finding,
        confidence: "low",
        evidence: [`http://${hop.host} loaded, its HTTPS did not`, ...step.finding.evidence],
      };
    }
  }
  return undefined;
}
