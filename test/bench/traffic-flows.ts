/**
 * The flows of the benchmark's traffic: TLS, HTTP, QUIC and DNS, each as the frames of one flow and the names that a
 * reader must find in it. Seeded; the capture lies between client and server.
 */
import type { Random } from "../../src/base/random.ts";
import { joined, prefixed, uint16, uint24 } from "../../src/packet/emit-bytes.ts";
import { emitDnsMessage } from "../../src/packet/emit-dns.ts";
import { emitHttpRequest } from "../../src/packet/emit-http.ts";
import { emitCryptoFrame, emitQuicHello, emitQuicInitial } from "../../src/packet/emit-quic.ts";
import { emitClientHello, emitTlsRecords, greaseExtension, TLS_1_2 } from "../../src/packet/emit-tls.ts";
import { emitUdp } from "../../src/packet/emit-udp.ts";
import { QUIC_V1, QUIC_V2 } from "../../src/packet/quic-keys.ts";
import { CLIENT, type FrameSink, type Place, SERVER, TcpConversation } from "./traffic-tcp.ts";

/** Payload of a full segment with timestamps. */
export const FULL_SEGMENT_BYTES = 1448;
const CLIENTS = 600;
const SERVERS = 4000;
const POOL_BYTES = 1 << 18;
const IPV6_SHARE = 0.2;
/** A hello that carries a post-quantum key share does not fit one segment. */
const SPLIT_SHARE = 0.25;
const LATE_SHARE = 0.2;
const LOSSY_SHARE = 0.2;
const LOSS = 0.01;

export type NameCounts = Record<"tls" | "quic" | "http" | "dns", number>;

export class TrafficFlows {
  readonly names: NameCounts = { tls: 0, quic: 0, http: 0, dns: 0 };
  readonly #random: Random;
  readonly #sink: FrameSink;
  readonly #pool = new Uint8Array(POOL_BYTES);
  #port = 0;

  constructor(random: Random, sink: FrameSink) {
    this.#random = random;
    this.#sink = sink;
    for (let i = 0; i < POOL_BYTES; i++) this.#pool[i] = random.integer(0, 255);
  }

