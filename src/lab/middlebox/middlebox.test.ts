import { describe, expect, it } from "vitest";
import { type Clocks, Connection, type Ends } from "../../../test/middlebox/connection.ts";
import { hello, noise } from "../../../test/middlebox/payloads.ts";
import { byAddress, byName, list, POLICE, patterns, rule } from "../../../test/middlebox/rules.ts";
import { seededRandom } from "../../base/random.ts";
import { emitIp, emitIpFragments } from "../../packet/emit-ip.ts";
import { emitTcpSegment } from "../../packet/emit-tcp.ts";
import { PROTOCOL_ICMP, PROTOCOL_TCP, TCP_ACK, TCP_RST, TCP_SYN } from "../../packet/packet.ts";
import type { Action } from "../../rules/action.ts";
import { compileRules } from "../../rules/matcher.ts";
import type { RuleList } from "../../rules/rule.ts";
import type { MiddleboxConfig } from "./config.ts";
import { ASK, DROP, DROP_FLOW, FORWARD, HOLD, PASS_FLOW } from "./decision.ts";
import { Middlebox } from "./middlebox.ts";

const NAME = "twitter.com";
const HELLO = hello(NAME);
const EMPTY = list();

function boxWith(rules: RuleList, config: Partial<MiddleboxConfig> = {}) {
  const clocks: Clocks = { nowUs: 0, ms: 0 };
  const box = new Middlebox(config, compileRules(rules), seededRandom(1));
  const connect = (ends: Ends = {}): Connection => new Connection(box, clocks, ends);
  return { box, clocks, connect };
}

/** Full packets of the server that pass at once. */
function burstOf(flow: Connection, packets = 60): number {
  let passed = 0;
  for (let i = 0; i < packets; i++)
    if (flow.send("server", new Uint8Array(1460)).verdict === FORWARD) passed++;
  return passed;
}

describe("what the kernel is told", () => {
  it("asks about a flow while it looks, and lets it go when the window is used up", () => {
    const { connect, box } = boxWith(byName(POLICE, NAME), { window: [3, 3] });
    const flow = connect();
    expect(flow.open().flow).toBe(ASK);
    const said = [hello("example.org"), ...Array.from({ length: 3 }, () => new Uint8Array(5))].map(
      (payload) => flow.send("client", payload).flow,
    );
    expect(said).toEqual([ASK, ASK, ASK, PASS_FLOW]);
    expect(box.counters.givenUpFlows).toBe(1);
  });

  it("lets everything go at once when no rule wants a name", () => {
    const { connect } = boxWith(byAddress({ kind: "drop" }, "198.51.100.0/24"));
    expect(connect().send("client", new Uint8Array(0), TCP_SYN).flow).toBe(PASS_FLOW);
  });

  it("lets flows go that begin in their middle or from outside", () => {
    const { connect } = boxWith(byName(POLICE, NAME));
    expect(connect().send("client", HELLO).flow).toBe(PASS_FLOW);
    expect(connect({ clientPort: 2 }).send("server", new Uint8Array(0), TCP_SYN).flow).toBe(PASS_FLOW);
  });

  it("asks for ever about policed flows, and has dropped ones dropped", () => {
    const { connect } = boxWith(byName(POLICE, NAME));
    const flow = connect();
    flow.open();
    expect(flow.send("client", HELLO).flow).toBe(ASK);
    for (let i = 0; i < 100; i++) expect(flow.send("server", new Uint8Array(100)).flow).toBe(ASK);
    const blocked = boxWith(byName({ kind: "drop" }, NAME)).connect();
    blocked.open();
    const decision = blocked.send("client", HELLO);
    expect([decision.verdict, decision.flow, decision.rule?.id]).toEqual([DROP, DROP_FLOW, "name"]);
  });

  it("looks anew at a flow whose ports are used again, unless a rule acts on it", () => {
    const { connect } = boxWith(byName(POLICE, NAME));
    const flow = connect();
    flow.open();
    expect(flow.send("client", noise(200)).flow).toBe(PASS_FLOW);
    expect(flow.open().flow).toBe(ASK);
    expect(flow.send("client", HELLO).triggered).toBe(true);
    flow.open();
    expect(burstOf(flow)).toBeLessThan(60);
  });
});

describe("a bucket", () => {
  const TWO_CLIENTS = [{ clientPort: 1 }, { clientPort: 2 }, { client: "10.0.0.2" }];
  it.each([
    ["flow", [10, 10, 10]],
    ["client", [10, 0, 10]],
    ["box", [10, 0, 0]],
  ] as const)("is shared by %s", (scope, expected) => {
    const action: Action = { ...POLICE, scope, burstBytes: 16_000, directions: "down" };
    const { connect, box } = boxWith(byName(action, NAME));
    const passed = TWO_CLIENTS.map((ends) => {
      const flow = connect(ends);
      flow.open();
      flow.send("client", HELLO);
      return burstOf(flow);
    });
    expect(passed).toEqual(expected);
    expect(box.counters.limitedPackets).toBe(180 - passed.reduce((a, b) => a + b));
  });
});

