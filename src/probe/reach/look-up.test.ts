import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import dnsPacket from "dns-packet";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { emitQuestion, MAX_ADDRESSES, type Question, readDnsAnswer } from "./dns-answer.ts";
import { nodeEffects, type ReachEffects } from "./effects.ts";
import { isPublicName, lookUpAt, lookUpSystem, readNameServer } from "./look-up.ts";

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers.splice(0)) close();
});

type Zone = (question: { name: string; type: string }, overTcp: boolean, count: number) => Reply | undefined;
interface Reply extends Partial<dnsPacket.Packet> {
  /** Added to the query's id. */
  readonly idOffset?: number;
  readonly raw?: Buffer;
}

/** A name server on loopback, UDP and TCP on one port. */
async function nameServer(
  zone: Zone,
  address = "127.0.0.1",
  genuine?: (query: Buffer) => Buffer | undefined,
) {
  const udp = createSocket(address.includes(":") ? "udp6" : "udp4");
  let count = 0;
  const reply = (bytes: Buffer, overTcp: boolean): Buffer | undefined => {
    const query = dnsPacket.decode(bytes);
    const made = zone(query.questions![0]!, overTcp, count++);
    if (!made) return undefined;
    const { idOffset = 0, raw, ...packet } = made;
    if (raw) return raw;
    return dnsPacket.encode({
      type: "response",
      questions: query.questions!,
      ...packet,
      id: (query.id! + idOffset) & 0xffff,
    });
  };
  udp.on("message", (bytes, from) => {
    const answer = reply(bytes, false);
    if (answer) udp.send(answer, from.port, from.address);
    const later = genuine?.(bytes);
    if (later) udp.send(later, from.port, from.address);
  });
  const tcp = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const answer = reply(bytes.subarray(2), true);
      if (!answer) return void socket.end();
      const framed = Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]);
      // In two pieces, as a stream may come.
      socket.write(framed.subarray(0, 5));
      setTimeout(() => socket.write(framed.subarray(5)), 10);
    });
  });
  const port = await listenOnBoth(tcp, udp, address);
  const close = (): void => {
    udp.close();
    tcp.close();
  };
  closers.push(close);
  return { ip: address, port, close };
}

/** One port for both. TCP chooses: connections of others take ports of it all the time, and few take those of UDP. */
async function listenOnBoth(tcp: Server, udp: Socket, address: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    tcp.listen(0, address);
    await once(tcp, "listening");
    const { port } = tcp.address() as AddressInfo;
    udp.bind(port, address);
    const isBound = await once(udp, "listening").then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EADDRINUSE" || attempt === MOST_ATTEMPTS) throw error;
        return false;
      },
    );
    if (isBound) return port;
    tcp.close();
    await once(tcp, "close");
  }
}

const MOST_ATTEMPTS = 5;

const A = (data: string): dnsPacket.Answer => ({ type: "A", name: "site.net", ttl: 60, data });
const AAAA = (data: string): dnsPacket.Answer => ({ type: "AAAA", name: "site.net", ttl: 60, data });
const ask = (server: { ip: string; port: number }, timeoutMs = 3000, name = "site.net") =>
  lookUpAt(server, name, timeoutMs, nodeEffects);
const code =
  (rcode: number): Zone =>
  () => ({ flags: rcode });

