import { describe, expect, it } from "vitest";
import { contradicts } from "./contradiction.ts";
import type { DnsAnswer } from "./dns-answer.ts";

const led = (...addresses: string[]): DnsAnswer => ({ kind: "addresses", addresses });
const failed = (failure: string): DnsAnswer => ({ kind: "failure", failure });

describe("Two answers to one query", () => {
  it.each([
    ["public addresses of networks apart", led("93.184.216.34"), led("83.224.65.41")],
    ["a private address and a public one", led("10.10.34.35"), led("93.184.216.34")],
    ["no such name and an address", failed("dns_nxdomain_error"), led("93.184.216.34")],
    ["an address and a refusal", led("93.184.216.34"), failed("dns_refused_error")],
    ["IPv6 addresses of networks apart", led("2001:4860:4860::8888"), led("2606:4700:4700::1111")],
  ])("contradict each other: %s", (_, first, later) => {
    expect(contradicts(first, later)).toBe(true);
    expect(contradicts(later, first)).toBe(true);
  });

  it.each([
    ["the same one twice", led("93.184.216.34"), led("93.184.216.34")],
    // A load balancer gives its servers in turn (RFC 1794).
    ["addresses of one network in turn", led("93.184.216.34"), led("93.184.7.1")],
    ["some in common", led("93.184.216.34", "83.224.65.41"), led("83.224.65.41")],
    ["a server's trouble, then what another one knows", failed("dns_servfail_error"), led("93.184.216.34")],
    ["an address, then another server's trouble", led("93.184.216.34"), failed("dns_servfail_error")],
    ["two ways to fail", failed("dns_nxdomain_error"), failed("dns_refused_error")],
    ["IPv6 addresses of one network", led("2001:4860:4860::8888"), led("2001:4860:7::1")],
  ])("may both be honest: %s", (_, first, later) => {
    expect(contradicts(first, later)).toBe(false);
    expect(contradicts(later, first)).toBe(false);
  });
});
