/**
 * Judges all transfers between two hosts, in one direction: jointly first, since one box sees them all; then, in the
 * light of that, each connection and each segment. A segment of a policed path is policed if at least half of its
 * losses came when the bucket was empty.
 */
import type { Path, Transfer } from "../../transfer/transfer.ts";
import type { BucketScore } from "./bucket-score.ts";
import { BucketScorer } from "./bucket-score.ts";
import type { Policer, SlownessFinding } from "./finding.ts";
import { type Judged, judgeBlind, judgeStretch, undecided } from "./judge-stretch.ts";
import type { BucketJudgement } from "./policer.ts";
import type { Traffic } from "./traffic.ts";
import { DROPPED, isBehindBox, trafficOf, trafficOfSegment } from "./traffic.ts";

const POLICED_DROP_SHARE = 0.5;
/** Connections with fewer losses are not fitted by themselves. */
const MIN_OWN_DROPS = 5;
/** A bucket of its own sees no other traffic: its account of the losses must be good. */
const OWN_BUCKET_SHARE = 0.75;
/** At the receiver, when a loss happened is known less well. */
const OWN_BUCKET_SHARE_AT_RECEIVER = 0.55;
const MIN_LONE_DROPS = 15;
/** The joint fit stands unless separate buckets gain this many nats more for each further bucket. */
const NATS_PER_BUCKET = 8;

/** Of a path's losses, in connections that buckets of their own explain. */
const OWN_LOSS_SHARE = 0.8;
/** A transfer without losses of this share of the bucket speaks for its depth. */
const PASSED_DEPTH_SHARE = 0.5;
const DEPTH_RATIO = 1.25;

export interface TransferJudgement {
  readonly transfer: Transfer;
  readonly finding: SlownessFinding;
  /** One for each of transfer.segments. */
  readonly segments: readonly SlownessFinding[];
}

export interface DirectionJudgement {
  readonly from: 0 | 1;
  readonly finding: SlownessFinding;
  readonly transfers: readonly TransferJudgement[];
}

export interface PathJudgement {
  readonly path: Path;
  readonly directions: readonly DirectionJudgement[];
}

export function judgePath(path: Path, overheadBytes: number): PathJudgement {
  const directions: DirectionJudgement[] = [];
  for (const from of [0, 1] as const) {
    const transfers = path.transfers[from];
    if (transfers.length > 0) directions.push(judgeDirection(from, transfers, overheadBytes));
  }
  return { path, directions };
}

export function judgeDirection(
  from: 0 | 1,
  transfers: readonly Transfer[],
  overheadBytes: number,
): DirectionJudgement {
  const traffic = trafficOf(transfers, overheadBytes);
  const joint = judgeStretch(traffic);
  if (transfers.length > 1) {
    const separate = separateBuckets(joint, transfers, overheadBytes);
    if (separate) return { from, ...separate };
  }
  if (joint.finding.slowness !== "policed" || !joint.bucket) {
    const judged = transfers.map((transfer) =>
      judgeTransfer(transfer, transfers.length, joint, overheadBytes),
    );
    return { from, finding: wordOfConnections(joint.finding, judged), transfers: judged };
  }
  const finding = withoutDoubtfulDepth(joint, transfers, overheadBytes);
  return { from, finding, transfers: underBucket(transfers, finding, joint.bucket, overheadBytes) };
}

/**
 * The path's word where no bucket explains all of it, but nearly all of its losses are those of connections that a
 * bucket of their own explains: a measure that began between two connections, or one against some names only.
 */
function wordOfConnections(joint: SlownessFinding, judged: readonly TransferJudgement[]): SlownessFinding {
  if (judged.length < 2) return joint;
  const lossy = judged.filter(({ transfer }) => lostPackets(transfer) > 0);
  const policed = lossy.filter(({ finding }) => finding.slowness === "policed");
  const lost = (some: readonly TransferJudgement[]): number =>
    some.reduce((sum, { transfer }) => sum + lostPackets(transfer), 0);
  if (policed.length === 0 || lost(policed) < OWN_LOSS_SHARE * lost(lossy)) return joint;
  return summarisePolicers(
    policed.map(({ finding }) => finding),
    lossy.length,
  );
}

/**
 * A transfer that lost nothing may have passed because a deep bucket held all of it, or because it was not policed at
 * all. Where a bucket of their own, of another depth, explains the lossy connections as well, nobody can say: the rate
 * stands, the depth is left out.
 */
