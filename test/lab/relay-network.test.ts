/**
 * A small laboratory of relays, in this process: each action, each failure and each condition against its truth.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bitsPerSecond } from "../../src/base/units.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { RelayNetwork } from "../../src/lab/relay/relay-network.ts";
import { HEADER_BYTES, PIECE_BYTES } from "../../src/lab/relay/stage.ts";
import { deviceKey, healthyConditions } from "../../src/lab/run/conditions.ts";
import { Truths } from "../../src/lab/run/truths.ts";
import { readScenario } from "../../src/lab/scenario/read-scenario.ts";
import type { Scenario } from "../../src/lab/scenario/scenario.ts";
import type { VisitOutcome, VisitRequest } from "../../src/lab/visit/visit.ts";
import type { Truth } from "../../src/observation/truth.ts";

const ACTIONS = {
  policed: "{kind: police, rate: 600 kbit/s, burst: 16 kB}",
  shared: "{kind: police, rate: 800 kbit/s, burst: 3 kB, scope: client}",
  shaped: "{kind: shape, rate: 600 kbit/s, burst: 3 kB, queue: 30 kB}",
  dropped: "drop",
  "dropped-later": "{kind: drop-after, packets: 5-8}",
  reset: "reset",
  cut: "cut-response",
  page: "{kind: page, status: 451, body: no}",
  frozen: "{kind: freeze, bytes: 14-34 kB}",
  delayed: "{kind: delay-handshake, delay: 500-700 ms}",
  passed: "pass",
} as const;
type Name = keyof typeof ACTIONS | "free";
type SiteName = Name | "tainting" | "dated" | "unanswered" | "unknown";

const TEXT = `
name: relay-test
title: Every action once
start: 2026-03-02T09:00:00Z
end: 2026-03-02T10:00:00Z
rules:
  all:
    rules:
${Object.entries(ACTIONS)
  .map(
    ([name, action]) =>
      `      - {id: ${name}, names: ${name}.example, protocols: [tls, http], action: ${action}}`,
  )
  .join("\n")}
      - {id: tainting, names: tainting.example, protocols: tls, action: ${ACTIONS.policed}, taint: 2m}
      - {id: dated, names: dated.example, protocols: tls, from: 2026-03-02T09:30:00Z, until: 2026-03-02T09:40:00Z, action: reset}
      - {id: unanswered, names: unanswered.example, protocols: dns, action: drop}
  none: {rules: []}
hosting:
  - {name: hoster, asn: 64500, country: DE, link: {rate: 40 Mbit/s, delay: 5 ms}, clients: [office]}
sites:
${[...Object.keys(ACTIONS), "free", "tainting", "dated", "unanswered"]
  .map((name) => `  - {name: ${name}.example, hosting: hoster, category: any, objects: {/picture: 100 kB}}`)
  .join("\n")}
networks:
  - {name: mobile, kind: mobile, asn: 64510, access: {down: 20 Mbit/s, up: 10 Mbit/s, delay: 10 ms}, box: {hop: 3, rules: all}, clients: [phone]}
  - {name: abroad, kind: abroad, asn: 64520, country: DE, access: {delay: 8 ms}, clients: [berlin]}
`;

function scenario(): Scenario {
  const read = readScenario(TEXT, () => {
    throw new Error("no files");
  });
  if (!read.ok) throw new Error(`line ${read.problem.line}: ${read.problem.reason}`);
  return read.value;
}

const SCENARIO = scenario();
const ALL = SCENARIO.rules["all"]!;
const NONE = SCENARIO.rules["none"]!;
const folder = mkdtempSync(join(tmpdir(), "brakelight-relay-"));
const network = new RelayNetwork(SCENARIO, folder, { ms: SCENARIO.startMs, us: packetClockUs(), speed: 1 });

beforeAll(() => network.start());
afterEach(async () => {
  await network.setRules("mobile", 0, ALL);
  await network.setHealth("mobile", 0, { kind: "ok" });
  await network.setHosting("hoster", "up");
  await network.setNameServer("up");
});
afterAll(async () => {
  await network.stop();
  rmSync(folder, { recursive: true, force: true });
});

function visit(name: SiteName, more: Partial<VisitRequest> = {}): Promise<VisitOutcome> {
  return network.visit({
    client: "phone",
    name: `${name}.example`,
    path: "/picture",
    timeoutMs: 4000,
    ...more,
  });
}

function truthOf(name: Name): Pick<Truth, "state"> & Partial<Truth> {
  const conditions = healthyConditions();
  conditions.devices.set(deviceKey("mobile", 0), { condition: { rules: ALL, health: { kind: "ok" } } });
  return new Truths(SCENARIO, network.topology).of(
    "phone",
    "mobile",
    `${name}.example`,
    conditions,
    SCENARIO.startMs,
  );
}

function rateOf({ bytes, transferUs = 0 }: VisitOutcome): number {
  return bitsPerSecond(bytes, transferUs);
}

/** From the first third on: no burst is in it. */
function lateRate({ samples }: VisitOutcome): number {
  const from = samples[Math.floor(samples.length / 3)]!;
  const to = samples.at(-1)!;
  return bitsPerSecond(to.bytes - from.bytes, to.elapsedUs - from.elapsedUs);
}

