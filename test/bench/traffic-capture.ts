/**
 * Writes the benchmark's capture: one million packets and about 500 MB a unit of `factor`, five minutes of traffic
 * each, 50,000 TLS flows in it. The same seed makes the same file. Only the flows that are under way are held.
 * The file lies in the system's folder for temporary files, named after what it was made of, beside what is in it.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { emitPcapHeader, emitPcapRecord } from "../../src/packet/emit-capture.ts";
import { emitEthernet } from "../../src/packet/emit-link.ts";
import { type NameCounts, TrafficFlows } from "./traffic-flows.ts";

/** To be raised when the generator makes another file of the same parameters. */
const GENERATION = 1;
const SEED = 20210310;
const TLS_FLOWS = 50_000;
const PACKETS = 1_000_000;
const BYTES = 500e6;
const DURATION_US = 300e6;
const START_US = 1_615_363_200e6;
/** Besides each TLS flow: shares of the other kinds. */
const QUIC_EVERY = 20;
const HTTP_EVERY = 20;
const DNS_EVERY = 4;
/** After so many TLS flows, a QUIC transfer makes up what is missing of packets and bytes. */
const LEVEL_EVERY = 100;
const ETHERNET_BYTES = 14;
const RECORD_BYTES = 16;
/** Packets are put in order once so many wait. */
const SORT_PACKETS = 20_000;
const WRITE_BYTES = 1 << 22;

export interface TrafficCapture {
  readonly path: string;
  readonly bytes: number;
  readonly packets: number;
  readonly tlsFlows: number;
  readonly names: NameCounts;
}

export type CaptureMade =
  | { readonly kind: "made"; readonly capture: TrafficCapture }
  | { readonly kind: "no-room"; readonly reason: string };

/** The capture of `factor` million packets, made anew only where it is not there yet. */
export function trafficCapture(factor: number): CaptureMade {
  const path = join(tmpdir(), `brakelight-traffic-g${GENERATION}-s${SEED}-x${factor}.pcap`);
  const about = `${path}.json`;
  if (existsSync(path) && existsSync(about)) {
    const capture = JSON.parse(readFileSync(about, "utf8")) as TrafficCapture;
    if (statSync(path).size === capture.bytes) return { kind: "made", capture };
  }
  const { bavail, bsize } = statfsSync(tmpdir());
  const needed = 1.2 * BYTES * factor;
  if (bavail * bsize < needed) {
    const [free, wanted] = [bavail * bsize, needed].map((bytes) => `${(bytes / 1e9).toFixed(1)} GB`);
    return { kind: "no-room", reason: `${tmpdir()} has ${free} free, ${wanted} are needed` };
  }
  const capture = write(path, factor);
  writeFileSync(about, JSON.stringify(capture));
  return { kind: "made", capture };
}

class OrderedWriter {
  readonly #file: number;
  readonly #buffer = new Uint8Array(WRITE_BYTES);
  #buffered = 0;
  #waiting: { timeUs: number; packet: Uint8Array }[] = [];
  #sortAt = SORT_PACKETS;
  packets = 0;
  bytes = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
    this.#put(emitPcapHeader());
  }

  add(timeUs: number, packet: Uint8Array): void {
    this.packets++;
    this.bytes += RECORD_BYTES + ETHERNET_BYTES + packet.length;
    this.#waiting.push({ timeUs, packet });
  }

  /** Writes what is older than `nowUs`: nothing older may be added afterwards. */
  upTo(nowUs: number): void {
    if (this.#waiting.length < this.#sortAt && Number.isFinite(nowUs)) return;
    this.#waiting.sort((a, b) => a.timeUs - b.timeUs);
    let count = 0;
    for (const { timeUs, packet } of this.#waiting) {
      if (timeUs >= nowUs) break;
      this.#put(emitPcapRecord({ timeUs: START_US + timeUs, bytes: emitEthernet(packet) }));
      count++;
    }
    this.#waiting = this.#waiting.slice(count);
    this.#sortAt = this.#waiting.length + SORT_PACKETS;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #put(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > WRITE_BYTES) this.#flush();
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  #flush(): void {
    for (let at = 0; at < this.#buffered; )
      at += writeSync(this.#file, this.#buffer, at, this.#buffered - at);
    this.#buffered = 0;
  }
}

function write(path: string, factor: number): TrafficCapture {
  const random = seededRandom(SEED);
  const writer = new OrderedWriter(`${path}.part`);
  const flows = new TrafficFlows(random, (timeUs, packet) => writer.add(timeUs, packet));
  const tlsFlows = TLS_FLOWS * factor;
  const gapUs = DURATION_US / TLS_FLOWS;
  for (let flow = 1; flow <= tlsFlows; flow++) {
    const nowUs = (flow - random.next()) * gapUs;
    writer.upTo((flow - 1) * gapUs);
    flows.tls(nowUs);
    if (flow % QUIC_EVERY === 1) flows.quic(nowUs, 8, 7000);
    if (flow % HTTP_EVERY === 0) flows.http(nowUs);
    if (flow % DNS_EVERY === 0) flows.dns(nowUs);
    if (flow % LEVEL_EVERY === 0) level(flows, writer, nowUs, flow / TLS_FLOWS, flow === tlsFlows);
  }
  writer.upTo(Number.POSITIVE_INFINITY);
  writer.close();
  renameSync(`${path}.part`, path);
  const { packets } = writer;
  return { path, bytes: statSync(path).size, packets, tlsFlows, names: flows.names };
}

/** A QUIC transfer as large as what the flows so far are short of. */
function level(
  flows: TrafficFlows,
  writer: OrderedWriter,
  nowUs: number,
  share: number,
  isLast: boolean,
): void {
  const missing = Math.round(PACKETS * share) - writer.packets;
  if (missing >= 3)
    flows.quic(nowUs, missing, BYTES * share - writer.bytes - missing * (RECORD_BYTES + ETHERNET_BYTES));
  else if (isLast) throw new Error(`the traffic has ${-missing} packets too many: make its answers smaller`);
}
