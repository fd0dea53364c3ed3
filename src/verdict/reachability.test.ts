import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readOoniLine } from "../observation/ooni.ts";
import { judgeOoniMeasurement } from "./ooni-verdict.ts";
import { type Verdict, verdictSchema } from "./verdict.ts";

/** Documentation addresses are bogons to the judge, so the fixtures use invented public ones. */
const SITE = "93.184.216.34";
const WRONG = "83.224.65.41";
const HOST = "www.example.com";
const PAGE = "<html><head><title>Default Web Page</title></head><body>hello</body></html>".padEnd(1_500, " ");

type Json = Record<string, unknown>;
const tags = (depth: number, fetch = true) => [`depth=${depth}`, `fetch_body=${fetch}`];
const query = (
  engine: string,
  addresses: string[],
  failure: string | null = null,
  hostname = HOST,
  asn = 15_133,
) => ({
  engine,
  hostname,
  query_type: engine === "getaddrinfo" ? "ANY" : "A",
  failure,
  answers: addresses.map((ip) => ({ answer_type: "A", ipv4: ip, asn: ip === SITE ? asn : 30_722 })),
  tags: ["depth=0"],
});
const connect = (ip: string, port: number, failure: string | null = null, depth = 0, id = 1) => ({
  ip,
  port,
  status: { success: failure === null, failure },
  tags: tags(depth),
  transaction_id: id,
});
const handshake = (ip: string, failure: string | null = null, name = HOST, depth = 0, id = 1) => ({
  network: "tcp",
  address: `${ip}:443`,
  server_name: name,
  failure,
  no_tls_verify: false,
  tags: tags(depth),
  transaction_id: id,
});
const request = (
  url: string,
  failure: string | null = null,
  response: Json = {},
  ip = SITE,
  depth = 0,
  id = 1,
) => ({
  address: `${ip}:${url.startsWith("https") ? 443 : 80}`,
  failure,
  request: { method: "GET", url },
  response:
    failure === null
      ? {
          code: 200,
          body: PAGE,
          body_is_truncated: false,
          headers: { "Alt-Svc": "h3", "Content-Type": "text/html" },
          ...response,
        }
      : { code: 0, body: "", headers: {}, ...response },
  tags: tags(depth),
  transaction_id: id,
});
const controlOk = (ports: number[] = [443], extra: Json = {}) => ({
  tcp_connect: Object.fromEntries(ports.map((port) => [`${SITE}:${port}`, { status: true, failure: null }])),
  tls_handshake: { [`${SITE}:443`]: { server_name: HOST, status: true, failure: null } },
  http_request: {
    body_length: 1_500,
    failure: null,
    title: "Default Web Page",
    headers: { "Alt-Svc": "h3", "Content-Type": "text/html" },
    status_code: 200,
  },
  dns: { failure: null, addrs: [SITE] },
  ip_info: { [SITE]: { asn: 15_133, flags: 11 } },
  ...extra,
});
const controlDown = (failure: string, extra: Json = {}) =>
  controlOk([443], {
    http_request: { body_length: -1, failure, title: "", headers: {}, status_code: -1 },
    ...extra,
  });

function judge(keys: Json, input = `https://${HOST}/`, top: Json = {}): Verdict {
  const text = JSON.stringify({
    data_format_version: "0.2.0",
    test_name: "web_connectivity",
    test_version: "0.5.28",
    measurement_start_time: "2024-02-12 20:33:47",
    probe_asn: "AS64500",
    probe_cc: "IT",
    input,
    test_keys: {
      network_events: null,
      queries: [query("getaddrinfo", [SITE]), query("doh", [SITE])],
      tcp_connect: [connect(SITE, 443)],
      tls_handshakes: [handshake(SITE)],
      requests: [request(`https://${HOST}/`)],
      control: controlOk(),
      ...keys,
    },
    ...top,
  });
  const reading = readOoniLine(text, 1);
  if (!reading.ok) throw new Error(reading.problem.reason);
  const verdict = judgeOoniMeasurement(reading.value);
  expect(verdictSchema.safeParse(verdict).error).toBeUndefined();
  return verdict;
}

