/**
 * `npm run bench:slowness`: the figures on the policing traces beside the published detector's on the same files.
 * One core; the speed counts reading packets from decompressed captures in memory, following transfers and judging
 * the path jointly.
 */
import { existsSync } from "node:fs";
import { dataPath } from "../data-folder.ts";
import { formatShare, measureTrace, type Share, summarise, type TraceFigures } from "../policing/figures.ts";
import { readLabels, readPublished, readTrace } from "../policing/traces.ts";

if (!existsSync(dataPath("policing-traces"))) {
  console.error(`bench:slowness: no policing traces at ${dataPath("policing-traces")}: set BRAKELIGHT_DATA`);
  process.exit(1);
}
const verbose = process.argv.includes("--each");
const traces: TraceFigures[] = [];
const labels = readLabels();
for (const label of labels) {
  const figures = measureTrace(label, await readTrace(label.file));
  traces.push(figures);
  if (process.stderr.isTTY) process.stderr.write(`\r${traces.length}/${labels.length}`);
  if (verbose) {
    const { finding } = figures;
    const rate = finding.policer ?? finding.shaper;
    const error = rate ? `${(100 * (rate.rateBps / label.rateBps - 1)).toFixed(2)} %` : "";
    const width = rate ? `${(100 * (rate.rateHighBps / rate.rateLowBps - 1)).toFixed(2)} %` : "";
    console.log(
      [
        label.class,
        figures.kind,
        label.rateBps,
        label.bucketBytes,
        finding.slowness,
        error,
        width,
        finding.policer?.burstBytes ?? "",
        `${figures.drops} drops`,
        `joint ${figures.jointlyFound}/${figures.lossy}`,
        `alone ${figures.aloneFound}`,
        `called ${figures.jointlyCalled},${figures.aloneCalled}`,
        `${figures.milliseconds.toFixed(0)} ms`,
        finding.confidence.toFixed(2),
        finding.slowness === "policed" ? "" : finding.evidence[0],
      ].join("\t"),
    );
  }
}
const figures = summarise(traces);
const published = readPublished();
const detector = (kind: string): Share => {
  const segments = traces
    .filter((trace) => trace.label.class === "policed" && trace.kind === kind)
    .flatMap(({ label }) => published.get(label.file) ?? [])
    .filter(({ lost }) => lost > 0);
  return { count: segments.filter(({ detected }) => detected).length, of: segments.length };
};
const percent = (value: number): string => `${(100 * value).toFixed(3)} %`;
const rows: [string, string, string][] = [
  ["policed traces with a loss found", formatShare(figures.policedTraces), ""],
  ["other traces called policed", formatShare(figures.falseTraces), ""],
  [
    "other segments called policed (path, alone)",
    `${formatShare(figures.falseSegmentsJointly)}; ${formatShare(figures.falseSegmentsAlone)}`,
    "",
  ],
];
for (const kind of ["1c", "2c", "xt"] as const) {
  rows.push([`policed segments with a loss, ${kind}, whole path`, formatShare(figures.jointly[kind]), ""]);
  rows.push([
    `policed segments with a loss, ${kind}, segment alone`,
    formatShare(figures.alone[kind]),
    formatShare(detector(kind)),
  ]);
}
rows.push(
  ["rate error, median", percent(figures.rateErrorMedian), ""],
  ["rate error, 90th percentile where interval < 10 %", percent(figures.rateErrorNarrow90), ""],
  ["traces with an interval < 10 %", formatShare(figures.narrow), ""],
  ["interval holds the rate", formatShare(figures.covered), ""],
  ["interval width, median", percent(figures.widthMedian), ""],
  [
    "bucket error, median",
    `${percent(figures.bucketErrorMedian)} of ${figures.bucketsReported.count}/${figures.bucketsReported.of} reported`,
    "",
  ],
  ["shaped traces named shaped", formatShare(figures.shapedTraces), ""],
  [
    "shaped rates within 3 %",
    `${formatShare(figures.shapedWithin3)}, largest error ${percent(figures.shapedRateErrorLargest)}`,
    "",
  ],
  [
    "speed",
    `${figures.megabytesPerSecond.toFixed(0)} MB/s, ${Math.round(figures.packetsPerSecond)} packets/s`,
    "",
  ],
);
console.log(`\n${"".padEnd(56)}${"Brakelight".padEnd(56)}published detector`);
for (const [name, ours, theirs] of rows) console.log(`${name.padEnd(56)}${ours.padEnd(56)}${theirs}`);
