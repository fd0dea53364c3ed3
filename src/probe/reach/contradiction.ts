/**
 * Whether two answers to one query cannot both be the name server's. Two lists of one network's addresses are no contradiction,
 * for they rotate; neither is a failure that may be a server's own trouble, for forwarders ask several servers at once. Pure.
 */
import { areNeighbours, isBogon } from "../../observation/address.ts";
import { failureKind, isDnsDenial } from "../../observation/failure.ts";
import type { DnsAnswer } from "./dns-answer.ts";

export function contradicts(first: DnsAnswer, later: DnsAnswer): boolean {
  if (first.kind === "addresses" && later.kind === "addresses")
    return leadElsewhere(first.addresses, later.addresses);
  return (isDenial(first) && later.kind === "addresses") || (first.kind === "addresses" && isDenial(later));
}

function isDenial(answer: DnsAnswer): boolean {
  return answer.kind === "failure" && isDnsDenial(failureKind(answer.failure));
}

function leadElsewhere(some: readonly string[], others: readonly string[]): boolean {
  if (some.every(isBogon) !== others.every(isBogon)) return true;
  return !some.some((one) => others.some((other) => areNeighbours(one, other)));
}
