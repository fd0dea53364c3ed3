/**
 * Before the first measurement: what will be contacted, how much may be moved, why that can be risky, and a question.
 * `--yes` records the answer; without a terminal and without it nothing is sent.
 */
import { createInterface } from "node:readline/promises";
import { CommandError } from "./command-error.ts";
import { consents, recordConsent } from "./data-folder.ts";
import { catalogueOf, intentLines, type Language } from "./probe-catalogue.ts";
import { isInLaboratory } from "./probe-way.ts";

/** `stand-in`: where the targets' names are sent instead of their own addresses; `resolver`: is asked for them as well. */
export type ContactRole = "target" | "stand-in" | "resolver" | "server" | "site" | "collector";

export interface Contact {
  readonly place: string;
  readonly role: ContactRole;
}

export interface ProbeIntent {
  readonly contacts: readonly Contact[];
  /** For each target. */
  readonly budgetBytes: number;
  readonly budgetSeconds: number;
  /** Of a diary. */
  readonly dailyBytes?: number;
  /** `explain` sends many hellos of odd shapes, which looks like evasion. */
  readonly explains: boolean;
}

/** Returns when there is consent; else throws what to do. */
export async function obtainConsent(
  intent: ProbeIntent,
  isGiven: boolean,
  language: Language,
): Promise<void> {
  const wanted = intent.explains ? ["pairs", "explain"] : ["pairs"];
  // What was said of a laboratory is no consent to measure a real line.
  const kinds = isInLaboratory() ? wanted.map((kind) => `simulated-${kind}`) : wanted;
  await consentTo(kinds, intentLines(intent, language), catalogueOf(language).intent.question, isGiven);
}

/** `kinds`: of what is done, as they are recorded; `lines` are shown before the question. */
export async function consentTo(
  kinds: readonly string[],
  lines: readonly string[],
  question: string,
  isGiven: boolean,
): Promise<void> {
  const known = consents();
  const missing = kinds.filter((kind) => known[kind] === undefined);
  if (missing.length === 0) return;
  if (!isGiven) {
    for (const line of lines) process.stderr.write(`${line}\n`);
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
      throw new CommandError("nothing was sent: say --yes to consent, or --dry-run to only look");
    }
    const asked = createInterface({ input: process.stdin, output: process.stderr });
    // Ctrl-C is an answer as well.
    const answer = await asked.question(question).catch(() => "");
    asked.close();
    if (!/^(y|yes|д|да)$/i.test(answer.trim())) throw new CommandError("nothing was sent");
  }
  const at = new Date().toISOString();
  for (const kind of missing) recordConsent(kind, at);
}
