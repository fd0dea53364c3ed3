/** What `probe` says in English. */
import { counted, formatBytes, formatRate } from "../base/units.ts";
import { COMPARISONS, DIRECTIONS, ROLES } from "../observation/observation.ts";
import { SLOWNESS, STATES } from "../observation/vocabulary.ts";
import type { Catalogue, HeadlineParts, Sureness } from "./probe-catalogue.ts";

const SURE: Readonly<Record<Sureness, string>> = { certain: "", probable: "probably ", possible: "perhaps " };
const WAYS = { both: ", both ways", up: ", uploads", down: ", downloads" } as const;

function beside({ controlBps }: HeadlineParts): string {
  return controlBps === undefined ? "" : `, while the control reached ${formatRate(controlBps)}`;
}

/** The vocabulary is English: each word is its own. */
function ownWords<T extends string>(words: readonly T[]): Record<T, string> {
  return Object.fromEntries(words.map((word) => [word, word])) as unknown as Record<T, string>;
}

export const ENGLISH: Catalogue = {
  simulated: "SIMULATED: ",
  headline: {
    throttled: (parts) => {
      const { target, sure, slowness, rateBps, targetBps, direction } = parts;
      const start = `${target} is ${SURE[sure]}throttled: `;
      if (slowness === "delayed") return `${start}its handshake is delayed`;
      const how = slowness === undefined || slowness === "undecided" ? "held" : slowness;
      const way = direction ? WAYS[direction] : "";
      if (rateBps === undefined)
        return `${start}${how}${way}, at a rate that could not be told; its transfers moved at ${formatRate(targetBps)}${beside(parts)}`;
      return `${start}${how} at ${formatRate(rateBps)}${way}${beside(parts)}`;
    },
    blocked: ({ target, sure, slowness, mechanisms }) =>
      slowness === "frozen"
        ? `${target} is ${SURE[sure]}blocked: transfers freeze`
        : `${target} is ${SURE[sure]}blocked (${mechanisms.join(", ") || "no mechanism seen"})`,
    down: ({ target, sure }) => `${target} is ${SURE[sure]}down, as seen from here`,
    ok: (parts) => {
      const speeds = `${formatRate(parts.targetBps)}${beside(parts)}`;
      return parts.slowness === undefined
        ? `${parts.target} is not throttled: ${speeds}`
        : `${parts.target} is not throttled: slow for everything (${speeds})`;
    },
    invalid: ({ target, because }) => `${target}: nothing can be said from here (invalid): ${because}`,
    insufficient: ({ target, because }) => `${target}: cannot tell (insufficient): ${because}`,
  },
  states: ownWords(STATES),
  slowness: ownWords(SLOWNESS),
  intent: {
    contacts: "This measurement will contact:",
    roles: {
      target: "target",
      "stand-in": "gets the targets' connections (--connect)",
      resolver: "name server: is asked for the targets' names as well; --resolver none: nobody",
      server: "control server",
      site: "control site",
      collector: "collector: gets the report",
    },
    bounds: (bytes, seconds, targets) =>
      `It moves at most ${formatBytes(bytes)} for each target and takes at most ${seconds} s${targets > 1 ? ` for each: with ${targets} targets at most ${formatBytes(targets * bytes)} and ${Math.ceil((targets * seconds) / 60)} min in all` : ""}. Nothing is sent to anybody else.`,
    diary: (bytes) => `It is measured again and again, with at most ${formatBytes(bytes)} a day.`,
    risk: [
      "Beside the target's name a made-up one is sent, such as kwuzrboenh.org, to tell whether the name matters.",
      "Control sites are also asked for their first page, encrypted and in clear text, and your name server for every name here.",
      "Whoever watches your line can see the names that are asked for, and that they are asked for again and again. In some",
      "countries measuring censorship is risky: do not go on where that could harm you.",
    ],
    explains:
      "--explain also sends hellos in shapes that get past filters: to an observer that looks like evasion.",
    question: "Go on? [y/N] ",
  },
  notEnough: (have, needed) => `not enough measurements to say (${have} of ${needed} needed)`,
  evidence: (sentence) => sentence,
  ruledOut: (explanation, because) =>
    `not ${/^slow s/.test(explanation) ? "a " : ""}${explanation}: ${because}`,
  confidence: (confidence) => `confidence ${confidence.toFixed(2)}`,
  patience: (minutes, until) =>
    `--patient: for how long a box remembers a connection that is still; this takes up to ${minutes} min, until ${until}`,
  moved: (bytes, seconds) => `${formatBytes(bytes)} in ${seconds.toFixed(1)} s`,
  live: ({ target, control, transfers, bytes, seconds }) =>
    `${target}, control ${control}; ${counted(transfers, "transfer")}, ${formatBytes(bytes)}, ${seconds.toFixed(0)} s`,
  found: {
    trigger: (where, pattern, connections) => {
      const what =
        where === "host"
          ? "the Host of plain HTTP requests"
          : pattern === undefined
            ? "the name in the TLS hello (SNI)"
            : `${pattern} in the SNI`;
      return `trigger: ${what} (${counted(connections, "connection")})`;
    },
    place: (what, hop) => `place: ${what} at hop ${hop}`,
    bypass: (past, not) =>
      past.length === 0
        ? `nothing that was tried gets past it: ${not.join(", ")}`
        : `gets past it: ${past.join(", ")}${not.length === 0 ? "" : `; does not: ${not.join(", ")}`}`,
  },
  columns: [
    ...["against", "way", "arm", "name sent", "flows", "moved each"],
    ...["speed of the whole flow: median, range", "failed"],
  ],
  cells: {
    comparisons: ownWords(COMPARISONS),
    directions: ownWords(DIRECTIONS),
    roles: ownWords(ROLES),
    looks: (role) => `${role}, looks`,
    speed: formatRate,
    range: (low, high) => `${low} to ${high}`,
    size: formatBytes,
    tooSmall: "too small to tell",
  },
  report: (path) => `report: ${path}`,
  submitted: (to, uid, token) =>
    `submitted to ${to} as ${uid ?? "a measurement"}${token === undefined ? "" : `; to have it deleted: ${token}`}`,
  notSubmitted: (why) => `not submitted: ${why}`,
};
