/**
 * The whole of a reach against real servers on loopback. One file, for all of it needs the same certificates; the parts
 * that need none have their tests beside them.
 */
import "reflect-metadata";
import { webcrypto, X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import * as x509 from "@peculiar/x509";
import dnsPacket from "dns-packet";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { joined, uint32 } from "../../packet/emit-bytes.ts";
import { QUIC_V2 } from "../../packet/quic-keys.ts";
import { nodeEffects } from "./effects.ts";
import { chooseAddresses } from "./find-addresses.ts";
import { reachTarget } from "./reach.ts";
import type { HttpStep, Reach, ReachOptions, TlsStep } from "./reach-record.ts";

const DAY_MS = 86_400_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const NAME = "site.test";

interface Credentials {
  readonly key: string;
  readonly cert: string;
}
let ca: string;
let issue: (names: string[], fromMs?: number, untilMs?: number) => Promise<Credentials>;
let good: Credentials;
let selfSigned: Credentials;

beforeAll(async () => {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const newKeys = () =>
    webcrypto.subtle.generateKey(ALGORITHM, true, [
      "sign",
      "verify",
    ]) as unknown as Promise<webcrypto.CryptoKeyPair>;
  const pemOf = async (keys: webcrypto.CryptoKeyPair) =>
    x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  const now = Date.now();
  const authorityKeys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=Test authority",
    notBefore: new Date(now - 100 * DAY_MS),
    notAfter: new Date(now + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys: authorityKeys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  ca = authority.toString("pem");
  const extensions = (names: string[]) => [
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "ip" : "dns", value })),
    ),
  ];
  issue = async (names, fromMs = now - DAY_MS, untilMs = now + DAY_MS) => {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: "CN=Leaf, O=Test",
      issuer: authority.subject,
      notBefore: new Date(fromMs),
      notAfter: new Date(untilMs),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      extensions: extensions(names),
    });
    return { key: await pemOf(keys), cert: certificate.toString("pem") };
  };
  good = await issue([NAME, "127.0.0.1"]);
  const keys = await newKeys();
  const lone = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Alone",
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: extensions([NAME]),
  });
  selfSigned = { key: await pemOf(keys), cert: lone.toString("pem") };
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
const listen = async (server: Server | ReturnType<typeof createTcpServer>, address = "127.0.0.1") => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
};
const PAGE: Listener = (_, response) => {
  response.setHeader("server", "tester/1");
  response.setHeader("content-type", "text/html");
  response.end("<html><head><title> A page &amp;\n more </title></head></html>");
};
const https = (credentials: Credentials, listener: Listener = PAGE, address?: string) =>
  listen(createHttpsServer(credentials, listener), address);
const http = (listener: Listener) => listen(createServer(listener));
const raw = (onSocket: (socket: Socket) => void) => listen(createTcpServer(onSocket));

function reach(port: number, more: Partial<ReachOptions> = {}, scheme: "http" | "https" = "https") {
  return reachTarget(
    { name: NAME, port, path: "/", scheme },
    { insecure: false, timeoutMs: 5000, quic: false, ca, connect: { address: "127.0.0.1" }, ...more },
  );
}
const operations = ({ steps }: Reach) => steps.map(({ operation }) => operation);
const last = ({ steps }: Reach) => steps.at(-1)!;
const tlsOf = ({ steps }: Reach) => steps.find(({ operation }) => operation === "tls_handshake") as TlsStep;

