/**
 * What a live capture of the probe's own flows says of how the target's were slowed: the forensic core over just those
 * packets, flow by flow, for a box may keep a bucket for each. Whether it is the name stays with the pairs.
 */
import type { TransferDirection } from "../observation/observation.ts";
import { LINKTYPE_RAW } from "../packet/decode.ts";
import { emitPcapHeader, emitPcapRecord } from "../packet/emit-capture.ts";
import type { CapturedPacket } from "../probe/capture/live-capture.ts";
import type { Transfer } from "../transfer/transfer.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { withLikeBuckets } from "../verdict/pair/with-like-buckets.ts";
import { withPackets } from "../verdict/pair/with-packets.ts";
import type { SlownessFinding } from "../verdict/slowness/finding.ts";
import type { PathJudgement } from "../verdict/slowness/judge-path.ts";
import { CaptureAnalysis } from "./capture-analysis.ts";

/** A rate counts IP packets, as the boxes that are known do. */
const OVERHEAD_BYTES = 0;

interface CapturedFlow {
  readonly finding: SlownessFinding;
  readonly transfers: readonly Transfer[];
}

export interface CaptureMeans {
  readonly packets: readonly CapturedPacket[];
  /** Of the target's flows. */
  readonly localPorts: readonly number[];
  readonly direction: TransferDirection;
  /** Of performance.now(): nothing is begun later, and what was judged by then counts. */
  readonly deadlineMs: number;
}

/** Of a target that is throttled, or is if packets show a limit: kind and rate as far as those of its flows tell them in time. */
export function judgedByPackets(judgement: PairJudgement, means: CaptureMeans): PairJudgement {
  const isThrottled = judgement.state === "throttled" && judgement.slowness !== "delayed";
  if (!isThrottled && !judgement.ifLimited) return judgement;
  const flows = judgeCapture(means);
  const judged = withPackets(
    judgement,
    flows.map(({ finding }) => finding),
  );
  const told = withLikeBuckets(
    judged,
    flows.flatMap(({ transfers }) => transfers),
    () => performance.now() >= means.deadlineMs,
  );
  // A rate that was the only sign of a limit, and is ruled out, is none.
  return isThrottled || told.isRateAgreed ? told : judgement;
}

/** One a flow that can be judged. */
function judgeCapture({ packets, localPorts, direction, deadlineMs }: CaptureMeans): CapturedFlow[] {
  return localPorts.flatMap((localPort) => {
    if (performance.now() >= deadlineMs) return [];
    const judged: PathJudgement[] = [];
    const analysis = new CaptureAnalysis(
      { overheadBytes: OVERHEAD_BYTES, names: false },
      { path: (judgement) => judged.push(judgement), name: () => {} },
    );
    analysis.push(emitPcapHeader({ linkType: LINKTYPE_RAW, nanoseconds: true }));
    for (const { timeUs, bytes, originalLength, ...packet } of packets) {
      if (packet.localPort !== localPort) continue;
      analysis.push(emitPcapRecord({ timeUs, bytes, originalLength }, { nanoseconds: true }));
    }
    analysis.end();
    const found = judged
      .flatMap(({ directions }) => directions)
      .find(({ transfers, from }) => {
        const port = transfers[0]?.transfer.connection.ends[from]?.endpoint.port;
        return (port === localPort) === (direction === "up");
      });
    return found
      ? [{ finding: found.finding, transfers: found.transfers.map(({ transfer }) => transfer) }]
      : [];
  });
}
