/**
 * `brakelight serve`: the collector and the API over one store, until SIGINT or SIGTERM. On loopback unless told otherwise.
 */

import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { parseBytes } from "../base/quantity.ts";
import type { RunningServer } from "../server/server.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { dataFolder } from "./data-folder.ts";
import { ownName } from "./own-name.ts";
import { readNumber } from "./probe-options.ts";
import { isClusterAddress, openStore, STORE_OPTION } from "./store-option.ts";

interface ServeOptions {
  readonly store?: string;
  readonly listen: string;
  readonly port: string;
  readonly name: readonly string[];
  readonly behindProxy?: boolean;
  readonly journal?: string;
  readonly journalSize: string;
  readonly rate: string;
  readonly judgeEvery: string;
  readonly targets?: string;
  readonly lab?: boolean;
  readonly json?: boolean;
}

/** Of the built program: dist/dashboard (scripts/setup.mjs). */
const PAGES = fileURLToPath(new URL("../dashboard", import.meta.url));
const TOKEN_BYTES = 24;
const LOOPBACK = new Set(["127.0.0.1", "::1"]);
const HIGHEST_PORT = 65_535;
const HIGHEST_RATE = 10_000_000;
const MINUTE_MS = 60_000;
const LONGEST_JUDGE_MINUTES = 10_080;
const DEFAULT_PORT = "8470";
const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

export function addServe(program: Command, version: string): void {
  program
    .command("serve")
    .description("collect measurements and show what they say: pages, and an API with OONI's paths")
    .option(...STORE_OPTION)
    .option("--listen <address>", "an address of this machine", "127.0.0.1")
    .option("--port <n>", "plain HTTP; certificates are a proxy's business", DEFAULT_PORT)
    .option("--name <host>", "a name under which it answers, of the proxy in front; repeatable", collect, [])
    .option("--behind-proxy", "clients' addresses come from a proxy on this machine (X-Forwarded-For)")
    .option("--journal <folder>", "what was acknowledged and is not yet stored; default: beside the store")
    .option("--journal-size <size>", "more than this is not taken until the store keeps up", "1 GB")
    .option("--rate <n>", "measurements a minute from one client", "600")
    .option("--judge-every <minutes>", "of a large store: judge what is new at most so often", "15")
    .option("--targets <file>", "offer the volunteer's test at /test, of the objects in this targets.yaml")
    .option("--lab", "let the pages run laboratories on this machine; with the token, on loopback only")
    .option("--json", "one JSON record a line")
    .action((options: ServeOptions) => serve(options, version));
}

function collect(name: string, before: readonly string[]): readonly string[] {
  return [...before, name];
}

async function serve(options: ServeOptions, version: string): Promise<void> {
  const port = readNumber("--port", options.port, 0, HIGHEST_PORT);
  const rate = readNumber("--rate", options.rate, 1, HIGHEST_RATE);
  const journalBytes = parseBytes(options.journalSize);
  if (!journalBytes.ok) throw new CommandError(`--journal-size: ${journalBytes.problem.reason}`);
  if (isIP(options.listen) === 0)
    throw new CommandError(`--listen is an IP address of this machine, not '${options.listen}'`);
  if (options.lab && (!LOOPBACK.has(options.listen) || options.behindProxy || options.name.length > 0))
    throw new CommandError("--lab is for this machine alone: leave --listen, --name and --behind-proxy out");
  const names = options.name.map((name) => name.toLowerCase());
  for (const name of names)
    if (!NAME.test(name))
      throw new CommandError(`--name: '${name}' is no host name such as collector.example`);
  // Loaded here, so that other commands start without it.
  const [{ startServer }, { pino }] = await Promise.all([import("../server/server.ts"), import("pino")]);
  const { keepJudging } = await import("./judging/keep-judging.ts");
  const { JournalProblem } = await import("../server/journal/journal.ts");
  const { volunteerOf } = await import("./serve-targets.ts");
  const volunteer = options.targets === undefined ? undefined : volunteerOf(options.targets);
  const laboratory = options.lab ? (await import("./serve-lab.ts")).laboratoryDoor() : undefined;
  const ended = endSignal();
  const adminToken = randomBytes(TOKEN_BYTES).toString("base64url");
  const everyMs = readNumber("--judge-every", options.judgeEvery, 1, LONGEST_JUDGE_MINUTES) * MINUTE_MS;
  const store = await openStore(options.store);
  const journalFolder = options.journal ?? join(journalHome(options.store, store.address), "journal");
  try {
    const logger = pino({ level: "warn", base: null }, pino.destination({ dest: 2, sync: true }));
    const onTrouble = (message: string): void => logger.error(message);
    const judgements = keepJudging(store, { place: options.store, everyMs, onTrouble });
    const server = await startServer({
      ...{ store, listen: options.listen, port, names, isBehindProxy: options.behindProxy === true },
      ...{ version, adminToken, judgements, pagesFolder: PAGES },
      ...(volunteer && { volunteer }),
      ...(laboratory && { laboratory }),
      ...{ journalFolder, deadLetters: join(journalFolder, "dead-letters.jsonl"), logger },
      limits: { submissionsPerMinute: rate, journalBytes: journalBytes.value },
    }).catch((error: unknown) => {
      if (error instanceof JournalProblem) throw new CommandError(error.message, EXIT_NOT_MEASURED);
      throw listenProblem(error, options);
    });
    tell(server, store.address, adminToken, options);
    judgements.start();
    await ended;
    await judgements.stop();
    await server.close();
  } finally {
    await store.close();
  }
}

function tell({ port }: RunningServer, store: string, token: string, options: ServeOptions): void {
  const { listen, json, targets, lab } = options;
  const address = `http://${listen.includes(":") ? `[${listen}]` : listen}:${port}`;
  const text = json
    ? JSON.stringify({ type: "serve", address, store, token })
    : [
        `Serving ${store} at ${address}/`,
        ...(targets === undefined ? [] : [`The volunteer's test: ${address}/test`]),
        ...(lab ? [`The laboratory, with the token below: ${address}/laboratory`] : []),
        `Submit to it: ${ownName()} probe NAME --submit ${address}`,
        `The operator's token, for what others may not see: ${token}`,
        `What it answers: ${address}/api/openapi.json; end it with Ctrl-C`,
      ].join("\n");
  process.stdout.write(`${text}\n`);
}

/** A second signal ends the process as it would without this. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function listenProblem(error: unknown, { listen, port }: ServeOptions): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const where = `port ${port} of ${listen}`;
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use: end what uses it, or give another with --port`,
    EACCES: `${where} needs root or CAP_NET_BIND_SERVICE: give a port above 1023 with --port, and a proxy in front`,
    EADDRNOTAVAIL: `this machine has no address ${listen}: see 'ip address', or leave --listen out`,
  };
  const told = code === undefined ? undefined : advice[code];
  return told === undefined ? error : new CommandError(told, EXIT_NOT_MEASURED);
}

/** Beside the store's file; of a cluster, in the data folder of this machine. */
function journalHome(place: string | undefined, address: string): string {
  return place !== undefined && isClusterAddress(place) ? dataFolder() : dirname(address);
}
