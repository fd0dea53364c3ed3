/** How `probe` speaks to people: a live line, then one sentence that can be quoted, its evidence, and the table. */
import { groupBy } from "../base/group-by.ts";
import { formatBytes, formatRate } from "../base/units.ts";
import type { Observation } from "../observation/observation.ts";
import type { CourseProgress } from "../probe/pairs/course.ts";
import { median } from "../stats/quantile.ts";
import { colours as pc } from "./colours.ts";
import { plainTable } from "./plain-table.ts";
import { catalogueOf, evidenceIn, headline, type Language, ruledOutIn } from "./probe-catalogue.ts";
import type { ProbeVerdict } from "./probe-record.ts";
import { type Spinner, spin } from "./spinner.ts";

export class LiveLine {
  readonly #target: string;
  readonly #language: Language;
  #spinner: Spinner | undefined;

  constructor(target: string, language: Language) {
    this.#target = target;
    this.#language = language;
  }

  /** `soFar`: what the judge makes of it until now. */
  update({ observations, bytes, elapsedMs }: CourseProgress, soFar: string | undefined): void {
    if (!process.stderr.isTTY) return;
    this.#spinner ??= spin();
    const speed = (role: Observation["role"]): string => {
      const known = observations.flatMap((one) =>
        one.role === role && one.goodputBps ? [one.goodputBps] : [],
      );
      return known.length > 0 ? formatRate(median(known)) : "...";
    };
    this.#spinner.text =
      `${this.#target}: ${speed("target")}, control ${speed("control")}; ${observations.length} transfers, ` +
      `${formatBytes(bytes)}, ${(elapsedMs / 1000).toFixed(0)} s` +
      (soFar === undefined ? "" : `; ${evidenceIn(soFar, this.#language)}`);
  }

  say(doing: string): void {
    if (!process.stderr.isTTY) return;
    this.#spinner ??= spin();
    this.#spinner.text = `${this.#target}: ${doing}`;
  }

  /** A line that stays, and that a file of stderr gets as well. */
  announce(line: string): void {
    this.stop();
    process.stderr.write(`${this.#target}: ${line}\n`);
  }

  stop(): void {
    this.#spinner?.stop();
    this.#spinner = undefined;
  }
}

export function speak(
  verdict: ProbeVerdict,
  observations: readonly Observation[],
  language: Language,
): string {
  const catalogue = catalogueOf(language);
  const paint = verdict.state === "ok" ? pc.green : verdict.state === "insufficient" ? pc.yellow : pc.red;
  const lines = [
    paint(headline(verdict, language)),
    ...verdict.evidence.map((sentence) => `  ${evidenceIn(sentence, language)}`),
    ...verdict.ruledOut.map((one) => `  ${ruledOutIn(one, language)}`),
    ...explanationLines(verdict),
    ...(verdict.confidence === undefined ? [] : [`  ${catalogue.confidence(verdict.confidence)}`]),
  ];
  const table = plainTable([...catalogue.columns]);
  table.push(...flowRows(observations));
  const moved = catalogue.moved(verdict.bytes, verdict.seconds);
  return `${lines.join("\n")}\n${table.toString()}\n  ${moved}\n`;
}

/** What --explain found, short; its evidence stands above. */
function explanationLines({ trigger, place, bypass }: ProbeVerdict): string[] {
  const hops = Object.entries(place ?? {}).map(
    ([what, hop]) => `${what === "throttlerHop" ? "throttler" : "blocker"} at hop ${hop}`,
  );
  const ways = Object.entries(bypass ?? {});
  const named = (works: boolean): string =>
    ways
      .filter(([, does]) => does === works)
      .map(([way]) => way)
      .join(", ") || "nothing";
  return [
    ...(trigger?.where === "host"
      ? [`  trigger: the Host of plain HTTP requests (${trigger.connections} connections)`]
      : []),
    ...(trigger?.pattern === undefined
      ? []
      : [`  trigger: ${trigger.pattern} in the SNI (${trigger.connections} connections)`]),
    ...(hops.length > 0 ? [`  place: ${hops.join(", ")}`] : []),
    ...(ways.length > 0 ? [`  gets past it: ${named(true)}; does not: ${named(false)}`] : []),
  ];
}

/**
 * Flows that differ in nothing but when they ran make one row, in the order of their first. Short looks at a control, of no
 * pair, are a row of their own: no speed that is told rests on them.
 */
function flowRows(observations: readonly Observation[]): string[][] {
  const groups = groupBy(observations, (one) =>
    JSON.stringify([one.comparison, one.direction, one.role, one.trigger?.value, isLook(one)]),
  );
  return [...groups.values()].map((flows) => {
    const { comparison, direction, role, trigger } = flows[0]!;
    const speeds = flows.flatMap(({ goodputBps }) => goodputBps ?? []).sort((a, b) => a - b);
    const failures = groupBy(
      flows.filter(({ failure }) => failure !== undefined),
      ({ failure, operation }) => `${failure} (${operation})`,
    );
    return [
      ...[comparison ?? "", direction ?? "", isLook(flows[0]!) ? `${role}, looks` : role],
      ...[trigger?.value ?? "-", String(flows.length)],
      formatBytes(median(flows.map(({ bytes = 0 }) => bytes))),
      speedsIn(speeds),
      [...failures].map(([how, failed]) => `${failed.length} ${how}`).join(", "),
    ];
  });
}

function isLook({ role, pair }: Observation): boolean {
  return role === "control" && pair === undefined;
}

/** `sorted`: of each flow. */
function speedsIn(sorted: readonly number[]): string {
  if (sorted.length === 0) return "";
  const middle = formatRate(median(sorted));
  return sorted.length === 1
    ? middle
    : `${middle}, ${formatRate(sorted[0]!)} to ${formatRate(sorted.at(-1)!)}`;
}
