import { createCipheriv } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { Assembly } from "../../packet/assembly.ts";
import { joined, uint32 } from "../../packet/emit-bytes.ts";
import { emitAckFrame, emitCryptoFrame, emitQuicInitial } from "../../packet/emit-quic.ts";
import { type LongHeader, openInitial, readCryptoFrames, readLongHeader } from "../../packet/quic.ts";
import { InitialKeys, QUIC_V1, QUIC_V2, quicVersion } from "../../packet/quic-keys.ts";
import { readClientHello } from "../../packet/tls.ts";
import { readQuicAnswer } from "./quic-answer.ts";
import { reservedVersion, sendQuicInitial } from "./quic-initial.ts";

const open = new Set<Socket>();
afterEach(() => {
  for (const socket of open) socket.close();
  open.clear();
});

type Answer = (received: Buffer, reply: (bytes: Uint8Array) => void, count: number) => void;

/** A server on loopback that says to each datagram what `answer` says. */
async function quicServer(answer: Answer, address = "127.0.0.1"): Promise<number> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  open.add(socket);
  let count = 0;
  socket.on("message", (bytes, from: RemoteInfo) =>
    answer(bytes, (reply) => socket.send(reply, from.port, from.address), count++),
  );
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return socket.address().port;
}

interface Client {
  readonly header: LongHeader;
  readonly packetNumber: number;
  readonly hello: Uint8Array;
}

/** What a server makes of a client's first datagram; throws on anything that is no valid Initial. */
function openClient(bytes: Buffer): Client {
  const header = readLongHeader(bytes, 0, bytes.length);
  if (!header?.isInitial) throw new Error("not an Initial");
  const keys = new InitialKeys(quicVersion(header.version)!, header.destinationId, "client");
  const opened = openInitial(bytes, header, keys, -1);
  if (!opened) throw new Error("the Initial does not open");
  const assembly = new Assembly();
  expect(readCryptoFrames(opened.payload, (at, from, to) => assembly.add(at, opened.payload, from, to))).toBe(
    true,
  );
  return { header, packetNumber: opened.packetNumber, hello: assembly.bytes.slice(0, assembly.prefix) };
}

function serverInitial({ header }: Client, frames: Uint8Array, keyId = header.destinationId): Uint8Array {
  return emitQuicInitial({
    destinationId: header.sourceId,
    sourceId: Uint8Array.of(9, 9, 9, 9),
    keyId,
    side: "server",
    frames,
    payloadBytes: 1100,
  });
}

function negotiation(destinationId: Uint8Array, sourceId: Uint8Array, versions: number[]): Uint8Array {
  return joined(
    [0xca, 0, 0, 0, 0, destinationId.length],
    destinationId,
    [sourceId.length],
    sourceId,
    versions.flatMap(uint32),
  );
}

/** RFC 9001, section 5.8, written from the RFC's text. */
function retry(client: LongHeader, originalId = client.destinationId): Uint8Array {
  const body = joined(
    [0xff, ...uint32(QUIC_V1), client.sourceId.length],
    client.sourceId,
    [4, 7, 7, 7, 7],
    Buffer.from("token"),
  );
  const cipher = createCipheriv(
    "aes-128-gcm",
    Buffer.from("be0c690b9f66575a1d766b54e368c84e", "hex"),
    Buffer.from("461599d35d632bf2239825bb", "hex"),
  );
  cipher.setAAD(joined([originalId.length], originalId, body));
  cipher.final();
  return joined(body, cipher.getAuthTag());
}

const SERVER_HELLO = Buffer.concat([Buffer.from([2, 0, 0, 90]), Buffer.alloc(90, 0x1c)]);
const ask = (port: number, more: object = {}) =>
  sendQuicInitial({ address: "127.0.0.1", port, name: "quic.example", timeoutMs: 700, ...more });