const nothing = { tcp_connect: [], tls_handshakes: [], requests: [] };
const dnsFailure = (failure: string, engines = ["getaddrinfo"]) => ({
  ...nothing,
  queries: engines.map((engine) => query(engine, [], failure)),
});

describe("a page that arrives", () => {
  test("is ok over HTTPS, whatever the control did", () => {
    expect(judge({})).toMatchObject({
      state: "ok",
      confidence: 0.95,
      mechanisms: [],
      asn: 64_500,
      country: "IT",
    });
    expect(judge({ control: null, control_failure: "connection_reset" })).toMatchObject({ state: "ok" });
    expect(judge({ control: controlDown("unknown_error") })).toMatchObject({ state: "ok" });
  });

  test("is ok although the server itself refuses with 503 over HTTPS", () => {
    expect(
      judge({ requests: [request(`https://${HOST}/`, null, { code: 503, body: "captcha" })] }).state,
    ).toBe("ok");
  });

  const http = { tcp_connect: [connect(SITE, 80)], tls_handshakes: [] };
  test("is ok over HTTP when it is the control's page", () => {
    const verdict = judge(
      { ...http, requests: [request(`http://${HOST}/`)], control: controlOk([80]) },
      `http://${HOST}/`,
    );
    expect(verdict.state).toBe("ok");
  });

  test("cannot be judged over HTTP without a control, or when only some of it agrees", () => {
    const input = `http://${HOST}/`;
    expect(judge({ ...http, requests: [request(input)], control: null }, input).state).toBe("insufficient");
    const refused = request(input, null, { code: 403, body: "no" });
    expect(judge({ ...http, requests: [refused], control: controlOk([80]) }, input).state).toBe(
      "insufficient",
    );
    const unlike = request(input, null, { body: "<title>Denied</title>".padEnd(1_400), headers: {} });
    expect(judge({ ...http, requests: [unlike], control: controlOk([80]) }, input).state).toBe(
      "insufficient",
    );
  });

  test("over HTTP that agrees in nothing is another page", () => {
    const input = `http://${HOST}/`;
    const other = request(input, null, { body: "<title>Access denied</title>", headers: { Server: "x" } });
    expect(judge({ ...http, requests: [other], control: controlOk([80]) }, input)).toMatchObject({
      state: "blocked",
      mechanisms: ["http.diff"],
      confidence: 0.6,
    });
  });

  test("after a redirect from HTTP to another site's HTTPS is not taken for the site's own", () => {
    const input = `http://${HOST}/`;
    const away = "https://blocked.example.net/";
    const verdict = judge(
      {
        tcp_connect: [connect(SITE, 80), connect(WRONG, 443, null, 1, 2)],
        tls_handshakes: [handshake(WRONG, null, "blocked.example.net", 1, 2)],
        requests: [
          request(away, null, { body: "<title>Sorry</title>", headers: {} }, WRONG, 1, 2),
          request(input, null, { code: 302, body: "", headers: { Location: away } }),
        ],
        control: controlOk([80]),
      },
      input,
    );
    expect(verdict.state).not.toBe("ok");
  });

  test("a redirect that leads nowhere, or was not followed, is not judged", () => {
    for (const location of ["http://", "", "https://www.example.com/again"]) {
      const redirect = request(`https://${HOST}/`, null, {
        code: 302,
        body: "",
        headers: { Location: location },
      });
      expect(judge({ requests: [redirect], control: controlDown("unknown_error") }).state).toBe(
        "insufficient",
      );
    }
  });

  test("is doubtful when it took long, with nothing to compare the speed with", () => {
    const events = Array.from({ length: 40 }, (_, i) => ({
      operation: "bytes_received_cumulative",
      address: `${SITE}:443`,
      num_bytes: (i + 1) * 4_000,
      t0: i * 0.25,
      t: i * 0.25,
      transaction_id: 1,
    }));
    expect(judge({ network_events: events }).state).toBe("insufficient");
  });
});

