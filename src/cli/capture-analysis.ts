/**
 * A capture becomes judged paths, as a stream: bytes in, records out, in memory that does not grow with the file.
 */
import type { Problem } from "../base/problem.ts";
import { CaptureReader } from "../packet/capture.ts";
import { decodeFrame, isKnownLinkType } from "../packet/decode.ts";
import { FragmentReassembler } from "../packet/fragments.ts";
import { type NameEmitter, NameFinder } from "../packet/names.ts";
import { Packet, PROTOCOL_TCP } from "../packet/packet.ts";
import type { Connection } from "../transfer/connection.ts";
import { PathDissector } from "../transfer/dissect.ts";
import { PathTracker } from "../transfer/path-tracker.ts";
import { judgePath, type PathJudgement } from "../verdict/slowness/judge-path.ts";
import type { NameRecord } from "./records.ts";

export interface CaptureAnalysisOptions {
  /** Bytes a packet that the box counts beside the IP packet. */
  readonly overheadBytes: number;
  /** Report every name; otherwise only those of TCP connections are looked for. */
  readonly names: boolean;
}

export interface CaptureConsumer {
  path(judgement: PathJudgement, originUs: number): void;
  name(name: Omit<NameRecord, "type" | "file">): void;
}

export class CaptureAnalysis {
  readonly #reader: CaptureReader;
  readonly #tracker: PathTracker;
  readonly #packet = new Packet();
  readonly #fragments = new FragmentReassembler();
  readonly #names = new NameFinder();
  readonly #options: CaptureAnalysisOptions;
  readonly #consumer: CaptureConsumer;
  #originUs = Number.NaN;
  #unknownLink: number | undefined;
  #connection: Connection | undefined;
  packets = 0;
  /** Packets without an IP header that could be read. */
  unread = 0;

  constructor(options: CaptureAnalysisOptions, consumer: CaptureConsumer) {
    this.#options = options;
    this.#consumer = consumer;
    const dissector = new PathDissector();
    this.#tracker = new PathTracker((open, log) => {
      const path = dissector.dissect(open, log);
      if (path.transfers.some((transfers) => transfers.length > 0)) {
        consumer.path(judgePath(path, options.overheadBytes), this.#originUs);
      }
    });
    this.#reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) =>
      this.#frame(bytes, start, end, timeUs, originalLength, linkType),
    );
  }

  /** False once reading has stopped. */
  push(bytes: Uint8Array): boolean {
    return this.#reader.push(bytes);
  }

  /** Judges what is left; returns what could not be read. */
  end(): Problem | undefined {
    const problem = this.#reader.end();
    this.#tracker.end();
    if (problem) return problem;
    if (this.packets > 0 && this.unread === this.packets) {
      const reason =
        this.#unknownLink === undefined ? "no packet holds IP" : `link type ${this.#unknownLink} is not read`;
      return { reason, offset: 0 };
    }
    return undefined;
  }

  #frame(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeUs: number,
    originalLength: number,
    linkType: number,
  ): void {
    const packet = this.#packet;
    packet.index = this.packets++;
    if (Number.isNaN(this.#originUs)) this.#originUs = timeUs;
    if (!decodeFrame(packet, bytes, start, end, timeUs, originalLength, linkType)) {
      this.unread++;
      if (this.#unknownLink === undefined && !isKnownLinkType(linkType)) this.#unknownLink = linkType;
      return;
    }
    if (packet.isFragment && !this.#fragments.add(packet)) return;
    this.#connection = this.#tracker.add(packet);
    if (!this.#options.names && packet.protocol !== PROTOCOL_TCP) return;
    this.#names.inspect(packet, this.#emitName);
  }

  /** Of the packet that was inspected last. One function for all packets: most of them hold no name. */
  readonly #emitName: NameEmitter = (protocol, name, packet, target) => {
    const connection = this.#connection;
    if (connection && connection.serverName === undefined && protocol !== "dns") connection.serverName = name;
    if (!this.#options.names) return;
    this.#consumer.name({
      packet: packet.index,
      protocol,
      name,
      ...(target !== undefined && { target }),
    });
  };
}
