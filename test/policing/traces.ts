/**
 * The policing traces (USC-NSL, Flach et al. 2016) as labelled paths: label from labels.tsv, path from the product.
 */
import { readFileSync } from "node:fs";
import { readInput } from "../../src/host/input.ts";
import { CaptureReader } from "../../src/packet/capture.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { Packet } from "../../src/packet/packet.ts";
import { PathDissector } from "../../src/transfer/dissect.ts";
import { PathTracker } from "../../src/transfer/path-tracker.ts";
import type { Path, Transfer } from "../../src/transfer/transfer.ts";
import { dataPath, withRandomName } from "../data-folder.ts";

export interface TraceLabel {
  readonly file: string;
  readonly class: "policed" | "shaped" | "random-loss";
  readonly crossTraffic: boolean;
  readonly rateBps: number;
  /** NaN for the device's default. */
  readonly bucketBytes: number;
  /** Two chunk connections at once. */
  readonly twoConnections: boolean;
}

export type TraceKind = "1c" | "2c" | "xt";

export function kindOf(label: TraceLabel): TraceKind {
  if (label.crossTraffic) return "xt";
  return label.twoConnections ? "2c" : "1c";
}

export function readLabels(): TraceLabel[] {
  const lines = readFileSync(dataPath("policing-traces", "labels.tsv"), "utf8").trim().split("\n").slice(1);
  return lines.map((line) => {
    const [file, kind, cross, rate, bucket] = line.split("\t");
    return {
      file: file!,
      class: kind as TraceLabel["class"],
      crossTraffic: cross === "1",
      rateBps: Number(rate),
      bucketBytes: bucket ? Number(bucket) : Number.NaN,
      twoConnections: file!.includes("CD1="),
    };
  });
}

/** The decompressed capture. */
export async function readTrace(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await withRandomName(dataPath("policing-traces", file), (copy) =>
    readInput(copy, {
      chunk(bytes) {
        chunks.push(bytes.slice());
        return true;
      },
    }),
  );
  return Buffer.concat(chunks);
}

const CHUNK_BYTES = 1 << 20;

/** The path with the most packets in a capture. */
export function pathOf(capture: Uint8Array): Path {
  return pathsOf(capture)[0]!;
}

/** All paths of a capture, the one with the most packets first. */
export function pathsOf(capture: Uint8Array): Path[] {
  const packet = new Packet();
  const dissector = new PathDissector();
  const paths: Path[] = [];
  const tracker = new PathTracker((open, log) => paths.push(dissector.dissect(open, log)));
  const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
    decodeFrame(packet, bytes, start, end, timeUs, originalLength, linkType);
    tracker.add(packet);
  });
  for (let at = 0; at < capture.length; at += CHUNK_BYTES)
    reader.push(capture.subarray(at, at + CHUNK_BYTES));
  reader.end();
  tracker.end();
  return paths.sort((a, b) => b.packets - a.packets);
}

/** The direction with the most data packets. */
export function mainDirection(path: Path): 0 | 1 {
  const [up, down] = path.transfers.map((transfers) =>
    transfers.reduce((sum, transfer) => sum + transfer.rows.count, 0),
  );
  return up! > down! ? 0 : 1;
}

/** Transfers that answer requests in chunks; an iperf transfer has a single segment. */
export function isChunked(transfer: Transfer): boolean {
  return transfer.segments.length > 1;
}

export interface PublishedSegment {
  readonly lost: number;
  readonly detected: boolean;
}

/** What the authors' detector says of each segment, by file. */
export function readPublished(): Map<string, PublishedSegment[]> {
  const byFile = new Map<string, PublishedSegment[]>();
  const lines = readFileSync(dataPath("policing-traces", "published-detector.tsv"), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  for (const line of lines) {
    const [file, , , , , lost, detected] = line.split("\t");
    const segments = byFile.get(file!) ?? [];
    byFile.set(file!, segments);
    segments.push({ lost: Number(lost), detected: detected === "1" });
  }
  return byFile;
}