describe("DNS", () => {
  test.each([
    ["dns_nxdomain_error", "dns.nxdomain"],
    ["dns_refused_error", "dns.refused"],
    ["dns_no_answer", "dns.no_answer"],
    ["dns_bogon_error", "dns.bogon"],
  ])("%s for a name that the control resolves is blocking", (failure, mechanism) => {
    expect(judge(dnsFailure(failure))).toMatchObject({ state: "blocked", mechanisms: [mechanism] });
  });

  test.each([
    "dns_servfail_error",
    "dns_server_misbehaving",
    "dns_temporary_failure",
    "dns_non_recoverable_failure",
    "android_dns_cache_no_data",
    "generic_timeout_error",
    "unknown_failure: something",
  ])(
    "%s alone may be the resolver's own trouble, and is blocking when another resolver answers",
    (failure) => {
      expect(judge(dnsFailure(failure)).state).toBe("insufficient");
      const verdict = judge({
        ...nothing,
        queries: [query("getaddrinfo", [], failure), query("udp", [SITE])],
      });
      expect(verdict).toMatchObject({ state: "blocked", confidence: 0.6 });
      expect(verdict.mechanisms[0]).toMatch(/^dns/);
    },
  );

  test("a name that nobody resolves is down", () => {
    for (const dns of [
      { failure: "dns_name_error", addrs: [] },
      { failure: null, addrs: [] },
    ]) {
      const control = controlDown("dns_lookup_error", { dns, tcp_connect: {}, ip_info: {} });
      expect(
        judge({ ...dnsFailure("dns_nxdomain_error", ["getaddrinfo", "udp", "doh"]), control }).state,
      ).toBe("down");
    }
  });

  test("without a control, a failure is not judged", () => {
    expect(judge({ ...dnsFailure("dns_nxdomain_error"), control: null }).state).toBe("insufficient");
  });

  test("a private address is blocking only where others get a public one", () => {
    const local = { ...nothing, queries: [query("getaddrinfo", ["127.0.0.1"]), query("udp", ["127.0.0.1"])] };
    expect(judge(local)).toMatchObject({ state: "blocked", mechanisms: ["dns.bogon"] });
    const control = controlDown("unknown_error", {
      dns: { failure: null, addrs: ["127.0.0.1"] },
      tcp_connect: {},
    });
    expect(judge({ ...local, control }).state).toBe("insufficient");
    expect(judge({ ...local, control: null }).state).toBe("insufficient");
  });

  test("a stand-in address through which the site is reached means a bypass tool", () => {
    const verdict = judge({
      queries: [query("getaddrinfo", ["198.18.0.7"])],
      tcp_connect: [connect("198.18.0.7", 443)],
      tls_handshakes: [handshake("198.18.0.7")],
      requests: [request(`https://${HOST}/`, null, {}, "198.18.0.7")],
    });
    expect(verdict.state).toBe("invalid");
  });

  const lied = [query("getaddrinfo", [WRONG]), query("doh", [SITE])];
  test.each([
    [
      "nothing answers",
      { tcp_connect: [connect(WRONG, 443, "generic_timeout_error")], tls_handshakes: [], requests: [] },
    ],
    [
      "the certificate is another's",
      {
        tcp_connect: [connect(WRONG, 443)],
        tls_handshakes: [handshake(WRONG, "ssl_unknown_authority")],
        requests: [],
      },
    ],
    [
      "TLS is reset",
      {
        tcp_connect: [connect(WRONG, 443)],
        tls_handshakes: [handshake(WRONG, "connection_reset")],
        requests: [],
      },
    ],
  ])("an address that nobody else gets is a lie when %s there", (_, keys) => {
    expect(judge({ ...keys, queries: lied })).toMatchObject({
      state: "blocked",
      mechanisms: ["dns.inconsistent"],
    });
  });

  test("an address that nobody else gets is the site when TLS proves it", () => {
    const verdict = judge({
      queries: lied,
      tcp_connect: [connect(WRONG, 443)],
      tls_handshakes: [handshake(WRONG)],
      requests: [request(`https://${HOST}/`, null, {}, WRONG)],
    });
    expect(verdict.state).toBe("ok");
  });

  test("an address that nobody else gets says nothing when the control failed too", () => {
    const verdict = judge({
      queries: lied,
      tcp_connect: [connect(WRONG, 443, "generic_timeout_error")],
      tls_handshakes: [],
      requests: [],
      control: controlDown("generic_timeout_error"),
    });
    expect(verdict.state).toBe("insufficient");
  });

  test("another page at an address that nobody else gets is a lie, the same page is a mirror", () => {
    const input = `http://${HOST}/`;
    const base = {
      queries: lied,
      tcp_connect: [connect(WRONG, 80)],
      tls_handshakes: [],
      control: controlOk([80]),
    };
    const other = request(input, null, { body: "<title>Denied</title>", headers: {} }, WRONG);
    expect(judge({ ...base, requests: [other] }, input)).toMatchObject({
      state: "blocked",
      mechanisms: ["dns.inconsistent"],
    });
    expect(judge({ ...base, requests: [request(input, null, {}, WRONG)] }, input).state).toBe("ok");
  });

  test("an address for a name that does not exist is a leftover block", () => {
    const keys = {
      queries: [query("getaddrinfo", [WRONG]), query("doh", [], "dns_nxdomain_error")],
      tcp_connect: [connect(WRONG, 443, "connection_refused")],
      tls_handshakes: [],
      requests: [],
      control: controlDown("dns_lookup_error", {
        dns: { failure: "dns_name_error", addrs: [] },
        tcp_connect: {},
      }),
    };
    expect(judge(keys)).toMatchObject({ state: "blocked", mechanisms: ["dns.inconsistent"] });
  });

  test("addresses of the control's network agree", () => {
    const near = "93.184.216.99";
    const verdict = judge({
      queries: [{ ...query("getaddrinfo", [near]), answers: [{ ipv4: near, asn: 15_133 }] }],
      tcp_connect: [connect(near, 443, "generic_timeout_error")],
      tls_handshakes: [],
      requests: [],
    });
    expect(verdict).toMatchObject({ state: "blocked", mechanisms: ["tcp.timeout"] });
  });
});

