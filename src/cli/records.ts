/**
 * The JSON records of `analyze`, one a line: docs/format.md gives each field's unit, and what its absence or null means.
 */

import { bitsPerSecond } from "../base/units.ts";
import { formatEndpoint } from "../packet/address.ts";
import type { NameProtocol } from "../packet/names.ts";
import type { Connection } from "../transfer/connection.ts";
import type { Segment, Transfer } from "../transfer/transfer.ts";
import { LOST, roundTripUs } from "../transfer/transfer.ts";
import type { SlownessFinding } from "../verdict/slowness/finding.ts";
import type { DirectionJudgement, PathJudgement, TransferJudgement } from "../verdict/slowness/judge-path.ts";
import type { Verdict } from "../verdict/verdict.ts";

interface Judgement {
  readonly slowness: SlownessFinding["slowness"];
  readonly confidence: number;
  readonly policer?: {
    rateBps: number;
    rateLowBps: number;
    rateHighBps: number;
    burstBytes: number | null;
    scope: string;
  };
  readonly shaper?: { rateBps: number; rateLowBps: number; rateHighBps: number; queueUs: number };
  readonly evidence: readonly string[];
  readonly ruledOut: SlownessFinding["ruledOut"];
}

interface Sums {
  /** From the capture's first packet. */
  readonly startUs: number;
  readonly durationUs: number;
  readonly payloadBytes: number;
  readonly dataPackets: number;
  readonly lostPackets: number;
  readonly rttMinUs: number | null;
  readonly goodputBps: number;
}

export interface TransferRecord extends Sums, Judgement {
  readonly type: "transfer" | "connection";
  readonly file: string;
  readonly connection: string;
  readonly from: string;
  readonly segment: number | null;
  readonly part: number;
  readonly capturedAt: Transfer["place"];
  readonly serverName: string | null;
}

export interface PathRecord extends Sums, Judgement {
  readonly type: "path";
  readonly file: string;
  readonly between: readonly [string, string];
  readonly from: string;
  readonly part: number;
  readonly connections: number;
}

export interface NameRecord {
  readonly type: "name";
  readonly file: string;
  readonly packet: number;
  readonly protocol: NameProtocol;
  readonly name: string;
  /** Of an HTTP request. */
  readonly target?: string;
}

export interface ProblemRecord {
  readonly type: "problem";
  readonly file: string;
  readonly offset?: number;
  readonly line?: number;
  readonly reason: string;
}

export type VerdictRecord = {
  readonly type: "verdict";
  readonly file: string;
  readonly line: number;
} & Verdict;

export interface SummaryRecord {
  readonly type: "summary";
  readonly files: number;
  readonly packets: number;
  readonly bytes: number;
  readonly seconds: number;
}

export type AnalyzeRecord =
  | TransferRecord
  | PathRecord
  | NameRecord
  | ProblemRecord
  | VerdictRecord
  | SummaryRecord;

/** Both endpoints, the one that opened the connection first. */
export function connectionName(connection: Connection): string {
  const [low, high] = connection.ends.map(({ endpoint }) => formatEndpoint(endpoint.address, endpoint.port));
  const opener =
    connection.opener ?? (connection.ends[0].endpoint.port >= connection.ends[1].endpoint.port ? 0 : 1);
  return opener === 0 ? `${low}-${high}` : `${high}-${low}`;
}

function judgementOf(finding: SlownessFinding): Judgement {
  const { policer, shaper } = finding;
  return {
    slowness: finding.slowness,
    confidence: Math.round(1000 * finding.confidence) / 1000,
    ...(policer && {
      policer: {
        rateBps: Math.round(policer.rateBps),
        rateLowBps: Math.round(policer.rateLowBps),
        rateHighBps: Math.round(policer.rateHighBps),
        burstBytes: policer.burstBytes ?? null,
        scope: policer.scope,
      },
    }),
    ...(shaper && {
      shaper: {
        rateBps: Math.round(shaper.rateBps),
        rateLowBps: Math.round(shaper.rateLowBps),
        rateHighBps: Math.round(shaper.rateHighBps),
        queueUs: Math.round(shaper.queueUs),
      },
    }),
    evidence: finding.evidence,
    ruledOut: finding.ruledOut,
  };
}

