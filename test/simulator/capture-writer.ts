/**
 * Writes the segments that pass the capturing host as a pcap of whole frames cut at the snap length: absolute
 * sequence numbers that wrap, real options and checksums, payload of zeros.
 */
import type { Random } from "../../src/base/random.ts";
import { emitPcapHeader } from "../../src/packet/emit-capture.ts";
import type { CaptureConfig, FlowConfig } from "./config.ts";
import { FrameTemplates } from "./frame-template.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";

const DEFAULT_SNAP_LENGTH = 96;
/** 2021-03-10 07:00 UTC. */
const DEFAULT_EPOCH_US = 1_615_359_600_000_000;
const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;
const RECORD_HEADER_BYTES = 16;
const SERVER_PORT = 443;
const DEFAULT_SEGMENT_BYTES = 1_460;
const HOP_LIMIT = 64;
/** Routers between server and client. */
const HOPS = 9;

interface CapturedFlow {
  readonly hidden: boolean;
  readonly fromServer: FrameTemplates;
  readonly fromClient: FrameTemplates;
}

export class CaptureWriter {
  readonly #schedule: Schedule;
  readonly #at: "sender" | "receiver";
  readonly #epochUs: number;
  readonly #snapLength: number;
  readonly #flows: readonly CapturedFlow[];
  #bytes = new Uint8Array(262_144);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #serverIdentification: number;
  #clientIdentification: number;
  frames = 0;

  constructor(schedule: Schedule, config: CaptureConfig, flows: readonly FlowConfig[], random: Random) {
    this.#schedule = schedule;
    this.#at = config.at;
    this.#epochUs = config.epochUs ?? DEFAULT_EPOCH_US;
    this.#snapLength = config.snapLength ?? DEFAULT_SNAP_LENGTH;
    this.#serverIdentification = random.integer(0, 0xffff);
    this.#clientIdentification = random.integer(0, 0xffff);
    const firstPort = random.integer(32_768, 60_000);
    const ethernet = config.link !== "raw";
    this.#flows = flows.map((flow, i) => capturedFlow(flow, firstPort + 2 * i, config, random));
    const linkType = ethernet ? LINKTYPE_ETHERNET : LINKTYPE_RAW;
    const header = emitPcapHeader({ linkType, snapLength: this.#snapLength });
    this.#bytes.set(header);
    this.#length = header.length;
  }

  /** Where the host at `at` sees packets; only the configured one records them. */
  tap(at: "sender" | "receiver", next: Stage): Stage {
    if (at !== this.#at) return next;
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
    const flow = this.#flows[segment.flow]!;
    const { headers, originalLength } = segment.fromServer
      ? flow.fromServer.fill(segment, this.#serverIdentification++ & 0xffff)
      : flow.fromClient.fill(segment, this.#clientIdentification++ & 0xffff);
    const captured = Math.min(originalLength, this.#snapLength);
    this.#reserve(RECORD_HEADER_BYTES + captured);
    const timeUs = this.#epochUs + Math.floor(this.#schedule.nowUs);
    const seconds = Math.floor(timeUs / 1e6);
    this.#view.setUint32(this.#length, seconds, true);
    this.#view.setUint32(this.#length + 4, timeUs - seconds * 1e6, true);
    this.#view.setUint32(this.#length + 8, captured, true);
    this.#view.setUint32(this.#length + 12, originalLength, true);
    const at = this.#length + RECORD_HEADER_BYTES;
    this.#bytes.set(headers.length <= captured ? headers : headers.subarray(0, captured), at);
    this.#length = at + captured;
    this.frames++;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function capturedFlow(
  flow: FlowConfig,
  clientPort: number,
  capture: CaptureConfig,
  random: Random,
): CapturedFlow {
  const server = `198.51.100.${flow.serverHost ?? 1}`;
  const client = `192.0.2.${flow.clientHost ?? 1}`;
  const serverInitial = random.integer(0, 0xffffffff);
  const clientInitial = random.integer(0, 0xffffffff);
  const both = {
    timestamps: flow.timestamps ?? true,
    sack: flow.sack ?? true,
    maximumSegment: flow.maximumSegment ?? DEFAULT_SEGMENT_BYTES,
  };
  const ethernet = capture.link !== "raw";
  const hopLimit = (travelled: boolean): number => (travelled ? HOP_LIMIT - HOPS : HOP_LIMIT);
  const fromServer = new FrameTemplates(
    {
      ...both,
      source: server,
      destination: client,
      sourcePort: SERVER_PORT,
      destinationPort: clientPort,
      hopLimit: hopLimit(capture.at === "receiver"),
      initial: serverInitial,
      peerInitial: clientInitial,
    },
    ethernet,
  );
  const fromClient = new FrameTemplates(
    {
      ...both,
      source: client,
      destination: server,
      sourcePort: clientPort,
      destinationPort: SERVER_PORT,
      hopLimit: hopLimit(capture.at === "sender"),
      initial: clientInitial,
      peerInitial: serverInitial,
    },
    ethernet,
  );
  return { hidden: flow.hidden ?? false, fromServer, fromClient };
}