describe("The Initial that is sent", () => {
  test("is a protected version 1 Initial of 1200 bytes with the name, h3 and transport parameters", async () => {
    const clients: Client[] = [];
    const sizes: number[] = [];
    const port = await quicServer((bytes) => {
      sizes.push(bytes.length);
      clients.push(openClient(bytes));
    });
    await ask(port);
    expect(sizes).toEqual([1200, 1200, 1200]);
    expect(clients.map(({ packetNumber }) => packetNumber)).toEqual([0, 1, 2]);
    const { header, hello } = clients[0]!;
    expect(header.version).toBe(QUIC_V1);
    expect(header.destinationId).toHaveLength(8);
    expect(readClientHello(hello, 0, hello.length)).toMatchObject({ kind: "name", name: "quic.example" });
    const hex = Buffer.from(hello).toString("hex");
    expect(hex).toContain("0010000500030268" + "33"); // ALPN, one protocol of two bytes: h3
    expect(hex).toContain("002b0003020304"); // TLS 1.3 alone (RFC 9001, section 4.2)
    expect(hex).toContain(`0f08${Buffer.from(header.sourceId).toString("hex")}`); // initial_source_connection_id
    // No session id (RFC 9001, section 8.4): its length stands behind header, version and random.
    expect(hello[4 + 2 + 32]).toBe(0);
  });

  test("goes without a name to an address", async () => {
    let hello: Uint8Array = new Uint8Array(0);
    const port = await quicServer((bytes) => {
      hello = openClient(bytes).hello;
    });
    await ask(port, { name: "192.0.2.7", timeoutMs: 200 });
    expect(readClientHello(hello, 0, hello.length).kind).toBe("none");
  });

  test("of a reserved version is 1200 bytes, names both ids and no host", async () => {
    let first: Buffer = Buffer.alloc(0);
    const port = await quicServer((bytes, reply) => {
      first = bytes;
      reply(negotiation(bytes.subarray(15, 23), bytes.subarray(6, 14), [QUIC_V1, QUIC_V2]));
    });
    const version = reservedVersion(Uint8Array.of(0x12, 0x34, 0x56, 0x78));
    expect(version).toBe(0x1a3a5a7a);
    const learned = await ask(port, { version });
    expect(learned).toMatchObject({ answer: "version-negotiation", versions: [QUIC_V1, QUIC_V2], sent: 1 });
    expect(first).toHaveLength(1200);
    expect(first.readUInt32BE(1)).toBe(0x1a3a5a7a);
    expect(first.includes("example")).toBe(false);
  });
});