function sumsOf(
  parts: readonly { transfer: Transfer; segments: readonly Segment[] }[],
  originUs: number,
): Sums {
  let startUs = Number.POSITIVE_INFINITY;
  let endUs = Number.NEGATIVE_INFINITY;
  let payloadBytes = 0;
  let dataPackets = 0;
  let lostPackets = 0;
  let rttMinUs = Number.POSITIVE_INFINITY;
  let activeUs = 0;
  for (const { transfer, segments } of parts) {
    const round = roundTripUs(transfer);
    if (round > 0) rttMinUs = Math.min(rttMinUs, round);
    for (const segment of segments) {
      startUs = Math.min(startUs, segment.startUs);
      endUs = Math.max(endUs, segment.endUs);
      payloadBytes += segment.payloadBytes;
      dataPackets += segment.dataPackets;
      lostPackets += segment.lostPackets;
      activeUs += segment.endUs - segment.startUs;
    }
  }
  // Side by side, transfers share the clock: the goodput of several is over the time from the first to the last.
  const goodputUs = parts.length > 1 ? endUs - startUs : activeUs;
  return {
    startUs: Number.isFinite(startUs) ? Math.round(startUs - originUs) : 0,
    durationUs: Math.max(0, Math.round(endUs - startUs)) || 0,
    payloadBytes,
    dataPackets,
    lostPackets,
    rttMinUs: Number.isFinite(rttMinUs) ? Math.round(rttMinUs) : null,
    goodputBps: Math.round(bitsPerSecond(payloadBytes, goodputUs)),
  };
}

/** All records of a judged path: transfers by segment, connections, and the path itself, for each direction. */
export function pathRecords(
  file: string,
  judgement: PathJudgement,
  originUs: number,
): (TransferRecord | PathRecord)[] {
  const records: (TransferRecord | PathRecord)[] = [];
  for (const direction of judgement.directions) {
    for (const judged of direction.transfers)
      records.push(...transferRecords(file, judged, judgement.path.part, originUs));
  }
  const sums = judgement.directions.map((direction) => pathRecord(file, judgement, direction, originUs));
  sums.sort((a, b) => b.payloadBytes - a.payloadBytes);
  return [...records, ...sums];
}

function transferRecords(
  file: string,
  judged: TransferJudgement,
  part: number,
  originUs: number,
): TransferRecord[] {
  const { transfer, segments, finding } = judged;
  const { connection } = transfer;
  const sender = connection.ends[transfer.from].endpoint;
  const common = {
    file,
    connection: connectionName(connection),
    from: formatEndpoint(sender.address, sender.port),
    part,
    capturedAt: transfer.place,
    serverName: connection.serverName ?? null,
  };
  const records: TransferRecord[] = transfer.segments.map((segment, index) => ({
    type: "transfer",
    ...common,
    segment: index,
    ...sumsOf([{ transfer, segments: [segment] }], originUs),
    ...judgementOf(segments[index]!),
  }));
  const whole = sumsOf([{ transfer, segments: transfer.segments }], originUs);
  records.push({ type: "connection", ...common, segment: null, ...whole, ...judgementOf(finding) });
  return records;
}

function pathRecord(
  file: string,
  judgement: PathJudgement,
  direction: DirectionJudgement,
  originUs: number,
): PathRecord {
  const { path } = judgement;
  const parts = direction.transfers.map(({ transfer }) => ({ transfer, segments: transfer.segments }));
  return {
    type: "path",
    file,
    between: path.addresses,
    from: path.addresses[direction.from],
    part: path.part,
    connections: direction.transfers.length,
    ...sumsOf(parts, originUs),
    ...judgementOf(direction.finding),
  };
}

/** Data packets that were lost in a transfer. */
export function lostRows(transfer: Transfer): number[] {
  const rows: number[] = [];
  for (let row = 0; row < transfer.rows.count; row++) if (transfer.rows.outcome[row] === LOST) rows.push(row);
  return rows;
}