describe.concurrent("A second resolver", () => {
  test("gives the addresses of both families", async () => {
    const server = await nameServer(({ type }) => ({
      answers: type === "A" ? [A("8.8.8.8"), A("8.8.4.4"), A("8.8.8.8")] : [AAAA("2a00::1")],
    }));
    const { addresses, failure } = await ask(server);
    expect(addresses.toSorted()).toEqual(["2a00::1", "8.8.4.4", "8.8.8.8"]);
    expect(failure).toBeUndefined();
  });

  test("is asked over IPv6 too", async () => {
    const server = await nameServer(() => ({ answers: [A("8.8.8.8")] }), "::1");
    expect(await ask(server)).toEqual({ addresses: ["8.8.8.8"] });
  });

  test("follows aliases as the server gives them", async () => {
    const server = await nameServer(({ type }) => ({
      answers: [
        { type: "CNAME", name: "site.net", data: "edge.net" },
        ...(type === "A" ? [{ ...A("8.8.8.8"), name: "edge.net" } as dnsPacket.Answer] : []),
      ],
    }));
    expect(await ask(server)).toEqual({ addresses: ["8.8.8.8"] });
  });

  test.each([
    [2, "dns_servfail_error"],
    [3, "dns_nxdomain_error"],
    [5, "dns_refused_error"],
    [4, "dns_server_misbehaving"],
  ])("says of code %i: %s", async (rcode, failure) => {
    expect(await ask(await nameServer(code(rcode)))).toEqual({ addresses: [], failure });
  });

  test("without addresses is no answer", async () => {
    const server = await nameServer(() => ({ answers: [] }));
    expect(await ask(server)).toEqual({ addresses: [], failure: "dns_no_answer" });
  });

  test("that fails for one family only is told by what it failed with", async () => {
    const server = await nameServer(({ type }) => (type === "A" ? { flags: 2 } : { answers: [] }));
    expect(await ask(server)).toEqual({ addresses: [], failure: "dns_servfail_error" });
  });

  test("that stays silent is a time-out, in time", async () => {
    const server = await nameServer(() => undefined);
    const startedAt = performance.now();
    expect(await ask(server, 250)).toEqual({ addresses: [], failure: "generic_timeout_error" });
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  test("that stays silent for one family keeps the other's addresses", async () => {
    const server = await nameServer(({ type }) => (type === "A" ? { answers: [A("8.8.8.8")] } : undefined));
    expect(await ask(server, 10_000)).toEqual({ addresses: ["8.8.8.8"] });
  });

  test("is asked again when a datagram is lost", async () => {
    const server = await nameServer((_, __, count) => (count < 2 ? undefined : { answers: [A("8.8.8.8")] }));
    expect((await ask(server, 8000)).addresses).toEqual(["8.8.8.8"]);
  });

  test("is asked over TCP when the answer was cut off", async () => {
    const server = await nameServer(({ type }, overTcp) =>
      type === "AAAA"
        ? { answers: [] }
        : overTcp
          ? { answers: [A("8.8.8.8")] }
          : { flags: dnsPacket.TRUNCATED_RESPONSE, answers: [] },
    );
    expect(await ask(server)).toEqual({ addresses: ["8.8.8.8"], viaTcp: true });
  });

  test("that closes over TCP is an end", async () => {
    const server = await nameServer((_, overTcp) =>
      overTcp ? undefined : { flags: dnsPacket.TRUNCATED_RESPONSE },
    );
    expect(await ask(server)).toEqual({ addresses: [], failure: "eof_error", viaTcp: true });
  });

  test("that nobody runs is refused", async () => {
    const server = await nameServer(() => undefined);
    closers.splice(closers.indexOf(server.close), 1);
    server.close();
    expect(await ask(server)).toMatchObject({ addresses: [], failure: "connection_refused" });
  });

  test("is not believed with another id, and waited on", async () => {
    const server = await nameServer(() => ({ idOffset: 1, answers: [A("8.8.8.8")] }));
    expect(await ask(server, 1000)).toEqual({ addresses: [], failure: "dns_reply_with_wrong_query_id" });
  });

  test("is not believed about another name", async () => {
    const server = await nameServer(() => ({
      questions: [{ type: "A", name: "other.net" }],
      answers: [A("8.8.8.8")],
    }));
    expect(await ask(server, 1000)).toEqual({ addresses: [], failure: "dns_server_misbehaving" });
  });

  test("whose answer comes second is told beside what a box said first", async () => {
    const real = (bytes: Buffer) => {
      const { id, questions } = dnsPacket.decode(bytes);
      if (questions![0]!.type === "AAAA") return undefined;
      return dnsPacket.encode({ type: "response", id: id!, questions: questions!, answers: [A("8.8.8.8")] });
    };
    const box: Zone = ({ type }) => (type === "A" ? { answers: [A("9.9.9.9")] } : { answers: [] });
    const server = await nameServer(box, "127.0.0.1", real);
    expect(await ask(server)).toEqual({ addresses: ["9.9.9.9"], laterAnswers: ["8.8.8.8"] });
    const denying = await nameServer(code(3), "127.0.0.1", real);
    expect(await ask(denying)).toEqual({
      addresses: [],
      failure: "dns_nxdomain_error",
      laterAnswers: ["8.8.8.8"],
    });
    // What a forwarder passes on first may be one upstream's trouble, and a load balancer's answers take turns.
    const racing = await nameServer(code(2), "127.0.0.1", real);
    expect(await ask(racing)).toEqual({ addresses: [], failure: "dns_servfail_error" });
    const turns = await nameServer(() => ({ answers: [A("8.8.4.4")] }), "127.0.0.1", real);
    expect(await ask(turns)).toEqual({ addresses: ["8.8.4.4"] });
    // The same answer twice is a datagram that was doubled on the way.
    const twice = await nameServer(() => ({ answers: [A("8.8.8.8")] }), "127.0.0.1", real);
    expect(await ask(twice)).toEqual({ addresses: ["8.8.8.8"] });
  });

  test("that sends no DNS at all misbehaves", async () => {
    const server = await nameServer(() => ({ raw: Buffer.from("hello") }));
    expect(await ask(server, 1000)).toEqual({ addresses: [], failure: "dns_server_misbehaving" });
  });

  test("that names a private address for a public name is noted", async () => {
    const server = await nameServer(({ type }) => ({ answers: type === "A" ? [A("10.10.34.35")] : [] }));
    expect(await ask(server)).toEqual({
      addresses: ["10.10.34.35"],
      bogons: ["10.10.34.35"],
      failure: "dns_bogon_error",
    });
    expect(await ask(server, 3000, "printer.lan")).toEqual({ addresses: ["10.10.34.35"] });
  });

  test("gets no name that DNS cannot carry", async () => {
    const server = await nameServer(() => undefined);
    for (const name of [`${"a".repeat(64)}.net`, "a..net", "", `${"a.".repeat(130)}net`, "ö.net"])
      expect(await ask(server, 250, name)).toEqual({ addresses: [], failure: "invalid_argument" });
  });
});

describe("The system's resolver", () => {
  const system = (lookUp: ReachEffects["lookUp"], timeoutMs = 1000) =>
    lookUpSystem("site.net", timeoutMs, { ...nodeEffects, lookUp });
  const refused = (errorCode: string) => () =>
    Promise.reject(Object.assign(new Error(errorCode), { code: errorCode, syscall: "getaddrinfo" }));

  test("knows localhost", async () => {
    const { addresses, failure } = await lookUpSystem("localhost", 5000, nodeEffects);
    expect(failure).toBeUndefined();
    expect(addresses.some((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
  });

  test.each([
    ["ENOTFOUND", "dns_nxdomain_error"],
    ["EAI_AGAIN", "dns_temporary_failure"],
    ["EAI_FAIL", "dns_non_recoverable_failure"],
  ])("that says %s is %s", async (errorCode, failure) => {
    expect(await system(refused(errorCode))).toEqual({ addresses: [], failure });
  });

  test("that hangs is a time-out", async () => {
    expect(await system(() => new Promise(() => {}), 50)).toEqual({
      addresses: [],
      failure: "generic_timeout_error",
    });
  });

  test("that names loopback for a public name is noted, beside what may be right", async () => {
    expect(await system(async () => ["127.0.0.1"])).toMatchObject({ failure: "dns_bogon_error" });
    expect(await system(async () => ["127.0.0.1", "8.8.8.8"])).toEqual({
      addresses: ["127.0.0.1", "8.8.8.8"],
      bogons: ["127.0.0.1"],
    });
  });
});

describe("Reading", () => {
  test("of a name server's address takes both families, with and without port", () => {
    expect(readNameServer("192.0.2.53")).toEqual({ ip: "192.0.2.53", port: 53 });
    expect(readNameServer("192.0.2.53:5353")).toEqual({ ip: "192.0.2.53", port: 5353 });
    expect(readNameServer("2001:db8::53")).toEqual({ ip: "2001:db8::53", port: 53 });
    expect(readNameServer("[64:ff9b::1]:5353")).toEqual({ ip: "64:ff9b::1", port: 5353 });
    for (const text of ["", "dns.example", "1.2.3", "1.2.3.4:0", "1.2.3.4:70000", "[1.2.3.4]:53", "[::1"])
      expect(readNameServer(text)).toBeUndefined();
  });

  test("tells public names from others", () => {
    for (const name of ["example.org", "t.co", "t.co.", "latest.net"]) expect(isPublicName(name)).toBe(true);
    for (const name of ["localhost", "nas", "a.test", "x.home.arpa", "10.0.0.1", "::1", "b.LOCAL."])
      expect(isPublicName(name)).toBe(false);
  });

  const question: Question = { id: 77, name: "site.net", type: "A" };

  test("keeps a bounded number of addresses", () => {
    const answers = Array.from({ length: 200 }, (_, i) => A(`8.8.${i}.1`));
    const bytes = dnsPacket.encode({
      type: "response",
      id: 77,
      questions: [{ type: "A", name: "SITE.net" }],
      answers,
    });
    const answer = readDnsAnswer(bytes, question);
    expect(answer.kind === "addresses" && answer.addresses.length).toBe(MAX_ADDRESSES);
  });

  test("knows an answer that is cut in the middle of a record", () => {
    const bytes = dnsPacket.encode({
      type: "response",
      id: 77,
      flags: dnsPacket.TRUNCATED_RESPONSE,
      questions: [{ type: "A", name: "site.net" }],
      answers: [A("8.8.8.8")],
    });
    expect(readDnsAnswer(bytes.subarray(0, -2), question)).toEqual({ kind: "cut-off" });
  });

  test("never throws, whatever the bytes", () => {
    const valid = emitQuestion(question)!;
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(valid.length),
        fc.integer({ min: 0, max: 255 }),
        (tail, at, flag) => {
          readDnsAnswer(tail, question);
          const broken = Buffer.concat([valid.subarray(0, at), tail]);
          if (broken.length > 2) broken[2] = flag;
          readDnsAnswer(broken, question);
        },
      ),
    );
  });
});
