/**
 * The figures of issue "forensic core" on the policing traces: found, falsely called, rate, bucket, speed.
 * Truth: a segment is policed if and only if the device polices and the segment lost at least one packet.
 */

import { jeffreysInterval } from "../../src/stats/beta.ts";
import { quantile } from "../../src/stats/quantile.ts";
import type { SlownessFinding } from "../../src/verdict/slowness/finding.ts";
import { judgeDirection, judgeSegmentAlone } from "../../src/verdict/slowness/judge-path.ts";
import { ETHERNET_OVERHEAD_BYTES } from "../../src/verdict/slowness/traffic.ts";
import type { TraceKind, TraceLabel } from "./traces.ts";
import { kindOf, mainDirection, pathOf } from "./traces.ts";

export interface TraceFigures {
  readonly label: TraceLabel;
  readonly kind: TraceKind;
  readonly finding: SlownessFinding;
  readonly drops: number;
  /** Lost packets of each segment. */
  readonly losses: number[];
  /** Of segments with a loss: all, found in view of the path, found from the segment alone. */
  readonly lossy: number;
  readonly jointlyFound: number;
  readonly aloneFound: number;
  /** Segments of traces that are not policed, and how many are called policed either way. */
  readonly segments: number;
  readonly jointlyCalled: number;
  readonly aloneCalled: number;
  readonly bytes: number;
  readonly packets: number;
  readonly milliseconds: number;
}

export function measureTrace(label: TraceLabel, capture: Uint8Array): TraceFigures {
  const started = performance.now();
  const path = pathOf(capture);
  const from = mainDirection(path);
  const judged = judgeDirection(from, path.transfers[from], ETHERNET_OVERHEAD_BYTES);
  const milliseconds = performance.now() - started;
  const counts = {
    lossy: 0,
    jointlyFound: 0,
    aloneFound: 0,
    segments: 0,
    jointlyCalled: 0,
    aloneCalled: 0,
    drops: 0,
  };
  const losses: number[] = [];
  for (const { transfer, segments } of judged.transfers) {
    transfer.segments.forEach((segment, index) => {
      const jointly = segments[index]!.slowness === "policed";
      counts.drops += segment.lostPackets;
      losses.push(segment.lostPackets);
      counts.segments++;
      const needsAlone = segment.lostPackets > 0;
      const alone =
        needsAlone && judgeSegmentAlone(transfer, index, ETHERNET_OVERHEAD_BYTES).slowness === "policed";
      if (jointly) counts.jointlyCalled++;
      if (alone) counts.aloneCalled++;
      if (segment.lostPackets === 0) return;
      counts.lossy++;
      if (jointly) counts.jointlyFound++;
      if (alone) counts.aloneFound++;
    });
  }
  return {
    label,
    kind: kindOf(label),
    finding: judged.finding,
    ...counts,
    losses,
    bytes: capture.length,
    packets: path.packets,
    milliseconds,
  };
}

export interface Share {
  readonly count: number;
  readonly of: number;
}

export interface PolicingFigures {
  readonly policedTraces: Share;
  readonly falseTraces: Share;
  readonly jointly: Record<TraceKind, Share>;
  readonly alone: Record<TraceKind, Share>;
  readonly falseSegmentsJointly: Share;
  readonly falseSegmentsAlone: Share;
  readonly narrow: Share;
  readonly rateErrorMedian: number;
  readonly rateErrorNarrow90: number;
  readonly covered: Share;
  readonly widthMedian: number;
  readonly bucketErrorMedian: number;
  readonly bucketsReported: Share;
  readonly shapedTraces: Share;
  readonly shapedRateErrorLargest: number;
  readonly shapedWithin3: Share;
  readonly megabytesPerSecond: number;
  readonly packetsPerSecond: number;
}

const NARROW = 1.1;

