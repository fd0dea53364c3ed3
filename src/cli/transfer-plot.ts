/**
 * One picture a transfer, as SVG: delivered bytes over time, losses where they were sent, the fitted rate as a line,
 * gaps shaded, and the source line inside, so that the picture can travel alone.
 */
import { formatBytes, formatDuration, formatRate } from "../base/units.ts";
import type { Transfer } from "../transfer/transfer.ts";
import type { TransferJudgement } from "../verdict/slowness/judge-path.ts";
import { connectionName, lostRows } from "./records.ts";
import { describeFinding } from "./sentences.ts";

const WIDTH = 960;
const HEIGHT = 540;
const MARGIN = { left: 84, right: 24, top: 64, bottom: 76 };
/** More points than pixels only make the file larger. */
const MAX_POINTS = 2000;
const MAX_LOSSES = 3000;
/** No delivery for this many round trips (and at least MIN_GAP_US) is shown as a gap. */
const GAP_RTTS = 3;
const MIN_GAP_US = 200_000;

/** Okabe and Ito's palette, which the colour-blind can tell apart. */
const COLOURS = {
  delivered: "#0072b2",
  lost: "#d55e00",
  rate: "#009e73",
  gap: "#e8e8e8",
  text: "#222222",
  grid: "#d0d0d0",
};

interface Scale {
  x(timeUs: number): number;
  y(bytes: number): number;
  readonly spanUs: number;
  readonly bytes: number;
}

