import { describe, expect, it } from "vitest";
import { decoded } from "../../../test/middlebox/connection.ts";
import { internetChecksum } from "../../packet/emit-checksum.ts";
import { emitIpFragments, type IpHeader } from "../../packet/emit-ip.ts";
import { emitUdpDatagram } from "../../packet/emit-udp.ts";
import { PROTOCOL_UDP } from "../../packet/packet.ts";
import { DEFAULT_CONFIG, type MiddleboxConfig } from "./config.ts";
import { Counters } from "./counters.ts";
import { type CompleteDatagram, FragmentBuffer } from "./fragments.ts";

const V4: IpHeader = { source: "10.0.0.1", destination: "192.0.2.1", identification: 9, hopLimit: 33 };
const V6: IpHeader = { source: "2001:db8::1", destination: "2001:db8::2", identification: 9, hopLimit: 33 };
const PAYLOAD = Uint8Array.from({ length: 100 }, (_, i) => i);

function fragmentsOf(ip: IpHeader, size = 40, payload = PAYLOAD): Uint8Array[] {
  const datagram = emitUdpDatagram(ip, { sourcePort: 1, destinationPort: 2, payload });
  return emitIpFragments(ip, PROTOCOL_UDP, datagram, size);
}

function buffer(config: Partial<MiddleboxConfig> = {}) {
  const counters = new Counters();
  const fragments = new FragmentBuffer({ ...DEFAULT_CONFIG, ...config }, counters);
  const add = (bytes: Uint8Array, nowUs = 0): CompleteDatagram | undefined =>
    fragments.add(decoded(bytes), nowUs);
  return { counters, fragments, add };
}

describe("the fragment buffer", () => {
  it.each([
    ["IPv4", V4, 8],
    ["IPv6", V6, 7],
  ])("gives the whole and all pieces with the first one's hop limit, in any order: %s", (_, ip, hopAt) => {
    const { add, fragments } = buffer();
    const pieces = fragmentsOf(ip);
    // The last comes first and has gone fewer hops.
    pieces[2]![hopAt] = 60;
    expect(add(pieces[2]!)).toBeUndefined();
    expect(add(pieces[0]!)).toBeUndefined();
    const complete = add(pieces[1]!)!;
    expect(complete.fragments.map((piece) => piece[hopAt])).toEqual([33, 33, 33]);
    const whole = decoded(complete.whole);
    expect(whole.isFragment).toBe(false);
    expect([whole.sourcePort, whole.destinationPort]).toEqual([1, 2]);
    expect(complete.whole.subarray(whole.payloadOffset)).toEqual(PAYLOAD);
    if (ip === V4) {
      const headers = [complete.whole, ...complete.fragments].map((piece) => internetChecksum(piece, 0, 20));
      expect(headers).toEqual([0, 0, 0, 0]);
    }
    expect([fragments.size, fragments.bytes]).toEqual([0, 0]);
  });

  it("drops a datagram of which a piece overlaps another, and what still comes of it", () => {
    const { add, counters } = buffer();
    const pieces = fragmentsOf(V4);
    const other = fragmentsOf(V4, 48);
    for (const piece of [pieces[0]!, other[1]!, pieces[1]!, pieces[2]!, pieces[0]!]) {
      // 48 of the other overlaps nothing of the first 40, but the second piece does.
      expect(add(piece)).toBeUndefined();
    }
    expect(counters.refusedFragments).toBe(5);
  });

  it("forgets what was not completed in time", () => {
    const { add, counters } = buffer({ fragmentTimeoutUs: 1000 });
    const pieces = fragmentsOf(V4);
    add(pieces[0]!, 0);
    add(pieces[1]!, 1001);
    expect(add(pieces[2]!, 1002)).toBeUndefined();
    expect(counters.expiredFragments).toBe(1);
    expect(add(pieces[0]!, 1003)).toBeDefined();
  });

  it("stays within its bounds", () => {
    const { add, fragments, counters } = buffer({ maxFragmentedDatagrams: 10, maxFragmentBytes: 500 });
    for (let identification = 0; identification < 1000; identification++) {
      add(fragmentsOf({ ...V4, identification })[0]!);
      expect(fragments.size).toBeLessThanOrEqual(10);
      expect(fragments.bytes).toBeLessThanOrEqual(500);
    }
    expect(counters.expiredFragments).toBe(1000 - fragments.size);
  });

  it("keeps datagrams of other ends and other protocols apart", () => {
    const { add } = buffer();
    const first = fragmentsOf(V4);
    const second = fragmentsOf({ ...V4, source: "10.0.0.2" });
    add(first[0]!);
    add(second[1]!);
    add(second[2]!);
    expect(add(first[1]!)).toBeUndefined();
    expect(add(first[2]!)).toBeDefined();
    expect(add(second[0]!)).toBeDefined();
  });
});