function withoutDoubtfulDepth(
  { finding, bucket }: Judged,
  transfers: readonly Transfer[],
  overheadBytes: number,
): SlownessFinding {
  const depth = finding.policer?.burstBytes;
  const passed = transfers.filter((transfer) => lostPackets(transfer) === 0);
  if (depth === undefined || !passed.some((transfer) => payloadOf(transfer) > PASSED_DEPTH_SHARE * depth)) {
    return finding;
  }
  const lossy = transfers.filter((transfer) => lostPackets(transfer) >= MIN_OWN_DROPS);
  const own = lossy.map((transfer) => judgeStretch(trafficOf([transfer], overheadBytes)));
  const gain = own.reduce((sum, judged) => sum + (judged.bucket?.fit?.best.gain ?? 0), 0);
  const ownDepths = own.flatMap((judged) => judged.finding.policer?.burstBytes ?? []);
  const isOther = ownDepths.some((one) => one < depth / DEPTH_RATIO || one > depth * DEPTH_RATIO);
  if (!isOther || gain < bucket!.fit!.best.gain - NATS_PER_BUCKET * own.length) return finding;
  const { burstBytes: _, ...policer } = finding.policer!;
  const alternative = Math.round(Math.min(...ownDepths) / 1000);
  return {
    ...finding,
    policer: { ...policer, scope: "unknown" },
    evidence: [
      ...finding.evidence,
      `the bucket's depth is not told: ${Math.round(depth / 1000)} kB if all connections share it, ` +
        `${alternative} kB if only those with losses were policed`,
    ],
  };
}

/** Every connection has a bucket of its own: looked for when one bucket for all does not explain the losses. */
function separateBuckets(
  joint: Judged,
  transfers: readonly Transfer[],
  overheadBytes: number,
): Omit<DirectionJudgement, "from"> | undefined {
  const jointGain = joint.finding.slowness === "policed" ? joint.bucket!.fit!.best.gain : 0;
  if (jointGain > 0 && joint.bucket!.fit!.best.share > 0.8) return undefined;
  const lossy = transfers.filter((transfer) => lostPackets(transfer) >= MIN_OWN_DROPS);
  if (lossy.length < 2) return undefined;
  const own = new Map(
    lossy.map((transfer) => [transfer, judgeStretch(trafficOf([transfer], overheadBytes))]),
  );
  const isPoliced = ({ finding, bucket }: Judged): boolean =>
    finding.slowness === "policed" && bucket!.fit!.best.share >= ownBucketShare(bucket!.traffic);
  const policed = [...own.values()].filter(isPoliced);
  const gain = policed.reduce((sum, { bucket }) => sum + bucket!.fit!.best.gain, 0);
  if (policed.length === 0 || gain < jointGain + NATS_PER_BUCKET * policed.length) return undefined;
  const lost = (some: readonly Transfer[]): number =>
    some.reduce((sum, transfer) => sum + lostPackets(transfer), 0);
  const inPoliced = lost(lossy.filter((transfer) => isPoliced(own.get(transfer)!)));
  if (inPoliced < POLICED_DROP_SHARE * lost(transfers)) return undefined;
  const judged = transfers.map((transfer) => {
    const alone = own.get(transfer);
    if (!alone || !isPoliced(alone))
      return judgeTransfer(transfer, transfers.length, alone ?? joint, overheadBytes);
    const finding = {
      ...alone.finding,
      policer: { ...alone.finding.policer!, scope: "connection" as const },
    };
    return underBucket([transfer], finding, alone.bucket!, overheadBytes)[0]!;
  });
  const findings = judged.map(({ finding }) => finding).filter(({ slowness }) => slowness === "policed");
  return { finding: summarisePolicers(findings, lossy.length), transfers: judged };
}

/** One connection among several that no joint bucket explains: looked at in turn, one of them fits by chance. */
function standsAlone({ bucket }: Judged): boolean {
  return (
    bucket!.traffic.drops >= MIN_LONE_DROPS && bucket!.fit!.best.share >= ownBucketShare(bucket!.traffic)
  );
}

function ownBucketShare(traffic: Traffic): number {
  return isBehindBox(traffic) ? OWN_BUCKET_SHARE_AT_RECEIVER : OWN_BUCKET_SHARE;
}

/** The path's word when its connections have buckets of their own. */
function summarisePolicers(findings: readonly SlownessFinding[], lossy: number): SlownessFinding {
  const policers = findings.map(({ policer }) => policer!).sort((a, b) => a.rateBps - b.rateBps);
  const middle = policers[policers.length >> 1]!;
  const policer: Policer = {
    ...middle,
    rateLowBps: Math.min(...policers.map(({ rateLowBps }) => rateLowBps)),
    rateHighBps: Math.max(...policers.map(({ rateHighBps }) => rateHighBps)),
  };
  const strongest = findings.reduce((best, other) => (other.confidence > best.confidence ? other : best));
  return {
    ...strongest,
    policer,
    evidence: [
      `${findings.length} of ${lossy} connections with losses have a bucket of their own`,
      ...strongest.evidence,
    ],
  };
}