export function plotTransfer(judged: TransferJudgement, source: string): string {
  const { transfer, finding } = judged;
  const { delivery, rows } = transfer;
  const startUs = rows.timeUs[0] ?? 0;
  const endUs = Math.max(
    rows.timeUs[rows.count - 1] ?? startUs,
    delivery.timeUs[delivery.count - 1] ?? startUs,
  );
  const bytes = Math.max(1, delivery.bytes[delivery.count - 1] ?? 0, ...lastOffset(transfer));
  const scale = scaleOf(endUs - startUs, bytes);
  const title = `${connectionName(transfer.connection)}: ${describeFinding(finding)}`;
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...gaps(transfer, scale, startUs),
    ...axes(scale),
    deliveredLine(transfer, scale, startUs),
    ...losses(transfer, scale, startUs),
    ...rateLine(judged, scale, startUs),
    text(MARGIN.left, 28, title, 17, "start", 600),
    text(
      MARGIN.left,
      48,
      `${transfer.segments.length} segments, ${lostRows(transfer).length} of ${rows.count} data packets lost; captured at the ${transfer.place === "unknown" ? "unknown place" : transfer.place}`,
      13,
    ),
    text(MARGIN.left, HEIGHT - 12, source, 11),
    ...legend(judged),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, sans-serif">`,
    `<title>${escapeXml(title)}</title>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function lastOffset({ rows }: Transfer): number[] {
  return rows.count > 0 ? [rows.offset[rows.count - 1]! + rows.payloadBytes[rows.count - 1]!] : [];
}

function scaleOf(spanUs: number, bytes: number): Scale {
  const width = WIDTH - MARGIN.left - MARGIN.right;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  return {
    x: (timeUs) => MARGIN.left + (width * timeUs) / Math.max(1, spanUs),
    y: (value) => MARGIN.top + height * (1 - Math.min(1, value / bytes)),
    spanUs,
    bytes,
  };
}

function deliveredLine({ delivery }: Transfer, scale: Scale, startUs: number): string {
  const stride = Math.max(1, Math.ceil(delivery.count / MAX_POINTS));
  const points = [`M${scale.x(0).toFixed(1)} ${scale.y(0).toFixed(1)}`];
  for (let i = 0; i < delivery.count; i += stride) {
    const x = scale.x(delivery.timeUs[i]! - startUs).toFixed(1);
    points.push(`H${x}V${scale.y(delivery.bytes[i]!).toFixed(1)}`);
  }
  return `<path d="${points.join("")}" fill="none" stroke="${COLOURS.delivered}" stroke-width="1.6"/>`;
}

function losses(transfer: Transfer, scale: Scale, startUs: number): string[] {
  const lost = lostRows(transfer);
  const stride = Math.max(1, Math.ceil(lost.length / MAX_LOSSES));
  const marks: string[] = [];
  for (let i = 0; i < lost.length; i += stride) {
    const row = lost[i]!;
    const x = scale.x(transfer.rows.timeUs[row]! - startUs).toFixed(1);
    const y = scale.y(transfer.rows.offset[row]!).toFixed(1);
    marks.push(`M${x} ${y}m-2 -2l4 4m0 -4l-4 4`);
  }
  if (marks.length === 0) return [];
  return [`<path d="${marks.join("")}" stroke="${COLOURS.lost}" stroke-width="1" fill="none"/>`];
}

/** The fitted rate of each segment that has one, drawn from where the segment starts. */
function rateLine(judged: TransferJudgement, scale: Scale, startUs: number): string[] {
  const { transfer, segments } = judged;
  const lines: string[] = [];
  transfer.segments.forEach((segment, index) => {
    const finding = segments[index]!;
    const rate = finding.policer ?? finding.shaper;
    if (!rate) return;
    const before = segment.deliveryFrom > 0 ? transfer.delivery.bytes[segment.deliveryFrom - 1]! : 0;
    const payloadShare = transfer.maximumPayload / (transfer.maximumPayload + 52 + 18);
    const end = before + segment.payloadBytes;
    // The line ends where the segment's last byte was delivered, with the slope of the rate.
    const spanUs = Math.min(
      segment.endUs - segment.startUs,
      (segment.payloadBytes * 8e6) / (rate.rateBps * payloadShare),
    );
    const toUs = segment.endUs - startUs;
    const fromBytes = end - (rate.rateBps * payloadShare * spanUs) / 8e6;
    lines.push(
      `<line x1="${scale.x(toUs - spanUs).toFixed(1)}" y1="${scale.y(fromBytes).toFixed(1)}" x2="${scale.x(toUs).toFixed(1)}" y2="${scale.y(end).toFixed(1)}" stroke="${COLOURS.rate}" stroke-width="1.6" stroke-dasharray="7 4"/>`,
    );
  });
  return lines;
}

function gaps(
  { delivery, segments, downstreamRttUs, upstreamRttUs }: Transfer,
  scale: Scale,
  startUs: number,
): string[] {
  const rttUs = (downstreamRttUs || 0) + (upstreamRttUs || 0);
  const limitUs = Math.max(MIN_GAP_US, GAP_RTTS * rttUs);
  const shaded: string[] = [];
  for (const { deliveryFrom, deliveryTo } of segments) {
    for (let i = Math.max(1, deliveryFrom + 1); i < deliveryTo; i++) {
      const from = delivery.timeUs[i - 1]!;
      const to = delivery.timeUs[i]!;
      if (to - from < limitUs) continue;
      const x = scale.x(from - startUs);
      shaded.push(
        `<rect x="${x.toFixed(1)}" y="${MARGIN.top}" width="${(scale.x(to - startUs) - x).toFixed(1)}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}" fill="${COLOURS.gap}"/>`,
      );
    }
  }
  return shaded;
}

function axes(scale: Scale): string[] {
  const bottom = HEIGHT - MARGIN.bottom;
  const parts: string[] = [];
  for (const timeUs of ticks(scale.spanUs)) {
    const x = scale.x(timeUs).toFixed(1);
    parts.push(
      `<line x1="${x}" y1="${MARGIN.top}" x2="${x}" y2="${bottom}" stroke="${COLOURS.grid}" stroke-width="0.5"/>`,
    );
    parts.push(text(scale.x(timeUs), bottom + 18, formatDuration(timeUs), 12, "middle"));
  }
  for (const bytes of ticks(scale.bytes)) {
    const y = scale.y(bytes).toFixed(1);
    parts.push(
      `<line x1="${MARGIN.left}" y1="${y}" x2="${WIDTH - MARGIN.right}" y2="${y}" stroke="${COLOURS.grid}" stroke-width="0.5"/>`,
    );
    parts.push(text(MARGIN.left - 8, scale.y(bytes) + 4, formatBytes(bytes), 12, "end"));
  }
  parts.push(
    text(
      (MARGIN.left + WIDTH - MARGIN.right) / 2,
      bottom + 38,
      "time since the first data packet",
      12,
      "middle",
    ),
  );
  parts.push(
    `<text x="18" y="${(MARGIN.top + bottom) / 2}" font-size="12" fill="${COLOURS.text}" text-anchor="middle" transform="rotate(-90 18 ${(MARGIN.top + bottom) / 2})">payload delivered</text>`,
  );
  return parts;
}

/** About six round steps from 0 to `limit`. */
function ticks(limit: number): number[] {
  if (!(limit > 0)) return [0];
  const raw = limit / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw)!;
  const steps: number[] = [];
  for (let value = 0; value <= limit; value += step) steps.push(value);
  return steps;
}

function legend({ finding }: TransferJudgement): string[] {
  const entries: [string, string][] = [
    [COLOURS.delivered, "delivered"],
    [COLOURS.lost, "lost packet (×)"],
    ["#bbbbbb", "gap"],
  ];
  const rate = finding.policer ?? finding.shaper;
  if (rate) entries.push([COLOURS.rate, `fitted rate ${formatRate(rate.rateBps)} on the wire`]);
  return entries.flatMap(([colour, label], index) => {
    const y = MARGIN.top + 18 + 18 * index;
    return [
      `<rect x="${MARGIN.left + 12}" y="${y - 9}" width="16" height="8" fill="${colour}"/>`,
      text(MARGIN.left + 34, y, label, 12),
    ];
  });
}

function text(x: number, y: number, content: string, size: number, anchor = "start", weight = 400): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" font-weight="${weight}" fill="${COLOURS.text}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\x20-\x7e\u00a0-\uffff]/g, "?");
}