describe("TCP", () => {
  test.each([
    ["generic_timeout_error", "tcp.timeout"],
    ["connection_refused", "tcp.refused"],
    ["connection_reset", "tcp.reset"],
    ["host_unreachable", "ip.unreachable"],
  ])("%s where the control connects is blocking", (failure, mechanism) => {
    const verdict = judge({ tcp_connect: [connect(SITE, 443, failure)], tls_handshakes: [], requests: [] });
    expect(verdict).toMatchObject({ state: "blocked", mechanisms: [mechanism] });
    expect(verdict.ruledOut.length).toBeGreaterThan(0);
  });

  test("where the control fails too the site is down; without a control nothing is said", () => {
    const keys = {
      tcp_connect: [connect(SITE, 443, "connection_refused")],
      tls_handshakes: [],
      requests: [],
    };
    const control = controlDown("connection_refused_error", {
      tcp_connect: { [`${SITE}:443`]: { status: false, failure: "connection_refused_error" } },
    });
    expect(judge({ ...keys, control }).state).toBe("down");
    expect(judge({ ...keys, control: null }).state).toBe("insufficient");
  });

  test("a probe without IPv6, or with trouble of its own, shows nothing", () => {
    const v6 = "2a00:1450:4002:403::200e";
    const queries = [{ ...query("getaddrinfo", []), answers: [{ ipv6: v6, asn: 15_133 }] }];
    const keys = {
      queries,
      tcp_connect: [connect(v6, 443, "network_unreachable")],
      tls_handshakes: [],
      requests: [],
    };
    const control = controlOk([], { tcp_connect: { [`[${v6}]:443`]: { status: true, failure: null } } });
    expect(judge({ ...keys, control }).state).toBe("insufficient");
    const own = { tcp_connect: [connect(SITE, 443, "permission_denied")], tls_handshakes: [], requests: [] };
    expect(judge(own).state).toBe("insufficient");
  });
});

