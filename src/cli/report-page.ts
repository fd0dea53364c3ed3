/** The record of an incident as the sections of its page. */
import { formatRate } from "../base/units.ts";
import { type PageSection, pageOf } from "../incident/report/page.ts";
import type { IncidentRecord } from "./incidents-record.ts";

const MOST_ROWS = 40;
const QUESTION_WORDS = { where: "WHERE", what: "WHAT", linked: "LINKED" } as const;

export function reportPage(record: IncidentRecord, svg: string, footer: readonly string[]): string {
  const [main] = record.findings;
  return pageOf({
    title: `${record.kind}: ${record.id}`,
    sentence: record.sentence,
    isSimulated: record.origin === "simulated",
    svg,
    sections: [
      ...main!.attributions.map(attributionSection),
      ...(record.bothSides === undefined ? [] : [{ heading: "Both sides", paragraphs: [record.bothSides] }]),
      ...record.findings.map(findingSection),
      ...(record.collateral.length > 0 ? [collateralSection(record)] : []),
      ...(record.impact ? [impactSection(record.impact)] : []),
      ...(record.claims.length > 0 ? [claimsSection(record)] : []),
      ...(record.timeline.length > 0 ? [timelineSection(record)] : []),
    ],
    footer: [...footer, `Methods ${record.methodVersion}, weights ${record.weightsVersion}.`],
  });
}

type Attribution = IncidentRecord["findings"][number]["attributions"][number];

function attributionSection({ question, sentence, answers, evidence, missing }: Attribution): PageSection {
  const names = answers.map(({ answer }) => answer);
  return {
    heading: QUESTION_WORDS[question],
    paragraphs: [sentence, ...(missing === undefined ? [] : [`What would tell: ${missing}.`])],
    table: [
      ["evidence", ...names.map((name, i) => `${name} (${Math.round(100 * answers[i]!.probability)} %)`)],
      ...evidence.map(({ says, likelihoods }) => [
        says,
        ...names.map((name) => String(likelihoods[name] ?? 1)),
      ]),
    ],
  };
}

function findingSection(finding: IncidentRecord["findings"][number]): PageSection {
  const { role, kind, targets, networks, networksWithheld, failures, speeds } = finding;
  const shown = targets.filter(({ part }) => part === "affected").sort((a, b) => b.votes - a.votes);
  const told = networks.filter(({ part }) => part !== "insufficient");
  return {
    heading: {
      main: "What was affected",
      collateral: "Hit with it",
      "other-side": "What those inside could not reach",
    }[role],
    paragraphs: [
      `${kind}: ${shown
        .slice(0, MOST_ROWS)
        .map(({ target, troubles, votes }) => `${target} (${troubles}/${votes})`)
        .join(", ")}`,
      ...(Object.keys(failures).length > 0
        ? [
            `How it failed: ${Object.entries(failures)
              .map(([name, count]) => `${name} ${count}`)
              .join(", ")}`,
          ]
        : []),
      ...(speeds
        ? [
            `${formatRate(speeds.targetBps)} beside ${formatRate(speeds.controlBps)} of controls (medians of ${speeds.pairs} pairs)`,
          ]
        : []),
      ...(networksWithheld > 0
        ? [`${networksWithheld} networks seen from fewer than three places are not told.`]
        : []),
    ],
    table: [
      ["network", "country", "", "trouble", "measurements"],
      ...told
        .slice(0, MOST_ROWS)
        .map(({ asn, networkName, country, part, troubles, votes }) => [
          `${networkName ?? ""} AS${asn}`.trim(),
          ...[country ?? "", part, String(troubles), String(votes)],
        ]),
    ],
  };
}

function collateralSection({ collateral }: IncidentRecord): PageSection {
  return {
    heading: `Hit beside what was meant: ${collateral.length} names`,
    table: [
      ["name", "by", "shared", "trouble", "measurements"],
      ...collateral
        .slice(0, MOST_ROWS)
        .map(({ target, how, shared, troubles, votes }) => [
          target,
          how,
          shared,
          String(troubles),
          String(votes),
        ]),
    ],
  };
}

function impactSection({
  state,
  factors,
  users,
  missing,
}: NonNullable<IncidentRecord["impact"]>): PageSection {
  const whole = (value: number): string =>
    value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return {
    heading: "How many noticed",
    paragraphs: [
      state === "absent"
        ? `Cannot be said; missing: ${missing}.`
        : `${whole(users!.low)} to ${whole(users!.high)} people.`,
    ],
    table: [
      ["factor", "low", "high", "source"],
      ...factors.map(({ name, low, high, source }) => [name, whole(low), whole(high), source]),
    ],
  };
}

function claimsSection({ claims }: IncidentRecord): PageSection {
  return {
    heading: "What was said, held against the measurements",
    table: [
      ["who", "claim", "source", "", "because"],
      ...claims.map(({ who, text, source, state, because }) => [who ?? "", text, source, state, because]),
    ],
  };
}

function timelineSection({ timeline }: IncidentRecord): PageSection {
  return {
    heading: "Timeline",
    table: [
      ["time", "who", "", "source"],
      ...timeline
        .slice(0, MOST_ROWS)
        .map(({ time, who, text, source }) => [time.slice(0, 16).replace("T", " "), who ?? "", text, source]),
    ],
  };
}
