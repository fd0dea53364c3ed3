import fc from "fast-check";
import { expect, test } from "vitest";
import { looksLikeOoni, readOoniLine } from "./ooni.ts";

const measurement = (testKeys: unknown, top: object = {}) =>
  JSON.stringify({
    data_format_version: "0.2.0",
    test_name: "web_connectivity",
    test_keys: testKeys,
    ...top,
  });

function read(text: string) {
  const result = readOoniLine(text, 7);
  if (!result.ok) throw new Error(result.problem.reason);
  return result.value;
}

test("reads who measured, and leaves out AS0, ZZ and a date that does not exist", () => {
  const known = { probe_asn: "AS137", probe_cc: "IT", measurement_start_time: "2024-02-12 20:33:47" };
  expect(read(measurement({}, known))).toMatchObject({
    asn: 137,
    country: "IT",
    time: "2024-02-12T20:33:47Z",
  });
  expect(read(measurement({}, { probe_asn: 137 })).asn).toBe(137);
  const unknown = read(
    measurement({}, { probe_asn: "AS0", probe_cc: "ZZ", measurement_start_time: "2024-02-31 00:00:00" }),
  );
  expect(Object.keys(unknown)).not.toEqual(expect.arrayContaining(["asn"]));
  expect(Object.keys(unknown)).not.toEqual(expect.arrayContaining(["country"]));
  expect(Object.keys(unknown)).not.toEqual(expect.arrayContaining(["time"]));
});

test("returns a problem with the line for what is no measurement", () => {
  const bad = [
    "",
    "{",
    "[]",
    "null",
    "{}",
    '{"test_name":"ndt","test_keys":{}}',
    '{"test_name":"urlgetter"}',
  ];
  for (const text of bad) {
    expect(readOoniLine(text, 7)).toMatchObject({ ok: false, problem: { line: 7 } });
  }
});

test("refuses nesting before it is parsed, also outside of what is read", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  expect(readOoniLine(measurement({}).replace("{}", `{"x":${deep}}`), 1)).toMatchObject({ ok: false });
  // Brackets inside a text are no nesting.
  expect(readOoniLine(measurement({}, { note: `"\\${"[".repeat(1_000)}` }), 1).ok).toBe(true);
});

test("takes a wrong type for absent and notes it; null and missing keys go without a note", () => {
  const reading = read(
    measurement(
      { queries: null, tcp_connect: "none", requests: [5, null, {}], control: [], control_failure: 3 },
      { probe_cc: 5 },
    ),
  );
  expect(reading).toMatchObject({ queries: [], connects: [], requests: [] });
  expect(reading.control).toBeUndefined();
  expect(reading.notes.map(({ reason }) => reason).sort()).toEqual(
    [
      "control is not an object",
      "control_failure is not a text",
      "probe_cc is not a text",
      "requests[0] is not an object",
      "tcp_connect is not a list",
    ]
      .map((reason) => (reason.startsWith("probe") ? reason : `test_keys.${reason}`))
      .sort(),
  );
});

test("measures bodies in bytes of UTF-8 or of base64, and keeps none of them", () => {
  const response = (body: unknown) => ({ request: { url: "http://a/" }, response: { code: 200, body } });
  const text = measurement({
    requests: [
      response("<title> Привет,\n мир </title>"),
      response({ format: "base64", data: btoa("12345") }),
      response(null),
    ],
  });
  const { requests } = read(text);
  expect(requests.map(({ bodyBytes }) => bodyBytes)).toEqual([
    new TextEncoder().encode("<title> Привет,\n мир </title>").length,
    5,
    undefined,
  ]);
  expect(requests[0]!.title).toBe("Привет, мир");
  expect(JSON.stringify(requests)).not.toContain("<title>");
});

test("reads a body of many megabytes in a moment", () => {
  const text = measurement({
    requests: [{ request: { url: "http://a/" }, response: { code: 200, body: "<title>".repeat(3_000_000) } }],
  });
  expect(read(text).requests[0]!.bodyBytes).toBe(21_000_000);
});

test("brings addresses to one spelling, IPv4 behind NAT64 included", () => {
  const answers = [
    { ipv6: "2A00:1450::1" },
    { ipv6: "64:ff9b::5db8:d822" },
    { ipv4: "300.1.1.1" },
    { hostname: "b." },
  ];
  const { queries } = read(measurement({ queries: [{ hostname: "A.example.", answers }] }));
  expect(queries[0]).toMatchObject({ hostname: "a.example", resolver: "system" });
  expect(queries[0]!.answers.map(({ ip }) => ip)).toEqual(["2a00:1450:0:0:0:0:0:1", "93.184.216.34"]);
});

test("an object left by a failed control is no control", () => {
  expect(read(measurement({ control: {} })).control).toBeUndefined();
  expect(read(measurement({ control: { dns: { addrs: [] } } })).control).toBeDefined();
});

test("names itself by measurement_uid, or else by its contents", () => {
  expect(read(measurement({}, { measurement_uid: "2024_x" })).id).toBe("2024_x");
  expect(read(measurement({})).id).toMatch(/^[0-9a-f]{32}$/);
});

test("knows an OONI measurement by its first bytes", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(looksLikeOoni(bytes('{"annotations":{"architecture":"amd64"},"data_for'))).toBe(true);
  expect(looksLikeOoni(bytes('{\n  "data_format_version": "0.2.0"'))).toBe(true);
  expect(looksLikeOoni(bytes('{"measurementId":"x"}'))).toBe(false);
  expect(looksLikeOoni(bytes("datetime_rounded,asn"))).toBe(false);
  expect(looksLikeOoni(new Uint8Array([0xd4, 0xc3, 0xb2, 0xa1]))).toBe(false);
});

test("never throws on any text or JSON", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      readOoniLine(text, 1);
    }),
  );
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom(
          "queries",
          "tcp_connect",
          "tls_handshakes",
          "requests",
          "network_events",
          "control",
          "tunnel",
          "__proto__",
        ),
        fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
      ),
      (keys) => {
        expect(readOoniLine(measurement(keys), 1).ok).toBe(true);
      },
    ),
  );
});