describe("TLS", () => {
  test.each([
    ["connection_reset", "tls.reset"],
    ["eof_error", "tls.eof"],
    ["generic_timeout_error", "tls.timeout"],
    ["ssl_unknown_authority", "tls.certificate"],
    ["ssl_failed_handshake", "tls.handshake"],
  ])("%s where the control shakes hands is blocking", (failure, mechanism) => {
    const verdict = judge({ tls_handshakes: [handshake(SITE, failure)], requests: [] });
    expect(verdict).toMatchObject({ state: "blocked", mechanisms: [mechanism] });
  });

  test("a certificate that the control refuses too is the site's fault", () => {
    const control = controlDown("ssl_invalid_certificate", {
      tls_handshake: { [`${SITE}:443`]: { status: false, failure: "ssl_invalid_certificate" } },
    });
    expect(
      judge({ tls_handshakes: [handshake(SITE, "ssl_invalid_certificate")], requests: [], control }).state,
    ).toBe("down");
  });

  test("an expired certificate that only the probe sees may be its clock", () => {
    expect(judge({ tls_handshakes: [handshake(SITE, "ssl_invalid_certificate")], requests: [] }).state).toBe(
      "insufficient",
    );
  });

  const received = (times: number[], step: number) =>
    times.map((t, i) => ({
      operation: "bytes_received_cumulative",
      address: `${SITE}:443`,
      num_bytes: (i + 1) * step,
      t0: t,
      t,
      transaction_id: 1,
    }));
  const slow = [{ ...handshake(SITE, "generic_timeout_error"), t0: 0.1, t: 10.1 }];

  const trickle = received([1, 3, 5, 7, 9], 380);
  /** A handshake with another name's server, whose 4 kB took so long in all. */
  const beside = (seconds: number) => ({
    tls_handshakes: [
      ...slow,
      { ...handshake(WRONG, null, "other.example.net", 0, 2), t0: 0.1, t: 0.1 + seconds },
    ],
    requests: [],
    network_events: [
      ...trickle,
      ...received([0.1 + seconds], 4_000).map((event) => ({
        ...event,
        address: `${WRONG}:443`,
        transaction_id: 2,
      })),
    ],
  });

  test("a handshake that times out while bytes still arrive, beside a quick one, is throttled, not blocked", () => {
    const verdict = judge(beside(0.3));
    expect(verdict).toMatchObject({ state: "throttled", mechanisms: ["tls.throttle"], confidence: 0.6 });
    expect(verdict.rate!.rateBps).toBeCloseTo((4 * 380 * 8) / 8, 6);
  });

  test("such a handshake alone, or beside one as slow, may be a line that is slow or lossy for everything", () => {
    for (const keys of [{ tls_handshakes: slow, requests: [], network_events: trickle }, beside(9)])
      expect(judge(keys)).toMatchObject({ state: "insufficient", mechanisms: [] });
  });

  test("one handshake of several in which bytes kept arriving does not speak for all", () => {
    const keys = beside(0.3);
    const silent = { ...handshake(SITE, "generic_timeout_error", HOST, 0, 3), t0: 0.1, t: 10.1 };
    expect(judge({ ...keys, tls_handshakes: [...keys.tls_handshakes, silent] }).state).not.toBe("throttled");
  });

  test("a handshake that stops after some bytes cannot be told", () => {
    expect(judge({ tls_handshakes: slow, requests: [], network_events: received([0.2], 1_400) }).state).toBe(
      "insufficient",
    );
  });

  test("a handshake of seconds beside a connect of milliseconds is a suspicion", () => {
    const verdict = judge({
      tcp_connect: [{ ...connect(SITE, 443), t0: 0, t: 0.07 }],
      tls_handshakes: [{ ...handshake(SITE), t0: 0.07, t: 3.5 }],
    });
    expect(verdict).toMatchObject({ state: "insufficient", slowness: "delayed" });
  });
});