describe("A target that answers", () => {
  test("is reached step by step, each with its times", async () => {
    const port = await https(good);
    const result = await reach(port);
    expect(operations(result)).toEqual(["connect", "tls_handshake", "read"]);
    const [connect, tls, page] = result.steps;
    expect(connect).toMatchObject({ address: "127.0.0.1", port, family: 4, source: "given" });
    expect(tls).toMatchObject({
      serverName: NAME,
      version: "TLSv1.3",
      alpn: "http/1.1",
      isVerified: true,
      certificate: { subject: "CN=Leaf, O=Test", issuer: "CN=Test authority", names: [NAME, "127.0.0.1"] },
    });
    const fingerprint = new X509Certificate(good.cert).fingerprint256.replaceAll(":", "").toLowerCase();
    expect((tls as TlsStep).certificate!.sha256).toBe(fingerprint);
    expect(page).toMatchObject({ status: 200, server: "tester/1", title: "A page & more", bodyBytes: 61 });
    let before = 0;
    for (const step of result.steps) {
      expect(step.failure).toBeUndefined();
      expect(step.startedUs).toBeGreaterThanOrEqual(before);
      expect(step.durationUs).toBeGreaterThan(0);
      before = step.startedUs + step.durationUs;
    }
    expect(result.durationUs).toBeGreaterThanOrEqual(before);
    expect(Math.abs(result.startedAtMs - Date.now())).toBeLessThan(20_000);
  });

  test("is reached over IPv6, and by an address without SNI", async () => {
    const six = await https(good, PAGE, "::1");
    expect((await reach(six, { connect: { address: "::1" } })).steps[0]).toMatchObject({ family: 6 });
    const four = await https(good);
    const result = await reachTarget(
      { name: "127.0.0.1", port: four, path: "/" },
      { insecure: false, timeoutMs: 5000, quic: false, ca },
    );
    expect(last(result)).toMatchObject({ operation: "read", status: 200 });
    expect(tlsOf(result)).not.toHaveProperty("serverName");
    expect(tlsOf(result).isVerified).toBe(true);
  });

  test("gets the name with its port as Host, and the path as a request may carry it", async () => {
    const seen: (string | undefined)[] = [];
    const port = await http((request, response) => {
      seen.push(request.headers.host, request.url);
      response.end();
    });
    const target = { name: NAME, port, path: "ü/%41?a b#c", scheme: "http" as const };
    const options = { insecure: false, timeoutMs: 5000, quic: false, connect: { address: "127.0.0.1" } };
    await reachTarget(target, options);
    expect(seen).toEqual([`${NAME}:${port}`, "/%C3%BC/%41?a%20b"]);
  });

  test("that redirects is not followed", async () => {
    const port = await http((_, response) => {
      response.writeHead(302, { location: "http://login.test/\tx" }).end();
    });
    expect(last(await reach(port, {}, "http"))).toMatchObject({ status: 302, bodyBytes: 0 });
  });

  test("with more than 64 KiB is read so far and no further", async () => {
    const port = await http((_, response) => response.end(Buffer.alloc(1_000_000, 0x61)));
    const page = last(await reach(port, {}, "http")) as HttpStep;
    expect(page).toMatchObject({ bodyBytes: 65_536, isCut: true });
    expect(page.failure).toBeUndefined();
  });

  test("with an upgrade or an error status is an answer", async () => {
    const port = await raw((socket) =>
      socket.once("data", () => socket.write("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")),
    );
    expect(last(await reach(port, {}, "http"))).toMatchObject({ status: 101 });
    const broken = await http((_, response) => response.writeHead(503).end("x"));
    expect(last(await reach(broken, {}, "http"))).toMatchObject({ status: 503, bodyBytes: 1 });
  });
});

