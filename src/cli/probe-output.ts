/** How `probe` speaks to people: a live line, then one sentence that can be quoted, its evidence, and the table. */
import { groupBy } from "../base/group-by.ts";
import { formatRate } from "../base/units.ts";
import type { Observation } from "../observation/observation.ts";
import type { CourseProgress } from "../probe/pairs/course.ts";
import { median } from "../stats/quantile.ts";
import { flowOf } from "../verdict/pair/flow.ts";
import { smallObjectBytes } from "../verdict/pair/object-size.ts";
import { colours as pc } from "./colours.ts";
import { plainTable } from "./plain-table.ts";
import {
  type Catalogue,
  catalogueOf,
  evidenceIn,
  headline,
  type Language,
  ruledOutIn,
} from "./probe-catalogue.ts";
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
    const seen = catalogueOf(this.#language).live({
      ...{ target: speed("target"), control: speed("control"), transfers: observations.length },
      ...{ bytes, seconds: elapsedMs / 1000 },
    });
    this.#spinner.text = `${this.#target}: ${seen}${soFar === undefined ? "" : `; ${evidenceIn(soFar, this.#language)}`}`;
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
  // Where nothing can be told, the headline itself says why.
  const isSaid = verdict.state === "insufficient" || verdict.state === "invalid";
  const lines = [
    paint(headline(verdict, language)),
    ...explanationLines(verdict, catalogue),
    ...verdict.evidence.slice(isSaid ? 1 : 0).map((sentence) => `  ${evidenceIn(sentence, language)}`),
    ...verdict.ruledOut.map((one) => `  ${ruledOutIn(one, language)}`),
    ...(verdict.confidence === undefined ? [] : [`  ${catalogue.confidence(verdict.confidence)}`]),
  ];
  // Where no flow ran there is nothing to add to what is said.
  if (observations.length === 0) return `${lines.join("\n")}\n`;
  const table = plainTable([...catalogue.columns]);
  table.push(...flowRows(observations, catalogue));
  const moved = catalogue.moved(verdict.bytes, verdict.seconds);
  return `${lines.join("\n")}\n${table.toString()}\n  ${moved}\n`;
}

/** What --explain found, short; what it rests on stands below. */
function explanationLines({ trigger, place, bypass }: ProbeVerdict, { found }: Catalogue): string[] {
  const ways = Object.entries(bypass ?? {});
  const named = (works: boolean): string[] => ways.flatMap(([way, does]) => (does === works ? [way] : []));
  return [
    ...(trigger ? [found.trigger(trigger.where, trigger.pattern, trigger.connections)] : []),
    ...(place?.throttlerHop === undefined ? [] : [found.place("throttler", place.throttlerHop)]),
    ...(place?.blockerHop === undefined ? [] : [found.place("blocker", place.blockerHop)]),
    ...(ways.length > 0 ? [found.bypass(named(true), named(false))] : []),
  ].map((line) => `  ${line}`);
}

/**
 * Flows that differ in nothing but when they ran make one row, in the order of their first. Short looks at a control, of no
 * pair, are a row of their own: no speed that is told rests on them.
 */
function flowRows(observations: readonly Observation[], { cells }: Catalogue): string[][] {
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
    const arm = cells.roles[role];
    const isSmall = smallObjectBytes(flows.map(flowOf)) !== undefined;
    return [
      ...[comparison ? cells.comparisons[comparison] : "", direction ? cells.directions[direction] : ""],
      ...[isLook(flows[0]!) ? cells.looks(arm) : arm, trigger?.value ?? "-", String(flows.length)],
      cells.size(median(flows.map(({ bytes = 0 }) => bytes))),
      isSmall ? cells.tooSmall : speedsIn(speeds, cells),
      [...failures].map(([how, failed]) => `${failed.length} ${how}`).join(", "),
    ];
  });
}

function isLook({ role, pair }: Observation): boolean {
  return role === "control" && pair === undefined;
}

/** `sorted`: of each flow. */
function speedsIn(sorted: readonly number[], { speed, range }: Catalogue["cells"]): string {
  if (sorted.length === 0) return "";
  const middle = speed(median(sorted));
  return sorted.length === 1 ? middle : `${middle}, ${range(speed(sorted[0]!), speed(sorted.at(-1)!))}`;
}