describe("HTTP", () => {
  test.each([
    ["connection_reset", "http.reset"],
    ["eof_error", "http.eof"],
    ["generic_timeout_error", "http.timeout"],
  ])("%s where the control gets the page is blocking", (failure, mechanism) => {
    expect(judge({ requests: [request(`https://${HOST}/`, failure)] })).toMatchObject({
      state: "blocked",
      mechanisms: [mechanism],
    });
  });

  test("a failure that the control shares is the site's, another is not judged", () => {
    const requests = [request(`https://${HOST}/`, "generic_timeout_error")];
    expect(judge({ requests, control: controlDown("generic_timeout_error") }).state).toBe("down");
    expect(judge({ requests, control: controlDown("unknown_error") }).state).toBe("insufficient");
    expect(judge({ requests, control: null }).state).toBe("insufficient");
  });

  const begun = (t: number) => [
    { ...request(`https://${HOST}/`, "generic_timeout_error", { code: 200 }), t },
  ];
  const big = controlOk([443], {
    http_request: { body_length: 500_000, failure: null, title: "", headers: {}, status_code: 200 },
  });
  const samples = (count: number, seconds: number, step: number) =>
    Array.from({ length: count }, (_, i) => ({
      operation: "bytes_received_cumulative",
      address: `${SITE}:443`,
      num_bytes: (i + 1) * step,
      t0: 0.5 + i * seconds,
      t: 0.5 + i * seconds,
      transaction_id: 1,
    }));

  test("bytes that keep arriving until the time-out are throttling, with their rate", () => {
    const verdict = judge({ requests: begun(30), control: big, network_events: samples(59, 0.5, 8_000) });
    expect(verdict).toMatchObject({ state: "throttled", mechanisms: ["http.throttle"], confidence: 0.6 });
    expect(verdict.rate!.rateBps).toBeCloseTo(128_000, 3);
  });

  test("bytes that stop long before the time-out are a freeze seen once, which decides nothing", () => {
    const verdict = judge({ requests: begun(30), control: big, network_events: samples(10, 0.1, 1_600) });
    expect(verdict).toMatchObject({ state: "insufficient", slowness: "frozen" });
  });

  test("a fast transfer that ran out of time is not throttled", () => {
    const verdict = judge({ requests: begun(10), control: big, network_events: samples(95, 0.1, 1_000_000) });
    expect(verdict.state).toBe("insufficient");
  });

  test("a response that began and ended in a time-out is throttling only if the page is larger than a first window", () => {
    expect(judge({ requests: begun(0), control: big })).toMatchObject({
      state: "throttled",
      confidence: 0.6,
    });
    expect(judge({ requests: begun(0) }).state).toBe("insufficient");
  });

  test("sums the reads of web_connectivity 0.4 that follow the last connect", () => {
    const reads = Array.from({ length: 40 }, (_, i) => ({
      operation: "read",
      num_bytes: 4_000,
      t: 1 + i * 0.5,
      failure: null,
    }));
    const events = [{ operation: "connect", address: `${SITE}:443`, t: 0.5, failure: null }, ...reads];
    const verdict = judge({ requests: begun(21), control: big, network_events: events });
    expect(verdict).toMatchObject({ state: "throttled" });
    expect(verdict.rate!.rateBps).toBeCloseTo(64_000, 3);
  });
});