function expectAsTruthSays(outcome: VisitOutcome, truth: Pick<Truth, "state"> & Partial<Truth>): void {
  if (truth.state === "blocked" || truth.state === "down") expect(outcome.failure).toBeDefined();
  else expect(outcome.failure).toBeUndefined();
  if (truth.state === "ok") expect(rateOf(outcome)).toBeGreaterThan(2e6);
  if (truth.rateBps !== undefined) {
    const payloadBps = (truth.rateBps * PIECE_BYTES) / (PIECE_BYTES + HEADER_BYTES);
    expect(lateRate(outcome) / payloadBps).toBeGreaterThan(0.8);
    expect(lateRate(outcome) / payloadBps).toBeLessThan(1.2);
  }
}

describe("a laboratory of relays", () => {
  const names = [...Object.keys(ACTIONS), "free"] as Name[];
  let outcomes: ReadonlyMap<Name, VisitOutcome>;
  beforeAll(async () => {
    const visited = names.map(async (name) => [name, await visit(name, { timeoutMs: 2500 })] as const);
    outcomes = new Map(await Promise.all(visited));
  });

  for (const name of names) {
    it(`shows ${name} as its truth says`, () => {
      expectAsTruthSays(outcomes.get(name)!, truthOf(name));
    });
  }

  it("leaves absent what only the kernel knows, and counts what arrived", async () => {
    const outcome = await visit("free");
    expect(outcome).not.toHaveProperty("rttUs");
    expect(outcome.statusCode).toBe(200);
    expect(outcome.bytes).toBeGreaterThan(100_000);
    expect(outcome.bytes).toBeLessThan(110_000);
    expect(outcome.steps.map(({ operation }) => operation)).toEqual(["resolve", "connect", "tls_handshake"]);
  });

  it("says how each kind of blocking fails in the kernel backend's words", async () => {
    expect(await visit("dropped", { timeoutMs: 1000 })).toMatchObject({
      operation: "tls_handshake",
      failure: "generic_timeout_error",
    });
    for (const name of ["reset", "cut", "page"] as const) {
      expect(await visit(name)).toMatchObject({ operation: "tls_handshake", failure: "connection_reset" });
    }
    const frozen = await visit("frozen", { timeoutMs: 1000 });
    expect(frozen).toMatchObject({ operation: "read", failure: "generic_timeout_error" });
    expect(frozen.bytes).toBeGreaterThan(8_000);
    expect(frozen.bytes).toBeLessThan(34_000);
  });

  it("answers a request over HTTP with the page", async () => {
    const outcome = await visit("page", { port: 80 });
    expect(outcome.failure).toBeUndefined();
    expect(outcome.statusCode).toBe(451);
  });

  it("limits uploads and counts what reached the server", async () => {
    const outcome = await visit("policed", { direction: "up", bytes: 100_000 });
    expectAsTruthSays(outcome, truthOf("policed"));
    expect(outcome.bytes).toBeGreaterThan(100_000);
  });

  it("holds the handshake back for as long as its rule says", async () => {
    const { steps } = await visit("delayed");
    const handshake = steps.find(({ operation }) => operation === "tls_handshake")!;
    expect(handshake.durationUs).toBeGreaterThan(500_000);
    expect(handshake.durationUs).toBeLessThan(1_500_000);
  });

  it("shares one bucket among a client's flows where the scope says so", async () => {
    const both = await Promise.all([visit("shared"), visit("shared")]);
    const bytes = both.reduce((total, outcome) => total + outcome.bytes, 0);
    const together = bitsPerSecond(bytes, Math.max(...both.map(({ transferUs }) => transferUs!)));
    expect(together).toBeGreaterThan(550_000);
    expect(together).toBeLessThan(900_000);
  });

  it("treats what comes to a tainted address alike, and nothing else", async () => {
    const { v4 } = network.topology.sites.get("tainting.example")!;
    expectAsTruthSays(await visit("free", { address: v4 }), { state: "ok" });
    expectAsTruthSays(await visit("tainting"), truthOf("policed"));
    expectAsTruthSays(await visit("free", { address: v4 }), truthOf("policed"));
    expectAsTruthSays(await visit("free"), { state: "ok" });
  });

  it("heeds the dates of its rules by the scenario's clock", async () => {
    for (const [minutes, failure] of [
      [29, undefined],
      [31, "connection_reset"],
      [41, undefined],
    ] as const) {
      await network.setClock({ ms: SCENARIO.startMs + minutes * 60_000, us: packetClockUs(), speed: 1 });
      expect((await visit("dated")).failure).toBe(failure);
    }
  });

  it("loses questions for names whose questions are dropped", async () => {
    expect(await visit("unanswered", { timeoutMs: 500 })).toMatchObject({
      operation: "resolve",
      failure: "generic_timeout_error",
    });
  });

  it("frees a running flow when its rule is lifted, and a dropped one too", async () => {
    const running = [visit("policed", { path: "/bytes/400000" }), visit("dropped")];
    await sleep(700);
    await network.setRules("mobile", 0, NONE);
    for (const outcome of await Promise.all(running)) expect(outcome.failure).toBeUndefined();
    // 400 kB would take more than 5 s.
    expect((await running[0]!).totalUs).toBeLessThan(2_500_000);
  });
});