describe("replaced rules", () => {
  const policed = (connect: (ends?: Ends) => Connection): Connection => {
    const flow = connect();
    flow.open();
    flow.send("client", HELLO);
    burstOf(flow);
    return flow;
  };

  it("leave a throttled flow its state while its rule is there, and free it when it is lifted", () => {
    const { box, connect } = boxWith(byName(POLICE, NAME));
    const flow = policed(connect);
    const other = rule("other", { kind: "drop" }, { names: patterns("example.org") });
    box.replaceRules(compileRules(list(other, ...byName(POLICE, NAME).rules)));
    expect(burstOf(flow)).toBe(0);
    box.replaceRules(compileRules(EMPTY));
    const decision = flow.send("server", new Uint8Array(1460));
    expect([decision.verdict, decision.flow, decision.rule]).toEqual([FORWARD, PASS_FLOW, undefined]);
    expect(burstOf(flow)).toBe(60);
    expect(box.counters.freedFlows).toBe(1);
  });

  it("free a flow when its rule runs out by the scenario clock", () => {
    const { clocks, connect } = boxWith(list(rule("a", POLICE, { names: patterns(NAME), untilMs: 5000 })));
    const flow = policed(connect);
    clocks.ms = 4999;
    expect(burstOf(flow)).toBe(0);
    clocks.ms = 5000;
    expect(burstOf(flow)).toBe(60);
  });

  it("reach new flows only, or running ones too, as configured", () => {
    for (const newRulesReach of ["new-flows", "all-flows"] as const) {
      const { box, connect } = boxWith(EMPTY, { newRulesReach });
      const flow = connect();
      flow.open();
      box.replaceRules(compileRules(byAddress({ kind: "drop" }, "192.0.2.0/24")));
      expect(flow.send("client").verdict).toBe(newRulesReach === "all-flows" ? DROP : FORWARD);
      expect(connect({ clientPort: 9 }).send("client", new Uint8Array(0), TCP_SYN).verdict).toBe(DROP);
    }
  });

  it("lift a taint", () => {
    const rules = list(rule("a", { kind: "drop" }, { names: patterns(NAME), taintMs: 1e6 }));
    const { box, connect } = boxWith(rules);
    policed(connect);
    expect(connect({ clientPort: 2 }).send("client", new Uint8Array(0), TCP_SYN).verdict).toBe(DROP);
    box.replaceRules(compileRules(EMPTY));
    expect(connect({ clientPort: 3 }).send("client", new Uint8Array(0), TCP_SYN).verdict).toBe(FORWARD);
    expect(box.counters.taintedFlows).toBe(1);
  });
});

describe("rules in order", () => {
  it("let a name pass before an address is policed", () => {
    const rules = list(
      rule("spared", { kind: "pass" }, { names: patterns("spared.example") }),
      rule("all", POLICE, { any: true }),
    );
    const { connect } = boxWith(rules);
    const flow = connect();
    flow.open();
    const decision = flow.send("client", hello("spared.example"));
    expect([decision.flow, decision.rule?.id]).toEqual([PASS_FLOW, "spared"]);
    expect(burstOf(flow)).toBe(60);
    const other = connect({ clientPort: 2 });
    other.open();
    other.send("client", HELLO);
    expect(burstOf(other)).toBeLessThan(12);
  });
});

describe("a box that is not well", () => {
  it("fails open: everything passes and nothing is remembered", () => {
    const { box, connect } = boxWith(byName({ kind: "drop" }, NAME));
    box.health = { kind: "fail-open" };
    const flow = connect();
    flow.open();
    expect(flow.send("client", HELLO).verdict).toBe(FORWARD);
    expect(box.flows).toBe(0);
    box.health = { kind: "ok" };
    const next = connect({ clientPort: 2 });
    next.open();
    expect(next.send("client", HELLO).verdict).toBe(DROP);
  });

  it("fails closed: nothing passes, not even what it cannot read", () => {
    const { box, connect } = boxWith(EMPTY);
    box.health = { kind: "fail-closed" };
    expect([connect().open().verdict, connect().decide(noise(3), true).verdict]).toEqual([DROP, DROP]);
  });

  it("is overloaded: drops a share, delays the rest, and goes on throttling", () => {
    const { box, connect } = boxWith(byName(POLICE, NAME));
    box.health = { kind: "overloaded", dropShare: 0.3, delayMs: 50 };
    let dropped = 0;
    for (let clientPort = 1; clientPort <= 2000; clientPort++) {
      const decision = connect({ clientPort }).send("client", new Uint8Array(0), TCP_SYN);
      if (decision.verdict === DROP) dropped++;
      else expect([decision.verdict, decision.untilUs, decision.flow]).toEqual([HOLD, 50_000, ASK]);
    }
    expect(dropped / 2000).toBeCloseTo(0.3, 1);
  });

  it.each(["drop", "reset"] as const)("malfunctions: a share of all flows suffers a %s throughout", (how) => {
    const { box, connect } = boxWith(EMPTY);
    box.health = { kind: "malfunction", share: 0.25, how };
    let hit = 0;
    for (let clientPort = 1; clientPort <= 2000; clientPort++) {
      const flow = connect({ clientPort });
      const first = flow.send("client", new Uint8Array(0), TCP_SYN);
      const { verdict } = first;
      expect(first.flow).toBe(ASK);
      expect(first.inject.length).toBe(verdict === DROP && how === "reset" ? 1 : 0);
      expect(flow.send("server", new Uint8Array(9)).verdict).toBe(verdict);
      expect(flow.send("client", new Uint8Array(9), TCP_RST).inject.length).toBe(0);
      if (verdict === DROP) hit++;
    }
    expect(hit / 2000).toBeCloseTo(0.25, 1);
    box.health = { kind: "ok" };
    expect(connect({ clientPort: 1 }).open().verdict).toBe(FORWARD);
  });
});

