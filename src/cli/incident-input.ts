/** What incidents are asked with: attempts and timeline out of the store, audience and noticing from files and options. */
import { readFileSync } from "node:fs";
import { ATTEMPT_FIELDS, type Attempt, attemptOf, holdAgainstControls } from "../incident/attempt.ts";
import type { Audience, Noticing } from "../incident/impact.ts";
import { type Findings, lookInOrder, type Question } from "../incident/look-for-incidents.ts";
import { csvFields } from "../observation/csv.ts";
import type { Store } from "../store/store.ts";
import { CommandError } from "./command-error.ts";
import { readTimeSpan } from "./moment.ts";
import { Progress } from "./progress.ts";
import { SameTexts } from "./same-texts.ts";
import { tellIfPartial } from "./store-option.ts";

export interface IncidentOptions {
  readonly country?: string;
  readonly since?: string;
  readonly until?: string;
  readonly audience?: string;
  readonly notice?: string;
}

/** How far before the time asked about measurements are read, for what is usual. */
export const PAST_MS = 30 * 24 * 3_600_000;
const MOST_AUDIENCE_BYTES = 16 << 20;
const AUDIENCE_COLUMNS = ["country", "network", "users", "source"] as const;

export interface IncidentInput {
  /** In order of time, held against their controls. */
  readonly attempts: readonly Attempt[];
  readonly question: Question;
}

export async function findIncidents(
  store: Store,
  options: IncidentOptions,
  nowMs: number,
): Promise<Findings> {
  const { attempts, question } = await readIncidentInput(store, options, nowMs);
  return lookInOrder(attempts, question);
}

export async function readIncidentInput(
  store: Store,
  options: IncidentOptions,
  nowMs: number,
): Promise<IncidentInput> {
  const { sinceMs, untilMs } = readTimeSpan(options, nowMs);
  const country = options.country === undefined ? undefined : countryCode(options.country);
  const audience = options.audience === undefined ? [] : readAudience(options.audience);
  const noticing = options.notice === undefined ? undefined : readNoticing(options.notice);
  const attempts: Attempt[] = [];
  const { observations } = await store.summary();
  const progress = new Progress(`reading ${store.address}`);
  const scope = {
    ...(sinceMs !== undefined && { sinceMs: sinceMs - PAST_MS }),
    ...(untilMs !== undefined && { untilMs }),
  };
  const texts = new SameTexts();
  let read = 0;
  for await (const batch of store.observations(scope, ATTEMPT_FIELDS)) {
    for (const { observation, place } of batch) {
      const attempt = attemptOf(texts.in(observation), place, texts.same);
      if (attempt) attempts.push(attempt);
    }
    read += batch.length;
    progress.update(read, observations);
  }
  progress.stop();
  tellIfPartial(store);
  const question = {
    ...{ timeline: await store.timeline({}), audience },
    ...(noticing && { noticing }),
    ...(sinceMs !== undefined && { sinceMs }),
    // With a beginning alone, up to the present: that nothing was measured lately is told.
    ...(untilMs !== undefined ? { untilMs } : sinceMs !== undefined ? { untilMs: nowMs } : {}),
    ...(country !== undefined && { country }),
  };
  return { attempts: holdAgainstControls(attempts), question };
}

/** ISO 3166-1 alpha-2, in capitals. */
export function countryCode(said: string): string {
  if (!/^[A-Za-z]{2}$/.test(said))
    throw new CommandError(`--country: '${said}' is no country code of two letters such as RU`);
  return said.toUpperCase();
}

/** CSV `country,network,users,source`; an empty network: the whole country. */
export function readAudience(path: string): Audience[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandError(`--audience ${path}: cannot be read: ${(error as Error).message}`);
  }
  if (text.length > MOST_AUDIENCE_BYTES) throw new CommandError(`--audience ${path}: larger than 16 MiB`);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const header = csvFields(lines[0] ?? "")?.map((name) => name.trim().toLowerCase()) ?? [];
  const columns = AUDIENCE_COLUMNS.map((name) => header.indexOf(name));
  if (columns.includes(-1))
    throw new CommandError(
      `--audience ${path}: the first line must name the columns country,network,users,source`,
    );
  const seen = new Set<string>();
  return lines.slice(1).map((line, index) => {
    const where = `--audience ${path}, line ${index + 2}`;
    const fields = csvFields(line) ?? [];
    const [country = "", network = "", users = "", source = ""] = columns.map((column) =>
      (fields[column] ?? "").trim(),
    );
    if (!/^[A-Z]{2}$/.test(country)) throw new CommandError(`${where}: '${country}' is no country code`);
    const asn = /^(?:AS)?(\d{1,10})$/i.exec(network)?.[1];
    if (network !== "" && asn === undefined)
      throw new CommandError(`${where}: '${network}' is no network number`);
    if (!/^\d{1,12}$/.test(users)) throw new CommandError(`${where}: '${users}' is no number of users`);
    const key = `${country} ${asn ?? "all"}`;
    if (seen.has(key)) throw new CommandError(`${where}: ${country} ${network} stands in it twice`);
    seen.add(key);
    if (source === "") throw new CommandError(`${where}: an audience needs its source`);
    return { country, users: Number(users), source, ...(asn !== undefined && { asn: Number(asn) }) };
  });
}

/** "0.3..0.9, Nielsen 1993" */
function readNoticing(text: string): Noticing {
  const match = /^(0(?:\.\d+)?|1(?:\.0+)?)\s*\.\.\s*(0(?:\.\d+)?|1(?:\.0+)?)\s*[,:]\s*(.+)$/.exec(
    text.trim(),
  );
  const [low, high] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || low > high)
    throw new CommandError(
      `--notice: '${text}' is no share with its source: write 0.3..0.9, where it is from`,
    );
  return { low, high, source: match[3]! };
}
