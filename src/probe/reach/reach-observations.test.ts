import { describe, expect, test } from "vitest";
import { observationSchema } from "../../observation/observation.ts";
import { reachObservations } from "./reach-observations.ts";
import type { Reach } from "./reach-record.ts";

const START_MS = Date.UTC(2026, 10, 25, 12);
const place = { address: "192.0.2.7", port: 443 };
const reached: Reach = {
  target: { name: "example.org", port: 443, path: "/" },
  startedAtMs: START_MS,
  durationUs: 900_000,
  steps: [
    { operation: "resolve", resolver: "system", startedUs: 0, durationUs: 20_000, addresses: ["192.0.2.7"] },
    {
      ...{ operation: "resolve", resolver: "second", server: "192.0.2.53", startedUs: 0, durationUs: 30_000 },
      ...{ addresses: [], failure: "dns_nxdomain_error" },
    },
    {
      ...{ operation: "connect", startedUs: 30_000, durationUs: 5000, address: "2001:db8::7", port: 443 },
      ...{ family: 6, source: "system", failure: "network_unreachable" },
    },
    { operation: "connect", startedUs: 40_000, durationUs: 25_000, ...place, family: 4, source: "system" },
    { operation: "tls_handshake", startedUs: 65_000, durationUs: 50_000, ...place },
    {
      ...{ operation: "read", startedUs: 115_000, durationUs: 700_000, ...place },
      ...{ headUs: 35_000, status: 200, bodyBytes: 60_000 },
    },
    {
      ...{ operation: "quic_handshake", startedUs: 65_000, durationUs: 7_000_000, ...place },
      ...{ answer: "silence", sent: 3, strays: 0, failure: "generic_timeout_error" },
    },
  ] as Reach["steps"],
};
const common = { measurementId: "m-1", role: "target", country: "NL", asn: 64_500 } as const;

describe("The observations of a reach", () => {
  const observations = reachObservations(reached, common);

  test("are one an attempt, each valid, measured and under its measurement", () => {
    expect(observations.map(({ protocol, address }) => [protocol, address])).toEqual([
      ["dns", undefined],
      ["dns", undefined],
      ["https", "2001:db8::7"],
      ["https", "192.0.2.7"],
      ["quic", "192.0.2.7"],
    ]);
    for (const observation of observations) {
      expect(observationSchema.parse(observation)).toEqual(observation);
      expect(observation).toMatchObject({ ...common, origin: "measured", target: "example.org" });
    }
  });

  test("name the step that failed, and how, and nothing where nothing failed", () => {
    expect(observations.map(({ operation, failure }) => [operation, failure])).toEqual([
      [undefined, undefined],
      ["resolve", "dns_nxdomain_error"],
      ["connect", "network_unreachable"],
      [undefined, undefined],
      ["quic_handshake", "generic_timeout_error"],
    ]);
  });

  test("last until the head of the answer, begin when their first step began, and count no bytes", () => {
    expect(observations[3]).toMatchObject({
      durationUs: 25_000 + 50_000 + 35_000,
      rttUs: 25_000,
      time: "2026-11-25T12:00:00.040Z",
      trigger: { kind: "sni", value: "example.org" },
    });
    expect(observations[3]).not.toHaveProperty("bytes");
    expect(observations[2]).not.toHaveProperty("rttUs");
  });

  test("of a transfer that broke last until it broke", () => {
    const steps = reached.steps.map((step) =>
      step.operation === "read" ? { ...step, failure: "connection_reset" } : step,
    );
    expect(reachObservations({ ...reached, steps }, common)[3]).toMatchObject({
      durationUs: 775_000,
      operation: "read",
      failure: "connection_reset",
    });
  });

  test("take the time that is given, and what else is set off by plain HTTP", () => {
    const plain = { ...reached, target: { ...reached.target, port: 80 } };
    const [first, , , path] = reachObservations(plain, { ...common, time: "2026-01-01T00:00:00.000Z" });
    expect(first!.time).toBe("2026-01-01T00:00:00.000Z");
    expect(path).toMatchObject({ protocol: "http", trigger: { kind: "host", value: "example.org" } });
  });
});
