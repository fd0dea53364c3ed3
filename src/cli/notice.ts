/**
 * `brakelight notice URL`: would people notice? A real Chromium loads the page and, beside it in random order, a page to
 * compare with, with nothing kept and once more; text, pictures and video are timed, and judged by what people can tell apart.
 */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { seededRandom } from "../base/random.ts";
import type { PageLoad } from "../observation/page-load.ts";
import { findBrowser } from "../probe/page-load/find-browser.ts";
import { type Loaded, loadTwice } from "../probe/page-load/load-page.ts";
import { startBrowser } from "../probe/page-load/start-browser.ts";
import { judgeNoticeability, LEAST_LOADS } from "../verdict/page/noticeability.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { filmPage } from "./film-page.ts";
import { noticeRecord, noticeTable } from "./notice-output.ts";
import { noticeSentence } from "./notice-sentences.ts";
import { consentTo } from "./probe-consent.ts";
import { readNumber } from "./probe-options.ts";
import { isInLaboratory, relayOf } from "./probe-way.ts";

interface NoticeOptions {
  readonly control?: string;
  readonly repeat: string;
  readonly watch: string;
  readonly film?: string;
  readonly ca?: string;
  readonly smallHello?: boolean;
  readonly seed?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const MOST_REPEATS = 100;
const MOST_WATCHED_S = 600;

export function addNotice(program: Command): void {
  program
    .command("notice <url>")
    .description("load a page in a real browser, and say whether people would notice that it is slow")
    .option("--control <url>", "a page of the same kind that is not slow: what to compare with")
    .option("--repeat <n>", `loads of each; a word needs ${LEAST_LOADS}`, String(LEAST_LOADS))
    .option("--watch <seconds>", "how long a load is watched at most", "60")
    .option("--film <file>", "an HTML page of what was to be seen, and when")
    .option("--ca <file>", "trust this authority as well, PEM")
    .option(
      "--small-hello",
      "greet in one packet (TLS 1.2): some boxes do not see names in today's longer hellos",
    )
    .option("--seed <n>", "of the order in which pages are loaded")
    .option("-y, --yes", "consent to what it contacts")
    .option("--dry-run", "say what it would load, and end")
    .option("--json", "one JSON record a line: page-load, then noticeability")
    .action(notice);
}

async function notice(url: string, options: NoticeOptions): Promise<void> {
  const pages = [
    { role: "target" as const, url: pageAddress(url) },
    ...(options.control === undefined
      ? []
      : [{ role: "control" as const, url: pageAddress(options.control) }]),
  ];
  const repeat = readNumber("--repeat", options.repeat, 1, MOST_REPEATS);
  const watchMs = 1000 * readNumber("--watch", options.watch, 1, MOST_WATCHED_S);
  const lines = [
    `A browser will load ${pages.map((page) => page.url).join(" and ")}, ${2 * repeat} times each, and whatever they refer to.`,
    "Your network sees that, as with any visit. Nothing is sent anywhere else.",
  ];
  if (options.dryRun) {
    process.stdout.write(`${lines.join("\n")}\n`);
    return;
  }
  const executable = findBrowser();
  if (executable === undefined)
    throw new CommandError(
      "there is no Chromium: install it (Debian: apt-get install chromium), or set BRAKELIGHT_BROWSER to its path",
      EXIT_NOT_MEASURED,
    );
  if (!isInLaboratory()) await consentTo(["page-load"], lines, "Go on? [y/N] ", options.yes === true);
  const loaded = await loadAll({ pages, repeat, watchMs, executable, options });
  const loads = loaded.map(({ load }) => load);
  const of = (role: PageLoad["role"]): PageLoad[] => loads.filter((load) => load.role === role);
  const judgements = judgeNoticeability(of("target"), of("control"));
  if (options.film !== undefined) writeFileSync(options.film, filmPage(loaded));
  if (options.json) {
    const record = noticeRecord(pages, judgements, isInLaboratory() ? "simulated" : "measured");
    process.stdout.write(`${JSON.stringify(record)}\n`);
  } else {
    const name = new URL(pages[0]!.url).hostname;
    process.stdout.write(`${noticeSentence(name, judgements, isInLaboratory())}\n\n`);
    process.stdout.write(`${noticeTable(judgements)}\n`);
    for (const { failure } of of("target").slice(0, 1))
      if (failure !== undefined) process.stderr.write(`The page itself did not load: ${failure}\n`);
    if (options.control === undefined)
      process.stderr.write("Nothing to compare with: give a page of the same kind with --control\n");
  }
  if (loads.every(({ failure }) => failure !== undefined)) process.exitCode = EXIT_NOT_MEASURED;
}

interface Plan {
  readonly pages: readonly { readonly role: "target" | "control"; readonly url: string }[];
  readonly repeat: number;
  readonly watchMs: number;
  readonly executable: string;
  readonly options: NoticeOptions;
}

async function loadAll({ pages, repeat, watchMs, executable, options }: Plan): Promise<Loaded[]> {
  const authority = options.ca ?? (isInLaboratory() ? process.env["SSL_CERT_FILE"] : undefined);
  const relay = relayOf();
  const browser = await startBrowser({
    executable,
    hasSmallHello: options.smallHello === true,
    ...(authority !== undefined && { authority }),
    ...(relay && { proxy: `http://${relay.address}:${relay.port}` }),
  }).catch((error: Error) => {
    throw new CommandError(
      `${executable} does not start: ${error.message.split("\n", 1)[0]}`,
      EXIT_NOT_MEASURED,
    );
  });
  const random = seededRandom(
    options.seed === undefined ? Date.now() % 1e9 : readNumber("--seed", options.seed, 0, 1e9),
  );
  const origin = isInLaboratory() ? ("simulated" as const) : ("measured" as const);
  const loaded: Loaded[] = [];
  try {
    for (let round = 0; round < repeat; round++) {
      const order = random.next() < 0.5 ? pages : [...pages].reverse();
      for (const { role, url } of order) {
        if (process.stderr.isTTY) process.stderr.write(`round ${round + 1} of ${repeat}: ${url}\n`);
        const isFilmed = options.film !== undefined && round === 0;
        const pair = await loadTwice(browser, { url, role, origin, watchMs, isFilmed });
        loaded.push(...pair);
        if (options.json) for (const { load } of pair) process.stdout.write(`${JSON.stringify(load)}\n`);
      }
    }
  } finally {
    await browser.close();
  }
  return loaded;
}

/** http and https only; a bare name is https. */
function pageAddress(text: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.hostname === "")
    throw new CommandError(`'${text}' is no address of a page such as https://example.org/`);
  return url.href;
}
