/**
 * How a played scenario reads on a terminal: the timeline as it happens, each visit as a line, at the end a table of
 * the speeds that each client saw.
 */
import pc from "picocolors";
import { bitsPerSecond, formatBytes, formatDuration, formatRate } from "../base/units.ts";
import type { Started } from "./lab-choice.ts";
import type { Seal } from "./lab-play.ts";
import { sentenceOf } from "./lab-sentences.ts";
import type { Sink } from "./output.ts";
import { plainTable } from "./plain-table.ts";

type Line = Record<string, unknown>;

export class LabStory {
  readonly #started: Started;
  readonly #sink: Sink;
  readonly #visits: Line[] = [];

  constructor(started: Started, sink: Sink) {
    this.#started = started;
    this.#sink = sink;
  }

  begin(sealHash: string | undefined): void {
    const { record, scenario } = this.#started;
    this.#sink.line(`${pc.bold("SIMULATED")} ${scenario.title}`);
    this.#sink.line(
      `${scenario.networks.length} access networks, ${scenario.sites.length} sites; seed ${record.seed}, ` +
        `${record.backend === "kernel" ? "kernel namespaces" : "relays over loopback"}; records in ${record.out}`,
    );
    if (sealHash) this.#sink.line(`The cause is sealed: sha256 ${sealHash}`);
    this.#sink.flush();
  }

  tell(line: Line): void {
    const time = pc.dim(shortTime(line));
    if (line["type"] === "visit") {
      this.#visits.push(line);
      this.#sink.line(`${time}   ${visitSentence(line)}`);
      return;
    }
    const sentence = sentenceOf(line);
    if (sentence) this.#sink.line(`${time} ${sentence}`);
  }

  end(cause: string | undefined, seal: Seal | undefined): void {
    if (this.#visits.length > 0) this.#sink.line(speedTables(this.#visits));
    if (cause) this.#sink.line(`The cause was: ${pc.bold(cause)}`);
    if (seal) this.#sink.line(`The seal was of: ${seal.sealed}`);
    this.#sink.line(`Records: ${this.#started.record.out}`);
    this.#sink.flush();
  }
}

/** To the minute. */
function shortTime(line: Line): string {
  return String(line["time"]).slice(0, 16).replace("T", " ");
}

function visitSentence(line: Line): string {
  const who = `${line["client"]} ${line["direction"] === "up" ? "to" : "from"} ${line["name"]}`;
  const truth = line["truth"] === "ok" ? "" : pc.yellow(` (truth: ${line["truth"]})`);
  return `${who}: ${outcomeText(line)}${truth}`;
}

/** "383 kB in 21.3 s, 144 kbit/s"; "no answer to the hello (generic_timeout_error)". */
export function outcomeText(line: Line): string {
  const bytes = Number(line["bytes"] ?? 0);
  const transferUs = Number(line["transferUs"] ?? 0);
  const failure = line["failure"];
  const moved =
    bytes > 0 && transferUs > 0
      ? `${formatBytes(bytes)} in ${formatDuration(transferUs)}, ${formatRate(bitsPerSecond(bytes, transferUs))}`
      : "nothing";
  if (failure === undefined) {
    const status = Number(line["statusCode"] ?? 200);
    return status >= 400 ? `answer ${status}` : moved;
  }
  return `${moved}; fails at ${line["operation"]}: ${failure}`;
}

/** A table a round: a row a client, a column a site. */
function speedTables(visits: readonly Line[]): string {
  const times = [...new Set(visits.map(shortTime))];
  const rounds = times.map((time) => [time, visits.filter((visit) => shortTime(visit) === time)] as const);
  return rounds.map(([time, ofRound]) => `${pc.bold(time)}\n${speedTable(ofRound)}`).join("\n");
}

function speedTable(visits: readonly Line[]): string {
  const sites = [...new Set(visits.map((visit) => String(visit["name"])))];
  const clients = [...new Set(visits.map((visit) => String(visit["client"])))].sort();
  const table = plainTable(["", ...sites]);
  for (const client of clients) {
    const cells = sites.map((site) => {
      const visit = visits.find((one) => one["client"] === client && one["name"] === site);
      return visit ? shortOutcome(visit) : "";
    });
    table.push([client, ...cells]);
  }
  return table.toString();
}

function shortOutcome(visit: Line): string {
  if (visit["failure"] !== undefined) return String(visit["failure"]);
  if (Number(visit["statusCode"] ?? 200) >= 400) return String(visit["statusCode"]);
  return formatRate(bitsPerSecond(Number(visit["bytes"]), Number(visit["transferUs"])));
}