export function summarise(traces: readonly TraceFigures[]): PolicingFigures {
  const policed = traces.filter(({ label, drops }) => label.class === "policed" && drops > 0);
  const others = traces.filter(({ label }) => label.class !== "policed");
  const shaped = traces.filter(({ label }) => label.class === "shaped");
  const share = (items: readonly TraceFigures[], hit: (item: TraceFigures) => boolean): Share => ({
    count: items.filter(hit).length,
    of: items.length,
  });
  const sum = (items: readonly TraceFigures[], value: (item: TraceFigures) => number): number =>
    items.reduce((total, item) => total + value(item), 0);
  const byKind = (value: (item: TraceFigures) => number): Record<TraceKind, Share> => {
    const of = (kind: TraceKind): Share => {
      const items = policed.filter((trace) => trace.kind === kind);
      return { count: sum(items, value), of: sum(items, ({ lossy }) => lossy) };
    };
    return { "1c": of("1c"), "2c": of("2c"), xt: of("xt") };
  };
  const rated = policed.filter(({ finding }) => finding.policer);
  const error = ({ finding, label }: TraceFigures): number =>
    Math.abs(finding.policer!.rateBps / label.rateBps - 1);
  const width = ({ finding }: TraceFigures): number =>
    finding.policer!.rateHighBps / finding.policer!.rateLowBps;
  const narrow = rated.filter((trace) => width(trace) < NARROW);
  const buckets = rated.filter(
    ({ finding, label }) => finding.policer!.burstBytes !== undefined && !Number.isNaN(label.bucketBytes),
  );
  const shapedRates = shaped.filter(({ finding }) => finding.shaper);
  const shapedError = ({ finding, label }: TraceFigures): number =>
    Math.abs(finding.shaper!.rateBps / label.rateBps - 1);
  const milliseconds = sum(traces, (trace) => trace.milliseconds);
  return {
    policedTraces: share(policed, ({ finding }) => finding.slowness === "policed"),
    falseTraces: share(others, ({ finding }) => finding.slowness === "policed"),
    jointly: byKind(({ jointlyFound }) => jointlyFound),
    alone: byKind(({ aloneFound }) => aloneFound),
    falseSegmentsJointly: {
      count: sum(others, ({ jointlyCalled }) => jointlyCalled),
      of: sum(others, ({ segments }) => segments),
    },
    falseSegmentsAlone: {
      count: sum(others, ({ aloneCalled }) => aloneCalled),
      of: sum(others, ({ segments }) => segments),
    },
    narrow: { count: narrow.length, of: policed.length },
    rateErrorMedian: quantile(rated.map(error), 0.5),
    rateErrorNarrow90: quantile(narrow.map(error), 0.9),
    covered: share(rated, ({ finding, label }) => {
      const { rateLowBps, rateHighBps } = finding.policer!;
      return rateLowBps <= label.rateBps && label.rateBps <= rateHighBps;
    }),
    widthMedian: quantile(
      rated.map((trace) => width(trace) - 1),
      0.5,
    ),
    bucketErrorMedian: quantile(
      buckets.map(({ finding, label }) => Math.abs(finding.policer!.burstBytes! / label.bucketBytes - 1)),
      0.5,
    ),
    bucketsReported: {
      count: buckets.length,
      of: rated.filter(({ label }) => !Number.isNaN(label.bucketBytes)).length,
    },
    shapedTraces: share(shaped, ({ finding }) => finding.slowness === "shaped"),
    shapedRateErrorLargest: Math.max(...shapedRates.map(shapedError)),
    shapedWithin3: share(shapedRates, (trace) => shapedError(trace) <= 0.03),
    megabytesPerSecond: sum(traces, ({ bytes }) => bytes) / 1e3 / milliseconds,
    packetsPerSecond: (sum(traces, ({ packets }) => packets) * 1e3) / milliseconds,
  };
}

/** "93/93 (100.0 %, 95 % interval 97.4-100.0)" */
export function formatShare({ count, of }: Share): string {
  if (of === 0) return "0/0";
  const { low, high } = jeffreysInterval(count, of);
  const percent = (value: number): string => (100 * value).toFixed(1);
  return `${count}/${of} (${percent(count / of)} %, 95 % interval ${percent(low)}-${percent(high)})`;
}
