/**
 * How a played scenario reads on a terminal: the timeline as it happens, each visit as a line, at the end a table of
 * the speeds that each client saw.
 */
import { colours as pc } from "./colours.ts";
import type { Started } from "./lab-choice.ts";
import { LabMeasures } from "./lab-measures.ts";
import type { Seal } from "./lab-seal.ts";
import { sentenceOf } from "./lab-sentences.ts";
import { outcomeText, shortOutcome } from "./lab-visit-text.ts";
import type { Sink } from "./output.ts";
import { plainTable } from "./plain-table.ts";

type Line = Record<string, unknown>;

export class LabStory {
  readonly #started: Started;
  readonly #sink: Sink;
  readonly #visits: Line[] = [];
  readonly #reported = new Set<unknown>();
  readonly #measures: LabMeasures;

  constructor(started: Started, sink: Sink) {
    this.#started = started;
    this.#sink = sink;
    this.#measures = new LabMeasures(started.scenario);
  }

  begin(sealHash: string | undefined): void {
    const { record, scenario } = this.#started;
    this.#sink.line(`${pc.bold("SIMULATED")} ${scenario.title}`);
    this.#sink.line(
      `${scenario.networks.length} access networks, ${scenario.sites.length} sites; seed ${sealHash ? "sealed" : record.seed}, ` +
        `${record.backend === "kernel" ? "kernel namespaces" : "relays over loopback"}; records in ${record.out}`,
    );
    if (sealHash) this.#sink.line(`The cause is sealed: sha256 ${sealHash}`);
    this.#sink.flush();
  }

  tell(line: Line): void {
    const time = pc.dim(shortTime(line));
    if (line["type"] === "visit") {
      this.#visits.push(line);
      this.#measures.visited(line);
      this.#sink.line(`${time}   ${visitSentence(line)}`);
      return;
    }
    this.#measures.tell(line);
    // A line a day and platform would drown the rest: `lab timeline` and timeline.jsonl have them.
    if (line["kind"] === "demands" && this.#reported.has(line["platform"])) return;
    if (line["kind"] === "demands") this.#reported.add(line["platform"]);
    if (line["kind"] === "lawsuit" && line["by"] === "platform") return;
    const sentence = sentenceOf(line);
    if (sentence) this.#sink.line(`${time} ${sentence}`);
  }

  end(cause: string | undefined, seal: Seal | undefined): void {
    if (this.#visits.length > 0) this.#sink.line(speedTables(this.#visits));
    const measures = this.#measures.table();
    if (measures)
      this.#sink.line(`${pc.bold("What was done, and how fast the site was from then on")}\n${measures}`);
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
  const { state, slowness } = line["truth"] as { state: string; slowness?: string };
  const words = state === "ok" ? slowness && `${slowness}, for everything` : state;
  const truth = words ? pc.yellow(` (truth: ${words})`) : "";
  return `${who}: ${outcomeText(line)}${truth}`;
}

/** A table a round: a row a client, a column a site. */
function speedTables(visits: readonly Line[]): string {
  const times = [...new Set(visits.map(shortTime))];
  const rounds = times.map((time) => [time, visits.filter((visit) => shortTime(visit) === time)] as const);
  return rounds.map(([time, ofRound]) => `${pc.bold(time)}\n${speedTable(ofRound)}`).join("\n");
}

function speedTable(visits: readonly Line[]): string {
  const column = (visit: Line): string =>
    `${visit["name"]}${visit["direction"] === "up" ? " (up)" : ""}${visit["path"] === "/picture" ? "" : ` ${visit["path"]}`}`;
  const sites = [...new Set(visits.map(column))];
  const clients = [...new Set(visits.map((visit) => String(visit["client"])))].sort();
  const table = plainTable(["", ...sites]);
  for (const client of clients) {
    const cells = sites.map((site) => {
      const visit = visits.find((one) => one["client"] === client && column(one) === site);
      return visit ? shortOutcome(visit) : "";
    });
    table.push([client, ...cells]);
  }
  return table.toString();
}