describe("what fails in a laboratory of relays", () => {
  it("is everything behind a box that lets nothing pass, and nothing behind one that fails open", async () => {
    await network.setHealth("mobile", 0, { kind: "fail-closed" });
    expect((await visit("free", { timeoutMs: 1000 })).failure).toBe("generic_timeout_error");
    await network.setHealth("mobile", 0, { kind: "fail-open" });
    expectAsTruthSays(await visit("reset"), { state: "ok" });
  });

  it("is every connection of a box that resets or drops all of them", async () => {
    await network.setHealth("mobile", 0, { kind: "malfunction", share: 1, how: "reset" });
    const { v4 } = network.topology.sites.get("free.example")!;
    const reset = await visit("free", { address: v4 });
    expect(reset).toMatchObject({ operation: "connect", failure: "connection_refused" });
    await network.setHealth("mobile", 0, { kind: "malfunction", share: 1, how: "drop" });
    const dropped = await visit("free", { address: v4, timeoutMs: 1000 });
    expect(dropped).toMatchObject({ operation: "connect", failure: "generic_timeout_error" });
  });

  it("is most of what an overloaded box sees", async () => {
    await network.setHealth("mobile", 0, { kind: "overloaded", dropShare: 0.5, delayMs: 150 });
    const outcome = await visit("free", { timeoutMs: 2000 });
    expect(outcome.failure ?? rateOf(outcome) < 1e6).toBeTruthy();
  });

  it("is a hosting network whose border is shut, from where it is shut", async () => {
    await network.setHosting("hoster", "down");
    expect(await visit("free", { timeoutMs: 1000 })).toMatchObject({
      operation: "connect",
      failure: "generic_timeout_error",
    });
    expectAsTruthSays(await visit("free", { client: "office" }), { state: "ok" });
    await network.setHosting("hoster", "closed-to-outside");
    expectAsTruthSays(await visit("free"), { state: "ok" });
    expect((await visit("free", { client: "berlin", timeoutMs: 1000 })).failure).toBe(
      "generic_timeout_error",
    );
    await network.setHosting("hoster", "withdrawn");
    expect(await visit("free")).toMatchObject({ operation: "connect", failure: "host_unreachable" });
  });

  it("is a site out of order", async () => {
    await network.setSite("free.example", "maintenance");
    expect((await visit("free")).statusCode).toBe(503);
    await network.setSite("free.example", "broken");
    expect((await visit("free")).operation).toBe("http_round_trip");
    await network.setSite("free.example", "up");
  });

  it("is every name when the name server does not answer, and unknown names always", async () => {
    expect((await visit("unknown")).failure).toBe("dns_nxdomain_error");
    await network.setNameServer("servfail");
    expect((await visit("free")).failure).toBe("dns_servfail_error");
    await network.setNameServer("silent");
    expect(await visit("free", { timeoutMs: 500 })).toMatchObject({
      operation: "resolve",
      failure: "generic_timeout_error",
    });
  });

  it("is a port where nobody listens", async () => {
    expect(await visit("free", { port: 8443 })).toMatchObject({
      operation: "connect",
      failure: "connection_refused",
    });
  });

  it("is the rate of a link that others fill", async () => {
    await network.setTraffic("hoster", 39e6);
    const slow = await visit("free", { direction: "up", bytes: 200_000 });
    await network.setTraffic("hoster", 0);
    const free = await visit("free", { direction: "up", bytes: 200_000 });
    expect(slow.failure).toBeUndefined();
    expect(rateOf(slow)).toBeLessThan(1.3e6);
    expect(rateOf(free)).toBeGreaterThan(3e6);
  });
});

describe("a client's proxy", () => {
  function ask(path: string, method = "GET"): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const port = network.proxies["phone"]!;
      const asked = request({ host: "127.0.0.1", port, path, method, agent: false });
      const take = (response: IncomingMessage): void => {
        resolve(response);
        response.socket.destroy();
      };
      asked.on("response", take).on("connect", take).on("error", reject).end();
    });
  }

  it("leads programs to the scenario's sites by name, under the client's rules", async () => {
    expect((await ask("http://free.example/bytes/10")).statusCode).toBe(200);
    expect((await ask("http://page.example/picture")).statusCode).toBe(451);
    expect((await ask("free.example:443", "CONNECT")).statusCode).toBe(200);
  });

  it("leads nowhere else, and says why", async () => {
    const failure = async (path: string): Promise<unknown> =>
      (await ask(path, "CONNECT")).headers["x-brakelight-failure"];
    expect(await failure("unknown.example:443")).toBe("dns_nxdomain_error");
    expect(await failure("127.0.0.1:22")).toBe("network_unreachable");
    expect(await failure("100.64.999.1:443")).toBe("network_unreachable");
    expect(await failure("free.example:22")).toBe("connection_refused");
    expect((await ask("/")).statusCode).toBe(400);
  });
});