describe("web_connectivity 0.4", () => {
  const old = (keys: Json, input = `https://${HOST}/`) => {
    const { ip_info: _, tls_handshake: __, ...control } = controlOk();
    const { tags: ___, ...plain } = query("getaddrinfo", [SITE]);
    return judge(
      {
        queries: [plain],
        tcp_connect: [{ ip: SITE, port: 443, status: { blocked: false, failure: null, success: true } }],
        tls_handshakes: undefined,
        control,
        ...keys,
      },
      input,
      { test_version: "0.4.3" },
    );
  };
  const oldRequest = (url: string, failure: string | null, response: Json | null = null) => ({
    failure,
    request: { url },
    response: response ?? { code: 0, headers: {} },
  });

  test("reads requests with the latest first, headers as objects, bodies in base64", () => {
    const data = btoa("x".repeat(900));
    const verdict = old({
      requests: [
        oldRequest("https://example.com/", null, {
          code: 200,
          body: { format: "base64", data },
          headers: { "Alt-Svc": { data: "h3" } },
        }),
        oldRequest(`https://${HOST}/`, null, { code: 301, headers: { Location: "https://example.com/" } }),
      ],
    });
    expect(verdict.state).toBe("ok");
  });

  test("puts a reset without a record of the handshake at TLS, and no deeper", () => {
    expect(old({ requests: [oldRequest(`https://${HOST}/`, "connection_reset")] })).toMatchObject({
      state: "blocked",
      mechanisms: ["tls"],
    });
  });

  test("judges by how the fetch ended when no request is listed", () => {
    expect(old({ requests: [], http_experiment_failure: "ssl_unknown_authority" })).toMatchObject({
      state: "blocked",
      mechanisms: ["tls.certificate"],
    });
  });

  test("an empty control is none", () => {
    expect(old({ control: {}, control_failure: "generic_timeout_error", requests: [] }).state).toBe(
      "insufficient",
    );
  });

  test("believes the probe where it found the addresses in the control's networks", () => {
    const queries = [{ hostname: HOST, failure: null, answers: [{ ipv4: WRONG }] }];
    const keys = {
      queries,
      tcp_connect: [{ ip: WRONG, port: 443, status: { success: false, failure: "generic_timeout_error" } }],
      requests: [],
    };
    expect(old({ ...keys, dns_consistency: "consistent" }).mechanisms).toEqual(["tcp.timeout"]);
    expect(old({ ...keys, dns_consistency: "inconsistent" })).toMatchObject({
      mechanisms: ["dns.inconsistent"],
      confidence: 0.6,
    });
  });
});

describe("urlgetter", () => {
  const top = { test_name: "urlgetter", test_version: "0.2.0" };
  test("shows that a site was reached, never that it was blocked", () => {
    expect(judge({ control: undefined }, `https://${HOST}/`, top).state).toBe("ok");
    const reset = {
      control: undefined,
      tls_handshakes: [handshake(SITE, "connection_reset")],
      requests: [],
      failure: "connection_reset",
    };
    expect(judge(reset, `https://${HOST}/`, top).state).toBe("insufficient");
  });

  test("through a tunnel is invalid", () => {
    expect(judge({ tunnel: "psiphon" }, `https://${HOST}/`, top).state).toBe("invalid");
  });
});

test("any change to a measurement leaves a valid verdict", () => {
  const keys = {
    network_events: [{ operation: "read", num_bytes: 5, t: 1, failure: null }],
    queries: [query("getaddrinfo", [SITE]), query("doh", [SITE])],
    tcp_connect: [connect(SITE, 443)],
    tls_handshakes: [handshake(SITE)],
    requests: [request(`https://${HOST}/`)],
    control: controlOk(),
  };
  const junk = fc.oneof(
    fc.constant(null),
    fc.integer(),
    fc.string(),
    fc.constant([]),
    fc.constant({}),
    fc.constant([null]),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 6 }), (changes) => {
      let count = 0;
      // About as many values as the measurement has.
      const size = 200;
      const wanted = new Map(changes.map(([at, value]) => [at % size, value]));
      const mutated = JSON.parse(JSON.stringify(keys), (_, value) =>
        wanted.has(count++) ? wanted.get(count - 1) : value,
      );
      if (typeof mutated === "object" && mutated !== null && !Array.isArray(mutated)) judge(mutated);
    }),
    { numRuns: 500 },
  );
});
