/** Held against OONI's specifications (df-002, df-005, df-006, df-008) and what our own reader of others' measurements makes of it. */
import { expect, it } from "vitest";
import { LooseObject } from "../observation/loose-json.ts";
import type { Observation } from "../observation/observation.ts";
import {
  readConnects,
  readEvents,
  readHandshakes,
  readQueries,
  readRequests,
} from "../observation/ooni-test-keys.ts";
import type { Reach } from "../probe/reach/reach-record.ts";
import { ooniKeys } from "./ooni-keys.ts";

const START_MS = Date.parse("2026-11-25T20:00:00.000Z");
const VISIT: Reach = {
  target: { name: "x.test", port: 443, path: "/film" },
  ...{ startedAtMs: START_MS + 500, durationUs: 400_000 },
  steps: [
    {
      operation: "resolve",
      resolver: "system",
      addresses: ["192.0.2.1", "2001:db8::1"],
      startedUs: 0,
      durationUs: 20_000,
    },
    {
      ...{ operation: "connect", address: "192.0.2.1", port: 443, family: 4, source: "system" },
      ...{ startedUs: 20_000, durationUs: 30_000 },
    },
    {
      ...{ operation: "tls_handshake", address: "192.0.2.1", port: 443, serverName: "x.test" },
      ...{ startedUs: 50_000, durationUs: 60_000, failure: "connection_reset" },
    },
    {
      ...{ operation: "read", address: "192.0.2.1", port: 443, status: 302, location: "https://y.test/" },
      ...{ startedUs: 110_000, durationUs: 90_000 },
    },
  ],
};
const FLOW: Observation = {
  ...{
    measurementId: "m",
    origin: "measured",
    role: "target",
    comparison: "same-address",
    pair: 2,
    direction: "down",
  },
  ...{
    time: new Date(START_MS + 2000).toISOString(),
    protocol: "https",
    connectUs: 40_000,
    handshakeUs: 100_000,
  },
  durationUs: 1_000_000,
  samples: Array.from({ length: 100 }, (_, index) => ({ elapsedUs: index * 10_000, bytes: index * 1448 })),
};

function read(observations: readonly Observation[] = []): LooseObject {
  return LooseObject.from(JSON.parse(JSON.stringify(ooniKeys([VISIT], observations, START_MS))), [])!;
}

it("gives look-ups, connects, handshakes and answers as OONI's lists", () => {
  const keys = read();
  expect(readQueries(keys)).toMatchObject([
    {
      hostname: "x.test",
      resolver: "system",
      answers: [{ ip: "192.0.2.1" }, { ip: "2001:db8:0:0:0:0:0:1" }],
      transactionId: 1,
    },
  ]);
  expect(readConnects(keys)).toMatchObject([{ ip: "192.0.2.1", port: 443 }]);
  expect(readConnects(keys)[0]).not.toHaveProperty("failure");
  expect(readHandshakes(keys)).toMatchObject([
    { protocol: "tls", serverName: "x.test", failure: "connection_reset", verified: true },
  ]);
  expect(readRequests(keys)).toMatchObject([{ url: "https://x.test/film" }]);
  expect(keys.objects("tls_handshakes", 1)[0]!.raw("t0")).toBe(0.55);
});

it("gives what a flow had received four times a second, and how it began and ended", () => {
  const events = readEvents(read([FLOW]));
  expect(events.slice(0, 2).map(({ operation }) => operation)).toEqual(["connect", "tls_handshake_done"]);
  const received = events.filter(({ operation }) => operation === "bytes_received_cumulative");
  expect(received.map(({ bytes }) => bytes)).toEqual([0, 25, 50, 75, 99].map((index) => index * 1448));
  const raw = ooniKeys([], [FLOW], START_MS).network_events.at(-1)!;
  expect(raw).toMatchObject({ t: 2.99, proto: "tcp", failure: null, transaction_id: 1 });
  expect(raw["tags"]).toEqual(["target", "same-address", "down", "pair-2"]);
});

it("says where a flow failed, and counts no bytes of uploads as received", () => {
  const {
    connectUs: _,
    handshakeUs: __,
    ...unheard
  } = { ...FLOW, failure: "generic_timeout_error", samples: [] };
  expect(readEvents(read([unheard]))).toMatchObject([
    { operation: "connect", failure: "generic_timeout_error" },
  ]);
  const cut = { ...FLOW, operation: "read" as const, failure: "connection_reset" };
  expect(readEvents(read([cut]))[2]).toMatchObject({ operation: "read", failure: "connection_reset" });
  const up = readEvents(read([{ ...FLOW, direction: "up" }]));
  expect(up.map(({ operation }) => operation)).toEqual(["connect", "tls_handshake_done"]);
});
