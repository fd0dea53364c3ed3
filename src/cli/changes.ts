/**
 * `brakelight changes --since 7d`: what started, ended, spread or became uncertain; as text, JSON, a page, an Atom feed, and
 * to webhooks, one event each.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { plainText } from "../base/plain-text.ts";
import type { Change } from "../incident/changes.ts";
import { atomOf, changesPage, citationOf, linkOf } from "./changes-feed.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { changeRecord, findChanges } from "./find-changes.ts";
import { timeOf } from "./incidents-record.ts";
import { readMoment } from "./moment.ts";
import { STORE_OPTION, withKnownStore } from "./store-option.ts";
import { nodeWebhookEffects, postWebhook } from "./webhook.ts";

interface ChangesOptions {
  readonly store?: string;
  readonly since: string;
  readonly now?: string;
  readonly country?: string;
  readonly baseUrl: string;
  readonly atom?: string;
  readonly page?: string;
  readonly webhook?: readonly string[];
  readonly webhookSecret?: string;
  readonly webhookLoopback?: boolean;
  readonly json?: boolean;
}

export function addChanges(program: Command): void {
  program
    .command("changes")
    .description("what is new: what started, ended, spread or became uncertain, a sentence each")
    .option(...STORE_OPTION)
    .option("--since <time>", "7d, 2021-03-10 or RFC 3339", "7d")
    .option("--now <time>", "as if it were then; without it the present")
    .option("--country <code>", "only measurements from there: RU")
    .option("--base-url <url>", "where incidents can be read, for links", "http://127.0.0.1:8470/")
    .option("--atom <file>", "also as an Atom feed")
    .option("--page <file>", "also as a page")
    .option("--webhook <url...>", "also to these addresses, one signed POST a change")
    .option("--webhook-secret <file>", "what webhooks are signed with: the text of this file")
    .option("--webhook-loopback", "allow webhooks on this machine")
    .option("--json", "one JSON record a line (docs/format.md)")
    .action(changes);
}

async function changes(options: ChangesOptions): Promise<void> {
  const nowMs = options.now === undefined ? Date.now() : readMoment("--now", options.now, Date.now());
  const sinceMs = readMoment("--since", options.since, nowMs);
  if (sinceMs >= nowMs) throw new CommandError("--since is not before now");
  const baseUrl = readBaseUrl(options.baseUrl);
  const secret = readSecret(options);
  const { found, measuredSince } = await withKnownStore(options.store, (store) =>
    findChanges(store, sinceMs, nowMs, options.country),
  );
  const about = {
    title: `Brakelight: changes since ${timeOf(sinceMs).slice(0, 10)}`,
    baseUrl,
    updatedMs: nowMs,
  };
  if (options.atom !== undefined) write(options.atom, atomOf(found, about));
  if (options.page !== undefined) write(options.page, changesPage(found, about));
  for (const change of found)
    process.stdout.write(
      options.json
        ? `${JSON.stringify(recordOf(change, baseUrl))}\n`
        : plainText(`${change.kind}: ${change.sentence}\n  ${citationOf(change, baseUrl)}\n`),
    );
  if (found.length === 0 && !options.json)
    process.stdout.write(
      measuredSince === 0
        ? "Nothing was measured in this time: whether anything changed cannot be told.\n"
        : `Nothing started, ended, spread or became uncertain since ${timeOf(sinceMs).slice(0, 16)}.\n`,
    );
  await tell(found, options, secret, baseUrl);
}

function recordOf(change: Change, baseUrl: string): object {
  const { incident, atMs } = change;
  return {
    ...changeRecord(change),
    ...{ link: linkOf(baseUrl, incident.id), citation: citationOf({ incident, atMs }, baseUrl) },
  };
}

async function tell(
  found: readonly Change[],
  options: ChangesOptions,
  secret: string,
  baseUrl: string,
): Promise<void> {
  const effects = { ...nodeWebhookEffects, allowsLoopback: options.webhookLoopback === true };
  const failed: string[] = [];
  for (const url of options.webhook ?? []) {
    for (const change of found) {
      const problem = await postWebhook(url, secret, JSON.stringify(recordOf(change, baseUrl)), effects);
      if (problem !== undefined) failed.push(`--webhook ${problem}`);
    }
  }
  if (failed.length > 0) throw new CommandError([...new Set(failed)].join("\n"), EXIT_NOT_MEASURED);
}

function readBaseUrl(text: string): string {
  if (!/^https?:\/\/[^\s]+$/.test(text)) throw new CommandError(`--base-url: '${text}' is no address`);
  return text.endsWith("/") ? text : `${text}/`;
}

function readSecret({ webhook = [], webhookSecret }: ChangesOptions): string {
  if (webhook.length === 0) return "";
  if (webhookSecret === undefined)
    throw new CommandError("--webhook needs --webhook-secret FILE to be signed with");
  try {
    const secret = readFileSync(webhookSecret, "utf8").trim();
    if (secret.length < 16)
      throw new CommandError(`--webhook-secret ${webhookSecret}: shorter than 16 characters`);
    return secret;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`--webhook-secret ${webhookSecret}: cannot be read: ${(error as Error).message}`);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CommandError(`${path}: cannot be written: ${(error as Error).message}`);
  }
}
