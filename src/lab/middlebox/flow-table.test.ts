import { describe, expect, it } from "vitest";
import { decoded } from "../../../test/middlebox/connection.ts";
import { seededRandom } from "../../base/random.ts";
import { emitTcp } from "../../packet/emit-tcp.ts";
import { emitUdp } from "../../packet/emit-udp.ts";
import { FlowTable } from "./flow-table.ts";

function tcp(source: string, sourcePort: number, destination: string, destinationPort: number) {
  return decoded(emitTcp({ source, destination }, { sourcePort, destinationPort, sequence: 0, flags: 0 }));
}

function table(maxFlows: number, left: (flow: number) => void = () => {}): FlowTable {
  return new FlowTable(maxFlows, 1, left);
}

describe("the flow table", () => {
  it.each([
    ["IPv4", "10.0.0.1", "192.0.2.1"],
    ["IPv4 the other way round", "192.0.2.1", "10.0.0.1"],
    ["IPv6", "2001:db8::1", "2001:db8::2"],
    ["one host with itself", "10.0.0.1", "10.0.0.1"],
  ])("finds both directions of a flow, and which one a packet is: %s", (_, client, server) => {
    const flows = table(4);
    expect(flows.find(tcp(client, 1000, server, 443))).toBe(-1);
    const isLow = flows.sourceIsLow;
    const flow = flows.add(0);
    expect(flows.find(tcp(client, 1000, server, 443))).toBe(flow);
    expect(flows.sourceIsLow).toBe(isLow);
    expect(flows.find(tcp(server, 443, client, 1000))).toBe(flow);
    expect(flows.sourceIsLow).toBe(!isLow);
    expect(flows.find(tcp(client, 443, server, 1001))).toBe(-1);
    expect(flows.find(tcp(client, 1001, server, 443))).toBe(-1);
  });

  it("tells protocols apart, and takes no ports where there are none", () => {
    const flows = table(8);
    const ends = { source: "10.0.0.1", destination: "10.0.0.2" };
    flows.find(tcp(ends.source, 53, ends.destination, 53));
    flows.add(0);
    expect(
      flows.find(decoded(emitUdp(ends, { sourcePort: 53, destinationPort: 53, payload: new Uint8Array() }))),
    ).toBe(-1);
    const icmp = decoded(emitTcp(ends, { sourcePort: 1, destinationPort: 2, sequence: 0, flags: 0 }));
    icmp.protocol = 1;
    icmp.hasTransport = false;
    flows.find(icmp);
    const flow = flows.add(0);
    icmp.sourcePort = 99;
    expect(flows.find(icmp)).toBe(flow);
  });

  it("lets the flow go that was idle longest when it is full", () => {
    const left: number[] = [];
    const flows = table(3, (flow) => left.push(flow));
    const packets = [1, 2, 3, 4].map((port) => tcp("10.0.0.1", port, "192.0.2.1", 443));
    const slots = packets.slice(0, 3).map((packet, ms) => {
      flows.find(packet);
      return flows.add(ms);
    });
    flows.touch(slots[0]!, 3);
    expect(flows.isFull).toBe(true);
    flows.find(packets[3]!);
    flows.add(4);
    expect(left).toEqual([slots[1]]);
    expect(packets.map((packet) => flows.find(packet) >= 0)).toEqual([true, false, true, true]);
    expect(flows.oldest).toBe(slots[2]);
    expect(flows.size).toBe(3);
  });

  it("agrees with a map over a long random life", () => {
    const random = seededRandom(7);
    const known = new Map<number, number>();
    const flows = table(50, (flow) => {
      for (const [port, slot] of known) if (slot === flow) known.delete(port);
    });
    for (let ms = 0; ms < 20_000; ms++) {
      const port = random.integer(1, 120);
      const isReply = random.next() < 0.5;
      const packet = isReply
        ? tcp("192.0.2.1", 443, "10.0.0.1", port)
        : tcp("10.0.0.1", port, "192.0.2.1", 443);
      const flow = flows.find(packet);
      expect(flow).toBe(known.get(port) ?? -1);
      if (flow < 0) known.set(port, flows.add(ms));
      else if (random.next() < 0.2) flows.remove(flow);
      else flows.touch(flow, ms);
      expect(flows.size).toBe(known.size);
    }
  });
});
