import { describe, expect, it } from "vitest";
import { type Clocks, Connection, decoded } from "../../../test/middlebox/connection.ts";
import { hello } from "../../../test/middlebox/payloads.ts";
import { byAddress, byName, POLICE } from "../../../test/middlebox/rules.ts";
import { seededRandom } from "../../base/random.ts";
import { internetChecksum, transportChecksum } from "../../packet/emit-checksum.ts";
import { emitHttpRequest } from "../../packet/emit-http.ts";
import { PROTOCOL_TCP, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from "../../packet/packet.ts";
import type { Action } from "../../rules/action.ts";
import { compileRules } from "../../rules/matcher.ts";
import type { RuleList } from "../../rules/rule.ts";
import { ASK, DROP, DROP_FLOW, FORWARD, HOLD, type Injection, PASS_FLOW } from "./decision.ts";
import { Middlebox } from "./middlebox.ts";

const NAME = "blocked.example";
const HELLO = hello(NAME);
const ENDS = [
  ["IPv4", {}],
  ["IPv6", { client: "2001:db8:1::1", server: "2001:db8:2::1" }],
] as const;

function connection(rules: RuleList, ends = {}, seed = 1): Connection & { clocks: Clocks } {
  const box = new Middlebox({}, compileRules(rules), seededRandom(seed));
  return new Connection(box, { nowUs: 0, ms: 0 }, ends);
}

function triggered(action: Action, ends = {}, seed = 1): Connection {
  const flow = connection(byName(action, NAME), ends, seed);
  flow.open();
  return flow;
}

/** Whether both checksums of a TCP packet are right. */
function hasRightChecksums(bytes: Uint8Array): boolean {
  const packet = decoded(bytes);
  const length = packet.ipVersion === 6 ? 16 : 4;
  const at = packet.addressOffset;
  const sum = transportChecksum(
    bytes.subarray(at, at + length),
    bytes.subarray(at + length, at + 2 * length),
    PROTOCOL_TCP,
    bytes.subarray(packet.ipPayloadOffset),
  );
  return sum === 0 && (packet.ipVersion === 6 || internetChecksum(bytes, 0, packet.ipPayloadOffset) === 0);
}

function fieldsOf({ bytes, toInside }: Injection) {
  const { sourcePort, destinationPort, sequence, acknowledgement, flags, payloadLength } = decoded(bytes);
  return { toInside, sourcePort, destinationPort, sequence, acknowledgement, flags, payloadLength };
}

describe("reset", () => {
  it.each(ENDS)("tells both ends with the numbers that they expect, and drops the trigger: %s", (_, ends) => {
    const flow = triggered({ kind: "reset" }, ends);
    const decision = flow.send("client", HELLO);
    expect([decision.verdict, decision.flow, decision.triggered]).toEqual([DROP, DROP_FLOW, true]);
    expect(decision.inject.map(fieldsOf)).toEqual([
      {
        toInside: true,
        sourcePort: 443,
        destinationPort: 40_000,
        sequence: 5001,
        acknowledgement: 1001 + HELLO.length,
        flags: TCP_RST | TCP_ACK,
        payloadLength: 0,
      },
      {
        toInside: false,
        sourcePort: 40_000,
        destinationPort: 443,
        sequence: 1001,
        acknowledgement: 5001,
        flags: TCP_RST | TCP_ACK,
        payloadLength: 0,
      },
    ]);
    expect(decision.inject.every(({ bytes }) => hasRightChecksums(bytes))).toBe(true);
  });

  it("answers a SYN to an address with sequence 0, and leaves the server alone", () => {
    const flow = connection(byAddress({ kind: "reset" }, "192.0.2.0/24"));
    const decision = flow.send("client", new Uint8Array(0), TCP_SYN);
    expect(decision.verdict).toBe(DROP);
    expect(decision.inject.map(fieldsOf)).toMatchObject([
      { toInside: true, sequence: 0, acknowledgement: 1001, flags: TCP_RST | TCP_ACK },
    ]);
  });

  it("tells nobody twice", () => {
    const flow = triggered({ kind: "reset" });
    flow.send("client", HELLO);
    const decision = flow.send("client", HELLO);
    expect([decision.verdict, decision.inject.length]).toEqual([DROP, 0]);
  });
});

describe("page", () => {
  const request = emitHttpRequest({ host: NAME });
  const action: Action = { kind: "page", status: 451, body: "я".repeat(900), location: "http://a.example/" };

  it("is one HTTP response in order, ends with FIN, and the server gets a RST", () => {
    const flow = triggered(action, { serverPort: 80 });
    const decision = flow.send("client", request);
    expect(decision.verdict).toBe(DROP);
    const toClient = decision.inject.filter(({ toInside }) => toInside);
    const packets = toClient.map(({ bytes }) => decoded(bytes));
    expect(packets.map(({ flags }) => flags)).toEqual([TCP_ACK | TCP_PSH, TCP_ACK | TCP_PSH | TCP_FIN]);
    expect(packets.map(({ sequence }) => sequence)).toEqual([5001, 5001 + packets[0]!.payloadLength]);
    expect(packets.every(({ acknowledgement }) => acknowledgement === 1001 + request.length)).toBe(true);
    const text = new TextDecoder().decode(
      Buffer.concat(packets.map(({ bytes, payloadOffset }) => bytes.subarray(payloadOffset))),
    );
    const [head, body] = text.split("\r\n\r\n");
    expect(head).toContain("HTTP/1.1 451 Unavailable For Legal Reasons\r\nLocation: http://a.example/\r\n");
    expect(head).toContain("Content-Length: 1800");
    expect(body).toBe("я".repeat(900));
    expect(decision.inject.filter(({ toInside }) => !toInside).map(fieldsOf)).toMatchObject([
      { sequence: 1001, flags: TCP_RST | TCP_ACK, payloadLength: 0 },
    ]);
    expect(decision.inject.every(({ bytes }) => hasRightChecksums(bytes))).toBe(true);
  });

  it("answers the client's FIN, so that its connection ends", () => {
    const flow = triggered(action, { serverPort: 80 });
    flow.send("client", request);
    const decision = flow.send("client", new Uint8Array(0), TCP_FIN | TCP_ACK);
    expect(decision.inject.map(fieldsOf)).toMatchObject([{ toInside: true, flags: TCP_RST | TCP_ACK }]);
  });
});

describe("cut-response", () => {
  it.each(ENDS)("makes the server's packets bare RST+ACKs with their own numbers: %s", (_, ends) => {
    const flow = triggered({ kind: "cut-response" }, ends);
    expect(flow.send("client", HELLO).verdict).toBe(FORWARD);
    const { verdict, replacement, flow: kernel } = flow.send("server", new Uint8Array(500));
    expect([verdict, kernel]).toEqual([FORWARD, ASK]);
    expect(fieldsOf({ bytes: replacement!, toInside: true, untilUs: 0 })).toMatchObject({
      sequence: 5001,
      acknowledgement: 1001 + HELLO.length,
      flags: TCP_RST | TCP_ACK,
      payloadLength: 0,
    });
    expect(decoded(replacement!).hopLimit).toBe(64);
    expect(hasRightChecksums(replacement!)).toBe(true);
  });
});

describe("counting actions", () => {
  it('"SNI-II 5-8 more packets pass, then both directions dropped": as many as drawn', () => {
    const counts = new Set<number>();
    for (let seed = 1; seed <= 60; seed++) {
      const flow = triggered({ kind: "drop-after", packets: [5, 8] }, {}, seed);
      expect(flow.send("client", HELLO).verdict).toBe(FORWARD);
      let passed = 0;
      while (flow.send(passed % 2 === 0 ? "server" : "client", new Uint8Array(9)).verdict === FORWARD)
        passed++;
      expect(flow.send("client").flow).toBe(DROP_FLOW);
      counts.add(passed);
    }
    expect([...counts].sort()).toEqual([5, 6, 7, 8]);
  });

  it("freezes at the drawn byte towards the client, both ways, and counts no upload", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const flow = triggered({ kind: "freeze", bytes: [14_000, 34_000] }, {}, seed);
      flow.send("client", HELLO);
      for (let i = 0; i < 100; i++) expect(flow.send("client", new Uint8Array(1000)).verdict).toBe(FORWARD);
      let bytes = 0;
      while (flow.send("server", new Uint8Array(100)).verdict === FORWARD) bytes += 100;
      expect(bytes).toBeGreaterThanOrEqual(13_900);
      expect(bytes).toBeLessThanOrEqual(34_000);
      expect(flow.send("client").verdict).toBe(DROP);
    }
  });
});

