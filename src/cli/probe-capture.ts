/**
 * What a live capture of the probe's own flows says of how the target's were slowed: the forensic core over just those
 * packets, flow by flow, for a box may keep a bucket for each. Whether it is the name stays with the pairs.
 */
import type { TransferDirection } from "../observation/observation.ts";
import { LINKTYPE_RAW } from "../packet/decode.ts";
import { emitPcapHeader, emitPcapRecord } from "../packet/emit-capture.ts";
import type { CapturedPacket } from "../probe/capture/live-capture.ts";
import { median } from "../stats/quantile.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import type { SlownessFinding } from "../verdict/slowness/finding.ts";
import type { PathJudgement } from "../verdict/slowness/judge-path.ts";
import { CaptureAnalysis } from "./capture-analysis.ts";

/** A rate counts IP packets, as the boxes that are known do. */
const OVERHEAD_BYTES = 0;
/** Packets and progress must tell of the same rate; a flow's progress reads low by its headers and pauses. */
const SAME_RATE = 0.12;
/** What a packet that is not alone in a shaper's queue waits at least: for the one before it to leave, at the rate. */
const PACKET_BYTES = 1500;

/** One finding a flow that can be judged. */
export function judgeCapture(
  packets: readonly CapturedPacket[],
  localPorts: readonly number[],
  direction: TransferDirection,
): SlownessFinding[] {
  return localPorts.flatMap((localPort) => {
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
    return found ? [found.finding] : [];
  });
}

/** Whether packets waited in a queue as long as one takes at the rate, as far as delay can tell. */
function hasWaited({ slowness, shaper, riseUs }: SlownessFinding, rateBps: number): boolean {
  if (slowness !== "shaped" && slowness !== "congested") return false;
  const waitedUs = slowness === "shaped" ? shaper?.queueUs : riseUs;
  return waitedUs === undefined || waitedUs >= (PACKET_BYTES * 8e6) / rateBps;
}

/** Of a fit to few packets: wider, it tells less of the rate than the flows' own do. */
const WIDEST_INTERVAL = 1.5;

/**
 * Only rate limits are taken over: flows that were held to one rate were policed or shaped, whatever else a short capture
 * looks like. A queue that only one name meets is a shaper's, if packets waited in it as long as one takes at that rate: what
 * delay varies by otherwise is the line's, or the machine's.
 */
export function withPackets(judgement: PairJudgement, findings: readonly SlownessFinding[]): PairJudgement {
  const isHeld = judgement.slowness === "policed" || judgement.slowness === "shaped";
  const policed = findings.filter(({ slowness }) => slowness === "policed");
  const { rateBps } = judgement;
  if (!isHeld || rateBps === undefined) return judgement;
  const shaped = findings.filter((one) => hasWaited(one, rateBps));
  const [leading, slowness] =
    policed.length >= shaped.length ? ([policed, "policed"] as const) : ([shaped, "shaped"] as const);
  if (leading.length === 0) return judgement;
  const rates = leading
    .map(({ policer, shaper }) => policer ?? shaper)
    .filter((rate) => rate !== undefined)
    .filter((one) => Math.abs(one.rateBps / rateBps - 1) <= SAME_RATE)
    .filter(({ rateLowBps, rateHighBps }) => rateHighBps <= WIDEST_INTERVAL * rateLowBps);
  const bursts = leading.flatMap(({ policer }) => policer?.burstBytes ?? []);
  const known = new Set(judgement.ruledOut.map(({ explanation }) => explanation));
  return {
    ...judgement,
    slowness,
    ...(rates.length > 0
      ? {
          rateBps: median(rates.map(({ rateBps }) => rateBps)),
          rateLowBps: Math.min(...rates.map(({ rateLowBps }) => rateLowBps)),
          rateHighBps: Math.max(...rates.map(({ rateHighBps }) => rateHighBps)),
        }
      : {}),
    ...(bursts.length > 0 && slowness === "policed" ? { burstBytes: median(bursts) } : {}),
    evidence: [
      ...judgement.evidence,
      `packets of ${leading.length} of ${findings.length} captured flows: ${leading[0]!.evidence.join("; ")}`,
    ],
    ruledOut: [
      ...judgement.ruledOut,
      ...leading[0]!.ruledOut.filter(
        ({ explanation }) => !known.has(explanation) && explanation !== slowness,
      ),
    ],
  };
}