/** Connections and segments in the light of one fitted bucket. */
function underBucket(
  transfers: readonly Transfer[],
  finding: SlownessFinding,
  bucket: BucketJudgement,
  overheadBytes: number,
): TransferJudgement[] {
  const { traffic, fit } = bucket;
  const explained = countExplained(traffic, fit!.best);
  return transfers.map((transfer, index) => {
    const counts = explained[index]!;
    const segments = transfer.segments.map((_, segment) => {
      const { drops, above } = counts.get(segment) ?? { drops: 0, above: 0 };
      if (drops > 0 && above >= POLICED_DROP_SHARE * drops) return policedPart(finding, drops, above);
      return judgeStretch(trafficOfSegment(transfer, segment, overheadBytes)).finding;
    });
    let drops = 0;
    let above = 0;
    for (const part of counts.values()) {
      drops += part.drops;
      above += part.above;
    }
    const own =
      drops > 0 && above >= POLICED_DROP_SHARE * drops
        ? policedPart(finding, drops, above)
        : judgeStretch(trafficOf([transfer], overheadBytes)).finding;
    return { transfer, finding: own, segments };
  });
}

function policedPart(finding: SlownessFinding, drops: number, above: number): SlownessFinding {
  const own = `${above} of its ${drops} losses came when the bucket was empty`;
  return { ...finding, evidence: [own, ...finding.evidence] };
}

interface Explained {
  drops: number;
  above: number;
}

/** Drops, and drops with an empty bucket, of each segment of each transfer. */
function countExplained(traffic: Traffic, fit: BucketScore): Map<number, Explained>[] {
  const level = new BucketScorer(traffic).levels(fit.rate, fit.mode, fit.startDeficit);
  const counts = traffic.selections.map(() => new Map<number, Explained>());
  let started = fit.mode === 0;
  for (let i = 0; i < traffic.count; i++) {
    if (traffic.outcome[i] !== DROPPED) continue;
    const ofTransfer = counts[traffic.transfer[i]!]!;
    const segment = traffic.segment[i]!;
    const count = ofTransfer.get(segment) ?? { drops: 0, above: 0 };
    ofTransfer.set(segment, count);
    count.drops++;
    if (!started || level[i]! >= fit.depthBytes) count.above++;
    started = true;
  }
  return counts;
}

/** A connection of a path that no single bucket explains. */
function judgeTransfer(
  transfer: Transfer,
  transfers: number,
  joint: Judged,
  overheadBytes: number,
): TransferJudgement {
  const alone = transfers === 1 ? joint : judgeStretch(trafficOf([transfer], overheadBytes));
  if (transfers > 1 && alone.finding.slowness === "policed" && !standsAlone(alone)) {
    const finding = undecided(
      "a bucket of its own would explain its losses, but not well enough beside the path's other connections",
    );
    return { transfer, finding, segments: transfer.segments.map(() => finding) };
  }
  if (alone.finding.slowness === "policed" && alone.bucket) {
    const finding =
      transfers > 1
        ? { ...alone.finding, policer: { ...alone.finding.policer!, scope: "connection" as const } }
        : alone.finding;
    return underBucket([transfer], finding, alone.bucket, overheadBytes)[0]!;
  }
  const segments = transfer.segments.map((_, segment) => {
    if (transfer.segments.length === 1) return alone.finding;
    const own = judgeSegmentAlone(transfer, segment, overheadBytes);
    return own.slowness === "undecided" ? inherit(own, alone.finding) : own;
  });
  return { transfer, finding: alone.finding, segments };
}

/** One segment without a look at anything else; with a bucket that hidden traffic shares as the last resort. */
export function judgeSegmentAlone(
  transfer: Transfer,
  segment: number,
  overheadBytes: number,
): SlownessFinding {
  const traffic = trafficOfSegment(transfer, segment, overheadBytes);
  const { finding, bucket } = judgeStretch(traffic);
  if ((finding.slowness === "lossy" || finding.slowness === "undecided") && bucket) {
    return judgeBlind(traffic, bucket) ?? finding;
  }
  return finding;
}

/** What a segment cannot show by itself, its connection may. */
function inherit(own: SlownessFinding, connection: SlownessFinding): SlownessFinding {
  if (connection.slowness === "undecided" || connection.slowness === "unimpeded") return own;
  if (connection.slowness === "policed") return own;
  return { ...connection, evidence: ["as the whole connection", ...connection.evidence] };
}

function payloadOf(transfer: Transfer): number {
  return transfer.segments.reduce((sum, segment) => sum + segment.payloadBytes, 0);
}

function lostPackets(transfer: Transfer): number {
  return transfer.segments.reduce((sum, segment) => sum + segment.lostPackets, 0);
}