describe("delay-handshake", () => {
  it("holds the trigger and what follows it, not the other direction, then lets the flow go", () => {
    const flow = triggered({ kind: "delay-handshake", delayMs: [3000, 3000] });
    const first = flow.send("client", HELLO);
    expect([first.verdict, first.untilUs, first.flow]).toEqual([HOLD, 3e6, ASK]);
    flow.clocks.nowUs = 1e6;
    const again = flow.send("client", HELLO);
    expect([again.verdict, again.untilUs]).toEqual([HOLD, 3e6]);
    expect([flow.send("server").verdict, flow.send("server").flow]).toEqual([FORWARD, ASK]);
    flow.clocks.nowUs = 3e6;
    const after = flow.send("client");
    expect([after.verdict, after.flow]).toEqual([FORWARD, PASS_FLOW]);
  });
});

describe("police", () => {
  it("counts IP bytes, in each direction by itself", () => {
    const flow = triggered({ ...POLICE, burstBytes: 3000 });
    flow.send("client", HELLO);
    const passes = (from: "client" | "server", bytes: number): boolean =>
      flow.send(from, new Uint8Array(bytes)).verdict === FORWARD;
    // 40 bytes of headers each; the hello was counted too.
    expect(passes("client", 3000 - (HELLO.length + 40) - 40)).toBe(true);
    expect(passes("client", 1)).toBe(false);
    expect(passes("server", 1460)).toBe(true);
    expect(passes("server", 1460)).toBe(true);
    expect(passes("server", 0)).toBe(false);
  });
});