describe("bounds", () => {
  it("evict the flow that was idle longest; an active throttled one stays", () => {
    const { box, connect } = boxWith(byName(POLICE, NAME), { maxFlows: 100 });
    const flow = connect();
    flow.open();
    flow.send("client", HELLO);
    burstOf(flow);
    for (let clientPort = 1; clientPort <= 10_000; clientPort++) {
      connect({ clientPort }).send("client", new Uint8Array(0), TCP_SYN);
      if (clientPort % 50 === 0) expect(flow.send("server", new Uint8Array(1460)).verdict).toBe(DROP);
    }
    expect(box.flows).toBe(100);
    expect(box.counters.evictedFlows).toBe(10_001 - 100);
  });

  it("forget idle flows as new ones come", () => {
    const { box, clocks, connect } = boxWith(byName(POLICE, NAME));
    for (let clientPort = 1; clientPort <= 500; clientPort++) connect({ clientPort }).open();
    clocks.ms = 600_001;
    for (let clientPort = 1001; clientPort <= 1250; clientPort++) connect({ clientPort }).open();
    expect(box.flows).toBe(250);
    expect(box.counters.idleFlows).toBe(500);
  });
});

describe("odd packets", () => {
  it.each([
    ["nothing", new Uint8Array(0)],
    ["no IP", noise(60)],
    ["half an IP header", Uint8Array.of(0x45, 0, 0, 60, 0, 0, 0, 0, 64, 6)],
    [
      "half a TCP header",
      emitIp({ source: "10.0.0.1", destination: "192.0.2.1" }, PROTOCOL_TCP, new Uint8Array(12)),
    ],
  ])("are forwarded and counted: %s", (_, bytes) => {
    const { box, connect } = boxWith(byAddress({ kind: "drop" }, "0.0.0.0/0"));
    expect(connect().decide(bytes, true).verdict).toBe(FORWARD);
    expect([box.counters.malformedPackets, box.flows]).toEqual([1, 0]);
  });

  it("of other protocols fall under rules by address", () => {
    const { connect } = boxWith(byAddress({ kind: "reset" }, "192.0.2.0/24"));
    const ping = (destination: string): Uint8Array =>
      emitIp({ source: "10.0.0.1", destination }, PROTOCOL_ICMP, Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 1));
    const decision = connect().decide(ping("192.0.2.7"), true);
    expect([decision.verdict, decision.inject.length]).toEqual([DROP, 0]);
    expect(connect().decide(ping("198.51.100.7"), true).verdict).toBe(FORWARD);
  });

  it("in fragments go on together, as late as the whole may", () => {
    const { connect } = boxWith(byName({ kind: "delay-handshake", delayMs: [2000, 2000] }, NAME));
    const flow = connect();
    flow.open();
    const ip = { source: "10.0.0.1", destination: "192.0.2.1", identification: 5 };
    const segment = emitTcpSegment(ip, {
      sourcePort: 40_000,
      destinationPort: 443,
      sequence: flow.next.client,
      acknowledgement: flow.next.server,
      flags: TCP_ACK,
      payload: HELLO,
    });
    const fragments = emitIpFragments(ip, PROTOCOL_TCP, segment, 64);
    const last = fragments.map((bytes) => flow.decide(bytes, true)).at(-1)!;
    expect([last.verdict, last.inject.length]).toEqual([DROP, fragments.length]);
    expect(last.inject.every(({ toInside, untilUs }) => !toInside && untilUs === 2e6)).toBe(true);
    const next = flow.send("client");
    expect([next.verdict, next.inject.length]).toEqual([HOLD, 0]);
  });
});
