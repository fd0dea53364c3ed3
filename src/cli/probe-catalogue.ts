/**
 * One catalogue of what `probe` says, English and Russian: the sentence for each state, the words of states and slowness,
 * the consent, and (verdict/russian/evidence.ts) the evidence. Types see to it that no language lacks a word. Numbers are written
 * as the language writes them. Sentences of simulated data say SIMULATED in every language.
 */
import type { Comparison, Role, TransferDirection } from "../observation/observation.ts";
import type { Slowness, State } from "../observation/vocabulary.ts";
import type { RuledOut } from "../verdict/verdict.ts";
import { ENGLISH } from "./catalogue-english.ts";
import { RUSSIAN } from "./catalogue-russian.ts";
import { CommandError } from "./command-error.ts";
import type { ContactRole, ProbeIntent } from "./probe-consent.ts";
import type { ProbeVerdict } from "./probe-record.ts";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

export type Sureness = "certain" | "probable" | "possible";
const SURENESS: readonly (readonly [least: number, Sureness])[] = [
  [0.9, "certain"],
  [0.7, "probable"],
  [0, "possible"],
];

/** Of a verdict, what its headline is made of. */
export interface HeadlineParts {
  readonly target: string;
  readonly sure: Sureness;
  readonly slowness: Slowness | undefined;
  /** Of the limit; undefined where it cannot be told. */
  readonly rateBps: number | undefined;
  readonly targetBps: number;
  readonly controlBps: number | undefined;
  readonly direction: "both" | "up" | "down" | undefined;
  readonly mechanisms: readonly string[];
  /** The first sentence of evidence, in the catalogue's language. */
  readonly because: string;
}

export interface LiveParts {
  readonly target: string;
  readonly control: string;
  readonly transfers: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface Catalogue {
  readonly simulated: string;
  readonly headline: Readonly<Record<State, (parts: HeadlineParts) => string>>;
  readonly states: Readonly<Record<State, string>>;
  readonly slowness: Readonly<Record<Slowness, string>>;
  readonly intent: {
    readonly contacts: string;
    readonly roles: Readonly<Record<ContactRole, string>>;
    /** `budgetBytes`, `budgetSeconds`: for each target. */
    readonly bounds: (budgetBytes: number, budgetSeconds: number, targets: number) => string;
    readonly diary: (dailyBytes: number) => string;
    readonly risk: readonly string[];
    readonly explains: string;
    readonly question: string;
  };
  readonly notEnough: (have: number, needed: number) => string;
  readonly evidence: (sentence: string) => string;
  readonly ruledOut: (explanation: string, because: string) => string;
  readonly confidence: (confidence: number) => string;
  /** Of --patient, before it waits. */
  readonly patience: (minutes: number, until: string) => string;
  readonly moved: (bytes: number, seconds: number) => string;
  /** Of the live line: `target` and `control` are speeds. */
  readonly live: (parts: LiveParts) => string;
  /** Of what --explain found, as it stands below the headline. */
  readonly found: {
    /** Without a pattern: whatever the name. */
    readonly trigger: (where: "sni" | "host", pattern: string | undefined, connections: number) => string;
    readonly place: (what: "throttler" | "blocker", hop: number) => string;
    /** `past`, `not`: shapes of the first bytes that bring full speed back, and that do not. */
    readonly bypass: (past: readonly string[], not: readonly string[]) => string;
  };
  /** Of the table of flows, those of one kind in a row. */
  readonly columns: readonly string[];
  readonly cells: {
    readonly comparisons: Readonly<Record<Comparison, string>>;
    readonly directions: Readonly<Record<TransferDirection, string>>;
    readonly roles: Readonly<Record<Role, string>>;
    /** Of a role: flows of no pair, that only look. */
    readonly looks: (role: string) => string;
    readonly speed: (bps: number) => string;
    readonly range: (low: string, high: string) => string;
    readonly size: (bytes: number) => string;
    /** Instead of the speed of an object of some kB. */
    readonly tooSmall: string;
  };
  /** Where the report of a measurement lies. */
  readonly report: (path: string) => string;
  /** `token`: by which it can be deleted there. */
  readonly submitted: (to: string, uid: string | undefined, token: string | undefined) => string;
  readonly notSubmitted: (why: string) => string;
}

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: ENGLISH, ru: RUSSIAN };

/** The catalogue itself, for what is said beside the headline. */
export function catalogueOf(language: Language): Catalogue {
  return CATALOGUES[language];
}

/** "twitter.com is throttled: ..." */
export function headline(verdict: ProbeVerdict, language: Language): string {
  const { target, state, slowness, rateBps, controlBps, targetBps = 0, confidence = 1, direction } = verdict;
  const catalogue = CATALOGUES[language];
  const sentence = catalogue.headline[state]({
    ...{ target, slowness, controlBps, targetBps, direction, mechanisms: verdict.mechanisms },
    sure: SURENESS.find(([least]) => confidence >= least)![1],
    rateBps,
    because: catalogue.evidence(verdict.evidence[0] ?? ""),
  });
  return verdict.origin === "simulated" ? `${catalogue.simulated}${sentence}` : sentence;
}

/** What will be contacted, how much may be moved, and why that can be risky. */
export function intentLines(intent: ProbeIntent, language: Language): string[] {
  const { contacts, budgetBytes, budgetSeconds, dailyBytes, explains } = intent;
  const targets = contacts.filter(({ role }) => role === "target").length;
  const catalogue = CATALOGUES[language].intent;
  return [
    catalogue.contacts,
    ...contacts.map(({ place, role }) => `  ${place} (${catalogue.roles[role]})`),
    catalogue.bounds(budgetBytes, budgetSeconds, targets),
    ...(dailyBytes === undefined ? [] : [catalogue.diary(dailyBytes)]),
    ...catalogue.risk,
    ...(explains ? [catalogue.explains] : []),
  ];
}

/** Said every time before --patient waits: it is long, and nothing is to be seen meanwhile. */
export function patienceLine(seconds: number, nowMs: number, language: Language): string {
  const until = new Date(nowMs + 1000 * seconds).toISOString().slice(11, 16);
  return CATALOGUES[language].patience(Math.ceil(seconds / 60), `${until} UTC`);
}

/** A sentence of evidence; one that the catalogue does not know stays as it is. */
export function evidenceIn(sentence: string, language: Language): string {
  return CATALOGUES[language].evidence(sentence);
}

/** "not congested: ..." */
export function ruledOutIn({ explanation, because }: RuledOut, language: Language): string {
  return CATALOGUES[language].ruledOut(explanation, because);
}

export function stateWord(state: State, language: Language): string {
  return CATALOGUES[language].states[state];
}

export function slownessWord(slowness: Slowness, language: Language): string {
  return CATALOGUES[language].slowness[slowness];
}

/** "not enough measurements to say (7 of 20 needed)" */
export function notEnough(have: number, needed: number, language: Language): string {
  return CATALOGUES[language].notEnough(have, needed);
}

/** `--lang`; else what the environment says, in POSIX's order (LC_ALL, LC_MESSAGES, LANG); else English. */
export function readLanguage(
  flag: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  if (flag !== undefined) {
    const known = LANGUAGES.find((language) => language === flag);
    if (!known)
      throw new CommandError(
        `--lang: '${flag.slice(0, 40)}' is not known; there are: ${LANGUAGES.join(", ")}`,
      );
    return known;
  }
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== "") ?? "";
  return LANGUAGES.find((language) => new RegExp(`^${language}([_.@-]|$)`, "i").test(locale)) ?? "en";
}
