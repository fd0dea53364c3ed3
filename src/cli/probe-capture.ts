/**
 * What a live capture of the probe's own flows says of how the target's were slowed: the forensic core over just those
 * packets, one direction at a time.
 */

import type { TransferDirection } from "../observation/observation.ts";
import { LINKTYPE_RAW } from "../packet/decode.ts";
import { emitPcapHeader, emitPcapRecord } from "../packet/emit-capture.ts";
import type { CapturedPacket } from "../probe/capture/live-capture.ts";
import type { SlownessFinding } from "../verdict/slowness/finding.ts";
import type { PathJudgement } from "../verdict/slowness/judge-path.ts";
import { CaptureAnalysis } from "./capture-analysis.ts";

/** A rate counts IP packets, as the boxes that are known do. */
const OVERHEAD_BYTES = 0;

/** Of the flows from these local ports; undefined when they hold nothing that can be judged. */
export function judgeCapture(
  packets: readonly CapturedPacket[],
  localPorts: ReadonlySet<number>,
  direction: TransferDirection,
): SlownessFinding | undefined {
  const judged: PathJudgement[] = [];
  const analysis = new CaptureAnalysis(
    { overheadBytes: OVERHEAD_BYTES, names: false },
    { path: (judgement) => judged.push(judgement), name: () => {} },
  );
  analysis.push(emitPcapHeader({ linkType: LINKTYPE_RAW, nanoseconds: true }));
  for (const { timeUs, bytes, originalLength, localPort } of packets) {
    if (!localPorts.has(localPort)) continue;
    analysis.push(emitPcapRecord({ timeUs, bytes, originalLength }, { nanoseconds: true }));
  }
  analysis.end();
  // Payload moves in the direction that was asked for; of several paths (addresses) the fullest tells most.
  const candidates = judged.flatMap(({ directions }) =>
    directions.map(({ finding, transfers, from }) => {
      const ends = transfers.map(({ transfer }) => transfer.connection.ends[from]!.endpoint.port);
      const isUp = ends.some((port) => localPorts.has(port));
      const payload = transfers.reduce((sum, { transfer }) => sum + (transfer.delivery.bytes.at(-1) ?? 0), 0);
      return { finding, isUp, payload };
    }),
  );
  return candidates
    .filter(({ isUp }) => isUp === (direction === "up"))
    .sort((a, b) => b.payload - a.payload)[0]?.finding;
}