describe("The answer", () => {
  const initial: Answer = (bytes, reply) =>
    reply(serverInitial(openClient(bytes), joined(emitAckFrame(0), emitCryptoFrame(0, SERVER_HELLO))));

  test("is an Initial that opens with the server's keys", async () => {
    const learned = await ask(await quicServer(initial));
    expect(learned).toMatchObject({ answer: "initial", sent: 1, strays: 0 });
    expect(learned).not.toHaveProperty("failure");
    expect(learned).not.toHaveProperty("closeCode");
    expect(learned.durationUs).toBeGreaterThan(0);
  });

  test("is the same over IPv6", async () => {
    const port = await quicServer(initial, "::1");
    expect(await ask(port, { address: "::1" })).toMatchObject({ answer: "initial" });
  });

  test("is an Initial that closes, with its code", async () => {
    // CONNECTION_CLOSE with CRYPTO_ERROR 0x0178 (no application protocol), frame type 6, no reason.
    const close = Uint8Array.of(0x1c, 0x41, 0x78, 0x06, 0x00);
    const port = await quicServer((bytes, reply) =>
      reply(
        serverInitial(openClient(bytes), joined(emitAckFrame(0), emitCryptoFrame(0, SERVER_HELLO), close)),
      ),
    );
    expect(await ask(port)).toMatchObject({ answer: "initial", closeCode: 0x178 });
  });

  test("to the second Initial only is told with how many were sent", async () => {
    const port = await quicServer((bytes, reply, count) => count === 1 && initial(bytes, reply, count));
    const { answer, sent } = await ask(port);
    expect(answer).toBe("initial");
    expect(sent).toBeGreaterThan(1);
  });

  test("is a Version Negotiation", async () => {
    const port = await quicServer((bytes, reply) => {
      const { header } = openClient(bytes);
      reply(negotiation(header.sourceId, header.destinationId, [QUIC_V2, 0x0a1a2a3a]));
    });
    expect(await ask(port)).toMatchObject({ answer: "version-negotiation", versions: [QUIC_V2, 0x0a1a2a3a] });
  });

  test("is a Retry whose tag is right", async () => {
    const port = await quicServer((bytes, reply) => reply(retry(openClient(bytes).header)));
    expect(await ask(port)).toMatchObject({ answer: "retry", sent: 1 });
  });

  test("is other where it proves nothing: a Retry with a wrong tag, a negotiation that offers what was sent", async () => {
    const port = await quicServer((bytes, reply, count) => {
      const { header } = openClient(bytes);
      if (count === 0) reply(retry(header, Uint8Array.of(1, 2, 3)));
      else reply(negotiation(header.sourceId, header.destinationId, [QUIC_V1]));
    });
    const learned = await ask(port);
    expect(learned).toMatchObject({ answer: "other", sent: 3, strays: 0 });
    expect(learned).not.toHaveProperty("failure");
  });

  test("is waited for behind one that proves nothing", async () => {
    const port = await quicServer((bytes, reply, count) => {
      const client = openClient(bytes);
      if (count === 0) reply(serverInitial(client, SERVER_HELLO, Uint8Array.of(1)));
      initial(bytes, reply, count);
    });
    expect(await ask(port)).toMatchObject({ answer: "initial" });
  });

  test("does not count for another connection id, nor do other bytes", async () => {
    const port = await quicServer((bytes, reply) => {
      const { header } = openClient(bytes);
      reply(negotiation(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), header.destinationId, [QUIC_V2]));
      reply(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"));
      reply(Buffer.alloc(0));
    });
    const learned = await ask(port);
    expect(learned).toMatchObject({
      answer: "silence",
      failure: "generic_timeout_error",
      sent: 3,
      strays: 9,
    });
  });

  test("is silence with a time-out, in time", async () => {
    const startedAt = performance.now();
    const learned = await ask(await quicServer(() => {}), { timeoutMs: 300 });
    expect(learned).toMatchObject({ answer: "silence", failure: "generic_timeout_error", sent: 3 });
    expect(learned.durationUs).toBeGreaterThan(150_000);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test("of a closed port is a refusal", async () => {
    const port = await quicServer(() => {});
    for (const socket of open) await new Promise<void>((resolve) => socket.close(resolve));
    open.clear();
    expect(await ask(port)).toMatchObject({ answer: "silence", failure: "connection_refused" });
  });

  test("of an address that is none is a failure, not an exception", async () => {
    const learned = await ask(443, { address: "no address" });
    expect(learned.answer).toBe("silence");
    expect(learned.failure).toBeTruthy();
  });
});

describe("Reading hostile answers", () => {
  const sent = {
    version: QUIC_V1,
    destinationId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    sourceId: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1),
  };

  test("opens the sample server Initial of RFC 9001, appendix A.3", () => {
    const bytes = Buffer.from(
      "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb3" +
        "8cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84" +
        "022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee",
      "hex",
    );
    const client = { ...sent, destinationId: Buffer.from("8394c8f03e515708", "hex") };
    expect(readQuicAnswer(bytes, { ...client, sourceId: new Uint8Array(0) })).toEqual({ kind: "initial" });
  });

  test("knows the sample Retry of RFC 9001, appendix A.4", () => {
    const bytes = Buffer.from(
      "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba",
      "hex",
    );
    const client = {
      ...sent,
      destinationId: Buffer.from("8394c8f03e515708", "hex"),
      sourceId: new Uint8Array(0),
    };
    expect(readQuicAnswer(bytes, client)).toEqual({ kind: "retry" });
    bytes[30]! ^= 1;
    expect(readQuicAnswer(bytes, client)).toEqual({ kind: "other" });
  });

  test("never throws, and proves nothing out of random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 255 }), (tail, first) => {
        const behindIds = joined(
          [first | 0x80, ...uint32(QUIC_V1), 8],
          sent.sourceId,
          [8],
          sent.sourceId,
          tail,
        );
        expect(readQuicAnswer(behindIds, sent)).toEqual({ kind: "other" });
        readQuicAnswer(tail, sent);
      }),
    );
  });

  test("never throws on a sealed payload of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (frames) => {
        const bytes = emitQuicInitial({
          destinationId: sent.sourceId,
          keyId: sent.destinationId,
          side: "server",
          frames,
        });
        expect(readQuicAnswer(bytes, sent)?.kind).toBe("initial");
      }),
    );
  });
});
