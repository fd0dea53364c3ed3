/** How `probe` speaks to people: a live line, then one sentence that can be quoted, its evidence, and the table. */
import ora, { type Ora } from "ora";
import pc from "picocolors";
import { formatBytes, formatRate } from "../base/units.ts";
import type { Observation } from "../observation/observation.ts";
import type { CourseProgress } from "../probe/pairs/course.ts";
import { median } from "../stats/quantile.ts";
import { plainTable } from "./plain-table.ts";
import type { ProbeVerdict } from "./probe-record.ts";

export class LiveLine {
  readonly #target: string;
  #spinner: Ora | undefined;

  constructor(target: string) {
    this.#target = target;
  }

  update({ observations, bytes, elapsedMs }: CourseProgress): void {
    if (!process.stderr.isTTY) return;
    this.#spinner ??= ora({ stream: process.stderr }).start();
    const speed = (role: Observation["role"]): string => {
      const known = observations.flatMap((one) =>
        one.role === role && one.goodputBps ? [one.goodputBps] : [],
      );
      return known.length > 0 ? formatRate(median(known)) : "...";
    };
    this.#spinner.text =
      `${this.#target}: ${speed("target")}, control ${speed("control")}; ${observations.length} transfers, ` +
      `${formatBytes(bytes)}, ${(elapsedMs / 1000).toFixed(0)} s`;
  }

  stop(): void {
    this.#spinner?.stop();
  }
}

const SURE: readonly (readonly [number, string])[] = [
  [0.9, ""],
  [0.7, "probably "],
  [0, "perhaps "],
];

/** "twitter.com is throttled: ..." */
export function headline(verdict: ProbeVerdict): string {
  const { target, state, slowness, rateBps, controlBps, targetBps, confidence = 1, direction } = verdict;
  const sure = SURE.find(([least]) => confidence >= least)![1];
  const simulated = verdict.origin === "simulated" ? "SIMULATED: " : "";
  const beside = controlBps === undefined ? "" : `, while the control reached ${formatRate(controlBps)}`;
  const ways =
    direction === "both"
      ? ", both ways"
      : direction === "up"
        ? ", uploads"
        : direction === "down"
          ? ", downloads"
          : "";
  switch (state) {
    case "throttled":
      if (slowness === "delayed")
        return `${simulated}${target} is ${sure}throttled: its handshake is delayed`;
      return `${simulated}${target} is ${sure}throttled: ${slowness === undefined || slowness === "undecided" ? "held" : slowness} at ${formatRate(rateBps ?? targetBps ?? 0)}${ways}${beside}`;
    case "blocked":
      return slowness === "frozen"
        ? `${simulated}${target} is ${sure}blocked: transfers freeze`
        : `${simulated}${target} is ${sure}blocked (${verdict.mechanisms.join(", ") || "no mechanism seen"})`;
    case "down":
      return `${simulated}${target} is ${sure}down, as seen from here`;
    case "ok":
      return slowness === undefined
        ? `${simulated}${target} is not throttled: ${formatRate(targetBps ?? 0)}${beside}`
        : `${simulated}${target} is not throttled: slow for everything (${formatRate(targetBps ?? 0)}${beside})`;
    case "invalid":
      return `${simulated}${target}: nothing can be said from here: ${verdict.evidence[0]}`;
    default:
      return `${simulated}${target}: cannot tell: ${verdict.evidence[0]}`;
  }
}

export function speak(verdict: ProbeVerdict, observations: readonly Observation[]): string {
  const paint = verdict.state === "ok" ? pc.green : verdict.state === "insufficient" ? pc.yellow : pc.red;
  const lines = [paint(headline(verdict))];
  for (const sentence of verdict.evidence) lines.push(`  ${sentence}`);
  for (const { explanation, because } of verdict.ruledOut) lines.push(`  not ${explanation}: ${because}`);
  if (verdict.confidence !== undefined) lines.push(`  confidence ${verdict.confidence.toFixed(2)}`);
  return `${lines.join("\n")}\n${flowTable(observations)}\n  ${formatBytes(verdict.bytes)} in ${verdict.seconds.toFixed(1)} s\n`;
}

function flowTable(observations: readonly Observation[]): string {
  const rows = observations.map((one) => [
    one.comparison ?? "",
    one.direction ?? "",
    one.role,
    one.trigger?.value ?? "(no name)",
    formatBytes(one.bytes ?? 0),
    one.durationUs === undefined ? "" : `${(one.durationUs / 1e6).toFixed(1)} s`,
    one.goodputBps === undefined ? "" : formatRate(one.goodputBps),
    one.failure === undefined ? "" : `${one.failure} (${one.operation})`,
  ]);
  const table = plainTable(["against", "way", "arm", "name sent", "moved", "time", "speed", "failed"]);
  table.push(...rows);
  return table.toString();
}
