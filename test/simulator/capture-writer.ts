/**
 * Writes the segments that pass the capturing host as a pcap of whole frames cut at the snap length: absolute
 * sequence numbers that wrap, real options and checksums, payload of zeros.
 */
import type { Random } from "../../src/base/random.ts";
import { emitPcapHeader, emitPcapRecord } from "../../src/packet/emit-capture.ts";
import { emitEthernet } from "../../src/packet/emit-link.ts";
import type { TcpOptions } from "../../src/packet/emit-tcp.ts";
import { emitTcp } from "../../src/packet/emit-tcp.ts";
import { TCP_ACK, TCP_SYN } from "../../src/packet/packet.ts";
import type { CaptureConfig, FlowConfig } from "./config.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";
import { WINDOW_SCALE } from "./tcp-endpoint.ts";

const DEFAULT_SNAP_LENGTH = 96;
/** 2021-03-10 07:00 UTC. */
const DEFAULT_EPOCH_US = 1_615_359_600_000_000;
const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;
const ETHERNET_BYTES = 14;
const SERVER_PORT = 443;
const DEFAULT_SEGMENT_BYTES = 1_460;
const HOP_LIMIT = 64;
/** Routers between server and client. */
const HOPS = 9;
const ZEROS = new Uint8Array(65_536);

interface CapturedFlow {
  readonly hidden: boolean;
  readonly server: string;
  readonly client: string;
  readonly clientPort: number;
  readonly serverInitial: number;
  readonly clientInitial: number;
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly maximumSegment: number;
}

export class CaptureWriter {
  readonly #schedule: Schedule;
  readonly #config: CaptureConfig;
  readonly #flows: readonly CapturedFlow[];
  #bytes = new Uint8Array(262_144);
  #length = 0;
  #serverIdentification: number;
  #clientIdentification: number;
  frames = 0;

  constructor(schedule: Schedule, config: CaptureConfig, flows: readonly FlowConfig[], random: Random) {
    this.#schedule = schedule;
    this.#config = config;
    this.#serverIdentification = random.integer(0, 0xffff);
    this.#clientIdentification = random.integer(0, 0xffff);
    const firstPort = random.integer(32_768, 60_000);
    this.#flows = flows.map((flow, i) => ({
      hidden: flow.hidden ?? false,
      server: `198.51.100.${flow.serverHost ?? 1}`,
      client: `192.0.2.${flow.clientHost ?? 1}`,
      clientPort: firstPort + 2 * i,
      serverInitial: random.integer(0, 0xffffffff),
      clientInitial: random.integer(0, 0xffffffff),
      timestamps: flow.timestamps ?? true,
      sack: flow.sack ?? true,
      maximumSegment: flow.maximumSegment ?? DEFAULT_SEGMENT_BYTES,
    }));
    const raw = config.link === "raw";
    this.#append(
      emitPcapHeader({
        linkType: raw ? LINKTYPE_RAW : LINKTYPE_ETHERNET,
        snapLength: config.snapLength ?? DEFAULT_SNAP_LENGTH,
      }),
    );
  }

  /** Where the host at `at` sees packets; only the configured one records them. */
  tap(at: "sender" | "receiver", next: Stage): Stage {
    if (at !== this.#config.at) return next;
    return {
      accept: (segment) => {
        if (!this.#flows[segment.flow]!.hidden) this.#record(segment);
        next.accept(segment);
      },
    };
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #record(segment: Segment): void {
    const { at, epochUs = DEFAULT_EPOCH_US, link, snapLength = DEFAULT_SNAP_LENGTH } = this.#config;
    const packet = this.#packet(segment, at);
    const bytes = link === "raw" ? packet : emitEthernet(packet);
    const originalLength = segment.ipBytes + (link === "raw" ? 0 : ETHERNET_BYTES);
    if (bytes.length !== originalLength) throw new Error("the simulator's packet sizes are wrong");
    this.#append(emitPcapRecord({ timeUs: epochUs + this.#schedule.nowUs, bytes }, { snapLength }));
    this.frames++;
  }

  #packet(segment: Segment, at: "sender" | "receiver"): Uint8Array {
    const flow = this.#flows[segment.flow]!;
    const { fromServer } = segment;
    const travelled = fromServer === (at === "receiver");
    const own = fromServer ? flow.serverInitial : flow.clientInitial;
    const peer = fromServer ? flow.clientInitial : flow.serverInitial;
    const identification = fromServer ? this.#serverIdentification++ : this.#clientIdentification++;
    return emitTcp(
      {
        source: fromServer ? flow.server : flow.client,
        destination: fromServer ? flow.client : flow.server,
        hopLimit: travelled ? HOP_LIMIT - HOPS : HOP_LIMIT,
        identification: identification & 0xffff,
      },
      {
        sourcePort: fromServer ? SERVER_PORT : flow.clientPort,
        destinationPort: fromServer ? flow.clientPort : SERVER_PORT,
        sequence: (own + segment.sequence) % 2 ** 32,
        acknowledgement: segment.flags & TCP_ACK ? (peer + segment.acknowledgement) % 2 ** 32 : 0,
        flags: segment.flags,
        window: segment.window,
        options: optionsOf(segment, flow, peer),
        payload: ZEROS.subarray(0, segment.payloadBytes),
      },
    );
  }

  #append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}

function optionsOf(segment: Segment, flow: CapturedFlow, peerInitial: number): TcpOptions {
  const sack: [number, number][] = [];
  for (let i = 0; i < segment.sack.length; i += 2) {
    sack.push([(peerInitial + segment.sack[i]!) % 2 ** 32, (peerInitial + segment.sack[i + 1]!) % 2 ** 32]);
  }
  const timestamps = { value: segment.timestampValue, echo: segment.timestampEcho };
  return {
    ...(segment.flags & TCP_SYN
      ? { maximumSegment: flow.maximumSegment, windowScale: WINDOW_SCALE, sackPermitted: flow.sack }
      : {}),
    ...(flow.timestamps ? { timestamps } : {}),
    ...(sack.length > 0 ? { sack } : {}),
  };
}