  tls(startUs: number): void {
    const random = this.#random;
    const { places, name } = this.#hosts(443);
    const flow = this.#tcp(places, startUs);
    flow.open();
    const isSplit = random.next() < SPLIT_SHARE;
    const hello = emitTlsRecords(
      emitClientHello({
        name,
        random: this.#bytes(32),
        sessionId: this.#bytes(32),
        before: [greaseExtension(random.integer(0, 15))],
        ...(isSplit
          ? { postQuantum: random.next() < 0.5 ? "before-name" : "after-name" }
          : { padding: random.integer(100, 300) }),
      }),
    );
    flow.send(CLIENT, inSegments(hello), {
      answered: true,
      firstLate: isSplit && random.next() < LATE_SHARE,
    });
    this.names.tls++;
    flow.send(SERVER, inSegments(this.#serverFlight()), { answered: true });
    const finished = applicationRecord(this.#bytes(69));
    const requests = random.next() < 0.1 ? 2 : 1;
    for (let i = 0; i < requests; i++) {
      const request = applicationRecord(this.#bytes(random.integer(80, 600)));
      flow.send(CLIENT, [i === 0 ? joined(finished, request) : request], { answered: true });
      flow.pause(random.exponential(15_000));
      flow.send(SERVER, inSegments(applicationRecord(this.#bytes(this.#answerBytes()))));
      flow.pause(random.exponential(200_000));
    }
    flow.close(random.next() < 0.5 ? CLIENT : SERVER);
  }

  http(startUs: number): void {
    const { places, name } = this.#hosts(80);
    const flow = this.#tcp(places, startUs);
    flow.open();
    const fields = [
      ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"],
      ["Accept", "*/*"],
      ["Connection", "keep-alive"],
    ] as const;
    const target = `/images/${this.#random.integer(1, 1e6)}.webp`;
    flow.send(CLIENT, [emitHttpRequest({ host: name, target, fields })], { answered: true });
    this.names.http++;
    const body = this.#bytes(this.#answerBytes());
    const head = `HTTP/1.1 200 OK\r\nContent-Type: image/webp\r\nContent-Length: ${body.length}\r\n\r\n`;
    flow.pause(this.#random.exponential(10_000));
    flow.send(SERVER, inSegments(joined(Buffer.from(head, "latin1"), body)));
    flow.close(SERVER);
  }

  /** Query and answer: two messages with the name. */
  dns(startUs: number): void {
    const { places, name } = this.#hosts(53);
    const id = this.#random.integer(0, 0xffff);
    this.#udp(places, CLIENT, startUs, emitDnsMessage({ id, name }));
    const answerUs = startUs + 2 * places[SERVER].delayUs + this.#random.exponential(2000);
    this.#udp(places, SERVER, answerUs, emitDnsMessage({ id, name, answers: [this.#bytes(4).slice()] }));
    this.names.dns += 2;
  }

  /** As many packets as asked, at least three: Initials of both sides, then protected ones; `bytes` of IP in all. */
  quic(startUs: number, packets: number, bytes: number): void {
    const random = this.#random;
    const { places, name } = this.#hosts(443);
    const version = random.next() < 0.95 ? QUIC_V1 : QUIC_V2;
    const destinationId = this.#bytes(8).slice();
    const serverId = this.#bytes(8).slice();
    const hello = emitClientHello({
      name,
      random: this.#bytes(32),
      sessionId: new Uint8Array(0),
      ...(random.next() < SPLIT_SHARE && { postQuantum: "before-name" as const }),
    });
    let nowUs = startUs;
    const datagrams = emitQuicHello(hello, { version, destinationId });
    for (const datagram of datagrams) {
      this.#udp(places, CLIENT, nowUs, datagram);
      nowUs += 100;
    }
    this.names.quic++;
    nowUs = startUs + 2 * places[SERVER].delayUs + 500;
    const answer = emitQuicInitial({
      version,
      side: "server",
      keyId: destinationId,
      destinationId: new Uint8Array(0),
      sourceId: serverId,
      frames: emitCryptoFrame(0, serverHello(this.#bytes(32), new Uint8Array(0))),
      payloadBytes: 1150,
    });
    this.#udp(places, SERVER, nowUs, answer);
    const dataPackets = Math.max(0, packets - datagrams.length - 1);
    const each = (bytes - 1228 * (datagrams.length + 1)) / Math.max(1, dataPackets) - 28;
    const roundUs = 2 * (places[0].delayUs + places[1].delayUs);
    for (let i = 0; i < dataPackets; i++) {
      if (i % 10 === 0) nowUs += roundUs;
      nowUs += random.exponential(150);
      const payload = this.#bytes(Math.round(Math.min(1350, Math.max(30, each)))).slice();
      payload[0] = 0x40 | (payload[0]! & 0x3f);
      this.#udp(places, i % 8 === 7 ? CLIENT : SERVER, nowUs, payload);
    }
  }

  #tcp(places: readonly [Place, Place], startUs: number): TcpConversation {
    const loss = this.#random.next() < LOSSY_SHARE ? LOSS : 0;
    return new TcpConversation(places, startUs, loss, this.#random, this.#sink);
  }

  #udp(places: readonly [Place, Place], from: 0 | 1, timeUs: number, payload: Uint8Array): void {
    const [source, destination] = from === CLIENT ? places : [places[1], places[0]];
    const packet = emitUdp(
      { source: source.address, destination: destination.address, hopLimit: source.hopLimit },
      { sourcePort: source.port, destinationPort: destination.port, payload },
    );
    this.#sink(timeUs, packet);
  }

  /** Documentation's names, private addresses; round trips of 20 to 100 ms. */
  #hosts(port: number): { places: [Place, Place]; name: string } {
    const random = this.#random;
    const client = random.integer(0, CLIENTS - 1);
    // Some servers are far more visited than others.
    const server = port === 53 ? random.integer(0, 1) : Math.floor(SERVERS * random.next() ** 2);
    const isIpv6 = random.next() < IPV6_SHARE;
    const address = (net: number, host: number): string =>
      isIpv6 ? `2001:db8:${net}::${(host + 1).toString(16)}` : `10.${net}.${host >> 8}.${host & 255}`;
    const roundUs = random.integer(20_000, 100_000);
    const clientUs = random.integer(1000, 5000);
    this.#port = (this.#port + random.integer(1, 7)) % 28_000;
    const place = (at: string, atPort: number, delayUs: number): Place => ({
      address: at,
      port: atPort,
      hopLimit: 64,
      delayUs,
    });
    return {
      places: [
        place(address(1, client), 32_768 + this.#port, clientUs),
        place(address(port === 53 ? 2 : 3, server), port, roundUs / 2 - clientUs),
      ],
      name: `${random.pick(["www", "api", "cdn", "static", "img", "m"])}.site-${server}.example`,
    };
  }

  /** Most answers are small, a few large. */
  #answerBytes(): number {
    return Math.round(Math.min(150_000, 700 * (1 - this.#random.next()) ** (-1 / 1.35)));
  }

  #bytes(count: number): Uint8Array {
    const at = this.#random.integer(0, POOL_BYTES - count);
    return this.#pool.subarray(at, at + count);
  }

  #serverFlight(): Uint8Array {
    const hello = emitTlsRecords(serverHello(this.#bytes(32), this.#bytes(32)), undefined, TLS_1_2);
    const certificates = this.#bytes(this.#random.integer(2200, 4000));
    return joined(hello, [20, 3, 3, 0, 1, 1], applicationRecord(certificates));
  }
}

function inSegments(bytes: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += FULL_SEGMENT_BYTES)
    segments.push(bytes.subarray(at, at + FULL_SEGMENT_BYTES));
  return segments;
}

/** Records of application data around bytes that stand for ciphertext. */
function applicationRecord(bytes: Uint8Array): Uint8Array {
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 16_384)
    records.push(joined([23, 3, 3], prefixed(2, bytes.subarray(at, at + 16_384))));
  return joined(...records);
}

/** A ServerHello of TLS 1.3 (RFC 8446, section 4.1.3). */
function serverHello(random: Uint8Array, sessionId: Uint8Array): Uint8Array {
  const share = joined(uint16(0x001d), prefixed(2, random));
  const extensions = joined([0, 43, 0, 2, 3, 4], uint16(51), prefixed(2, share));
  const body = joined([3, 3], random, prefixed(1, sessionId), [0x13, 0x01, 0], prefixed(2, extensions));
  return joined([2], uint24(body.length), body);
}