describe("A certificate", () => {
  const problems: [string, () => Promise<Credentials>, string, string][] = [
    ["self-signed", async () => selfSigned, "ssl_unknown_authority", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["for another host", () => issue(["other.test"]), "ssl_invalid_hostname", "ERR_TLS_CERT_ALTNAME_INVALID"],
    [
      "that has expired",
      () => issue([NAME], Date.now() - 9 * DAY_MS, Date.now() - DAY_MS),
      "ssl_invalid_certificate",
      "CERT_HAS_EXPIRED",
    ],
    [
      "that is not valid yet",
      () => issue([NAME], Date.now() + DAY_MS / 2, Date.now() + DAY_MS),
      "ssl_invalid_certificate",
      "CERT_NOT_YET_VALID",
    ],
  ];

  test.each(problems)("%s ends the attempt, and is kept", async (_, credentials, failure, code) => {
    const result = await reach(await https(await credentials()));
    expect(operations(result)).toEqual(["connect", "tls_handshake"]);
    expect(tlsOf(result)).toMatchObject({
      failure,
      isVerified: false,
      certificateProblem: { failure, code },
      certificate: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test.each(problems)("%s is only noted when that is asked for", async (_, credentials, failure) => {
    const result = await reach(await https(await credentials()), { insecure: true });
    expect(tlsOf(result).failure).toBeUndefined();
    expect(tlsOf(result)).toMatchObject({ isVerified: false, certificateProblem: { failure } });
    expect(last(result)).toMatchObject({ operation: "read", status: 200 });
  });

  test("of an authority that is not trusted is unknown", async () => {
    const result = await reach(await https(good), { ca: selfSigned.cert });
    expect(tlsOf(result).failure).toBe("ssl_unknown_authority");
  });
});

describe("A target that fails", () => {
  const tooLate = 600;
  const closeHello = (end: (socket: Socket) => void) => (socket: Socket) =>
    void socket.once("data", () => end(socket));

  test("by refusing", async () => {
    const port = await raw(() => {});
    closers.splice(0).forEach((close) => {
      close();
    });
    const result = await reach(port);
    expect(operations(result)).toEqual(["connect"]);
    expect(last(result).failure).toBe("connection_refused");
  });

  test.each([
    ["resetting the hello", closeHello((socket) => socket.resetAndDestroy()), "connection_reset"],
    ["closing at the hello", closeHello((socket) => socket.end()), "eof_error"],
    ["dropping what follows the hello", () => {}, "generic_timeout_error"],
    ["speaking something else", closeHello((socket) => socket.end("220 ftp\r\n")), "ssl_failed_handshake"],
  ])("by %s", async (_, onSocket: (socket: Socket) => void, failure) => {
    const result = await reach(await raw(onSocket), {
      timeoutMs: failure === "generic_timeout_error" ? tooLate : 5000,
    });
    expect(operations(result)).toEqual(["connect", "tls_handshake"]);
    expect(last(result)).toMatchObject({ failure, serverName: NAME });
  });

  test("by an alert", async () => {
    const port = await listen(createTlsServer({ ...good, SNICallback: (_, done) => done(new Error("no")) }));
    expect(["ssl_failed_handshake", "connection_reset", "eof_error"]).toContain(
      last(await reach(port)).failure,
    );
    const old = await listen(createTlsServer({ ...good, maxVersion: "TLSv1.2", ciphers: "AES128-SHA" }));
    expect(last(await reach(old)).failure).toBe("ssl_failed_handshake");
  });

  const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
  test.each([
    ["http_round_trip", "resetting the request", (s: Socket) => void s.resetAndDestroy(), "connection_reset"],
    ["http_round_trip", "closing without an answer", (s: Socket) => void s.end(), "eof_error"],
    ["http_round_trip", "saying nothing", () => {}, "generic_timeout_error"],
    [
      "http_round_trip",
      "answering garbage",
      (s: Socket) => void s.end("garbage\r\n\r\n"),
      "http_request_failed",
    ],
    [
      "http_round_trip",
      "a head without end",
      (s: Socket) => void s.end(`HTTP/1.1 200 OK\r\na: ${"b".repeat(40_000)}`),
      "http_request_failed",
    ],
    ["read", "closing within the body", (s: Socket) => void s.end(`${HEAD}half`), "eof_error"],
    ["read", "freezing within the body", (s: Socket) => void s.write(`${HEAD}half`), "generic_timeout_error"],
    [
      "read",
      "resetting within the body",
      (s: Socket) => void s.write(`${HEAD}half`, () => setTimeout(() => s.resetAndDestroy(), 50)),
      "connection_reset",
    ],
  ])("in %s by %s", async (operation, _, answer, failure) => {
    const port = await raw((socket) => void socket.once("data", () => answer(socket)));
    const timeoutMs = failure === "generic_timeout_error" ? tooLate : 5000;
    const step = last(await reach(port, { timeoutMs }, "http"));
    expect(step).toMatchObject({ operation, failure });
    if (operation === "read") expect(step).toMatchObject({ status: 200, bodyBytes: 4 });
  });

  test("by resetting within TLS, after the handshake", async () => {
    const server = createTlsServer({ ...good, ALPNProtocols: ["http/1.1"] }, (tls) => {
      tls.on("error", () => {});
      tls.once("data", () => [...sockets].forEach((socket) => void socket.resetAndDestroy()));
    });
    const sockets = new Set<Socket>();
    server.on("connection", (socket) => sockets.add(socket));
    const step = last(await reach(await listen(server)));
    expect(step).toMatchObject({ operation: "http_round_trip", failure: "connection_reset" });
  });

  test("resolves in time, whatever the target does", async () => {
    const port = await http((_, response) => {
      const drip = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(drip));
    });
    const result = await reach(port, { timeoutMs: 400 }, "http");
    expect(last(result)).toMatchObject({ operation: "read", failure: "generic_timeout_error", status: 200 });
    expect((last(result) as HttpStep).bodyBytes).toBeGreaterThan(1);
    expect(result.durationUs).toBeLessThan(5_000_000);
  });
});

describe("Addresses", () => {
  const lookingUp = (addresses: string[]) => ({ ...nodeEffects, lookUp: async () => addresses });
  const options = (more: Partial<ReachOptions> = {}) => ({
    insecure: false,
    timeoutMs: 3000,
    quic: false,
    ca,
    ...more,
  });

  test("are tried in the system's order until one connects", async () => {
    const port = await https(good);
    const result = await reachTarget(
      { name: NAME, port, path: "/" },
      options(),
      lookingUp(["::1", "127.0.0.1", "127.0.0.2"]),
    );
    expect(operations(result)).toEqual(["resolve", "connect", "connect", "tls_handshake", "read"]);
    expect(result.steps[0]).toMatchObject({
      resolver: "system",
      addresses: ["::1", "127.0.0.1", "127.0.0.2"],
    });
    expect(result.steps[1]).toMatchObject({ address: "::1", family: 6, failure: "connection_refused" });
    expect(result.steps[2]).toMatchObject({ address: "127.0.0.1", family: 4, source: "system" });
  });

  test("are four at most", async () => {
    const port = await raw(() => {});
    for (const close of closers.splice(0)) close();
    const many = Array.from({ length: 9 }, (_, i) => `127.0.0.${i + 1}`);
    const result = await reachTarget({ name: NAME, port, path: "/" }, options(), lookingUp(many));
    expect(operations(result)).toEqual(["resolve", "connect", "connect", "connect", "connect"]);
  });

  test("that stay silent leave time for those behind them", async () => {
    const port = await https(good);
    // A SYN that is dropped on the way: the kernel tells nothing.
    const openTcp = (address: string, to: number) =>
      address === "127.0.0.9" ? new Socket() : nodeEffects.openTcp(address, to);
    const result = await reachTarget({ name: NAME, port, path: "/" }, options({ timeoutMs: 4000 }), {
      ...lookingUp(["127.0.0.9", "127.0.0.1"]),
      openTcp,
    });
    expect(result.steps[1]).toMatchObject({ operation: "connect", failure: "generic_timeout_error" });
    expect(last(result)).toMatchObject({ operation: "read", address: "127.0.0.1", status: 200 });
  });

  test("come from the second resolver where the system names none that can be right", () => {
    const second = { addresses: ["8.8.8.8", "10.0.0.1"], bogons: ["10.0.0.1"] };
    expect(chooseAddresses({ addresses: ["1.1.1.1"] }, second)).toEqual([
      { address: "1.1.1.1", source: "system" },
    ]);
    expect(chooseAddresses({ addresses: [] }, second)).toEqual([{ address: "8.8.8.8", source: "second" }]);
    const bogons = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
    expect(chooseAddresses({ addresses: bogons, bogons }, second)).toEqual([
      { address: "127.0.0.1", source: "system" },
      { address: "127.0.0.2", source: "system" },
      { address: "8.8.8.8", source: "second" },
    ]);
    expect(chooseAddresses({ addresses: bogons, bogons })).toHaveLength(3);
  });

  test("of the system are enough: a second resolver that is silent holds nothing up", async () => {
    const silent = createSocket("udp4");
    closers.push(() => silent.close());
    await new Promise<void>((resolve) => silent.bind(0, "127.0.0.1", resolve));
    const port = await https(good);
    const secondResolver = `127.0.0.1:${silent.address().port}`;
    const result = await reachTarget(
      { name: NAME, port, path: "/" },
      options({ secondResolver, timeoutMs: 1500 }),
      lookingUp(["127.0.0.1"]),
    );
    const second = result.steps.find((step) => step.operation === "resolve" && step.resolver === "second");
    expect(second).toMatchObject({ server: secondResolver, failure: "generic_timeout_error" });
    expect(last(result)).toMatchObject({ operation: "read", status: 200 });
    expect(last(result).startedUs).toBeLessThan(second!.durationUs);
  });

  test("of a second resolver are taken where the system knows none", async () => {
    const port = await https(good);
    const server = createSocket("udp4");
    closers.push(() => server.close());
    server.on("message", (bytes, from) => {
      const { id, questions } = dnsPacket.decode(bytes);
      const answers: dnsPacket.Answer[] =
        questions![0]!.type === "A" ? [{ type: "A", name: NAME, data: "127.0.0.1" }] : [];
      const answer = dnsPacket.encode({ type: "response", id: id!, questions: questions!, answers });
      server.send(answer, from.port, from.address);
    });
    await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
    const lookUp = () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" }));
    const result = await reachTarget(
      { name: NAME, port, path: "/" },
      options({ secondResolver: `127.0.0.1:${server.address().port}` }),
      { ...nodeEffects, lookUp },
    );
    expect(result.steps.find(({ operation }) => operation === "connect")).toMatchObject({
      address: "127.0.0.1",
      source: "second",
    });
    expect(last(result)).toMatchObject({ operation: "read", status: 200 });
  });

  test("that nobody names end it, with what both resolvers said", async () => {
    const lookUp = () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" }));
    const target = { name: NAME, port: 443, path: "/" };
    const result = await reachTarget(target, options({ secondResolver: "nonsense" }), {
      ...nodeEffects,
      lookUp,
    });
    expect(result.steps).toMatchObject([
      { operation: "resolve", resolver: "system", failure: "dns_nxdomain_error" },
      { operation: "resolve", resolver: "second", failure: "invalid_argument" },
    ]);
  });

  test("are not looked for under a name that is none", async () => {
    const result = await reachTarget({ name: "a b", port: 443, path: "/" }, options());
    expect(result.steps).toMatchObject([{ operation: "resolve", failure: "invalid_argument" }]);
  });

  test("of international names are looked up as DNS spells them", async () => {
    let asked = "";
    const lookUp = async (name: string) => {
      asked = name;
      return [];
    };
    await reachTarget({ name: "президент.рф", port: 443, path: "/" }, options(), { ...nodeEffects, lookUp });
    expect(asked).toBe("xn--d1abbgf6aiiy.xn--p1ai");
  });
});

describe("QUIC", () => {
  async function responder(port: number, answers: boolean): Promise<void> {
    const udp = createSocket("udp4");
    closers.push(() => udp.close());
    udp.on("message", (bytes, from) => {
      const [destination, source] = [bytes.subarray(6, 14), bytes.subarray(15, 23)];
      const reply = joined([0x80, 0, 0, 0, 0, 8], source, [8], destination, uint32(QUIC_V2));
      if (answers) udp.send(reply, from.port, from.address);
    });
    await new Promise<void>((resolve) => udp.bind(port, "127.0.0.1", resolve));
  }

  test("is asked for beside TLS, at the same address and port", async () => {
    const port = await https(good);
    await responder(port, true);
    const result = await reach(port, { quic: true });
    expect(operations(result).toSorted()).toEqual(["connect", "quic_handshake", "read", "tls_handshake"]);
    expect(result.steps.find(({ operation }) => operation === "quic_handshake")).toMatchObject({
      answer: "version-negotiation",
      address: "127.0.0.1",
      port,
      versions: [QUIC_V2],
    });
  });

  test("is asked for where TCP fails", async () => {
    const port = await raw(() => {});
    for (const close of closers.splice(0)) close();
    await responder(port, false);
    const result = await reach(port, { quic: true, timeoutMs: 400 });
    expect(result.steps).toMatchObject([
      { operation: "connect", failure: "connection_refused" },
      { operation: "quic_handshake", answer: "silence", failure: "generic_timeout_error" },
    ]);
  });
});
