/**
 * Where the boxes sit, told by hop limits on the first network: a hello that reaches hop n and no further, the router
 * that says so, and who acts on it. And fragments that set out with different hop limits.
 */
import type { Packet } from "../../src/packet/packet.ts";
import { PROTOCOL_ICMP } from "../../src/packet/packet.ts";
import type { Behaviour, End, Outcome } from "../middlebox/behaviour.ts";
import { hello, helloOf } from "../middlebox/payloads.ts";
import { TWITTER, TWO_APRIL } from "../middlebox/rules.ts";
import type { KernelFlow } from "./behaviour-flow.ts";
import { BLOCKED_BY_OPERATOR } from "./behaviour-network.ts";

export interface PlaceResult {
  readonly name: string;
  readonly hopLimit: number;
  /** Who said that time was exceeded. */
  readonly answeredBy: readonly string[];
  readonly outcome: Outcome;
}

export interface FragmentResult {
  readonly name: string;
  /** As they arrived. */
  readonly hopLimits: readonly number[];
}

export const PLACE_NAMES = ["twitter.com", BLOCKED_BY_OPERATOR];
/** The last one is the transit network's. */
export const PLACE_HOP_LIMITS = [1, 2, 3, 4, 5, 6, 7];
export const FIRST_FRAGMENT_HOP_LIMIT = 61;

const base: Omit<Behaviour, "name"> = {
  source: "box at hop 3 and blocker at hop 6 by TTL",
  rules: TWITTER,
  startMs: TWO_APRIL,
  steps: [],
  expected: "free",
};

export const PLACE_ROWS: readonly Behaviour[] = PLACE_NAMES.flatMap((name) =>
  PLACE_HOP_LIMITS.map((hopLimit) => ({ ...base, name: `${name} ${hopLimit}` })),
);
export const FRAGMENT_ROWS: readonly Behaviour[] = ([4, 6] as const).map((ipVersion) => ({
  ...base,
  name: `IPv${ipVersion}`,
  ipVersion,
}));

/** Addresses of routers whose ICMP says that time was exceeded (RFC 792: type 11). */
export class TimeExceeded {
  readonly from: string[] = [];

  notice(to: End, { protocol, bytes, addressOffset, ipPayloadOffset }: Packet): void {
    if (to !== "client" || protocol !== PROTOCOL_ICMP || bytes[ipPayloadOffset] !== 11) return;
    this.from.push(bytes.subarray(addressOffset, addressOffset + 4).join("."));
  }
}

export async function tryPlace(row: Behaviour, flow: KernelFlow, seen: TimeExceeded): Promise<PlaceResult> {
  const [name, hopLimit] = row.name.split(" ") as [string, string];
  await flow.open();
  await flow.deliver("client", [flow.packets.data("client", hello(name), Number(hopLimit))]);
  return { name, hopLimit: Number(hopLimit), outcome: await flow.outcome(), answeredBy: seen.from };
}

/** The first fragment sets out with FIRST_FRAGMENT_HOP_LIMIT, every other one with one less than the one before. */
export async function tryFragments(row: Behaviour, flow: KernelFlow): Promise<FragmentResult> {
  await flow.open();
  const fragments = flow.packets.fragments("client", helloOf("example.org", 300), 64);
  fragments.forEach((bytes, index) => {
    // The kernel writes IPv4's checksum.
    bytes[bytes[0]! >> 4 === 6 ? 7 : 8]! -= index;
  });
  await flow.deliverFragments("client", fragments);
  return { name: row.name, hopLimits: flow.fragmentHopLimits };
}
