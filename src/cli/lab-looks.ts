/**
 * Looking at laboratories: `brakelight lab list`, `brakelight lab status`, `brakelight lab timeline`.
 */
import type { Command } from "commander";
import { askLab } from "../lab/control/control-client.ts";
import { runningLabs } from "../lab/control/lab-record.ts";
import type { LabStatus } from "../lab/control/protocol.ts";
import { loadScenario, ownScenarios, scenarioPath } from "../lab/run/load-scenario.ts";
import { chooseLab } from "./lab-choice.ts";
import { sentenceOf } from "./lab-sentences.ts";
import { plainTable } from "./plain-table.ts";

interface LookOptions {
  readonly lab?: string;
  readonly json?: boolean;
}

export function addLabLooks(lab: Command): void {
  lab
    .command("list")
    .description("the scenarios there are, and the laboratories that run")
    .option("--json", "one JSON record a line")
    .action((options: LookOptions) => list(options));
  lab
    .command("status")
    .description("clients, boxes and their orders, what is slow or down at the moment")
    .option("--lab <id>", "which laboratory, when several run")
    .option("--json", "one JSON record")
    .action(async (options: LookOptions) => {
      const { id } = chooseLab(options.lab);
      const status = await askLab<LabStatus>(id, { do: "status" });
      process.stdout.write(
        options.json ? `${JSON.stringify({ type: "lab", id, ...status })}\n` : statusText(status),
      );
    });
  lab
    .command("timeline")
    .description("what has happened so far")
    .option("--lab <id>", "which laboratory, when several run")
    .option("--json", "one JSON record a line")
    .action(async (options: LookOptions) => {
      const { id } = chooseLab(options.lab);
      await askLab(id, { do: "timeline" }, (line) => {
        const sentence = options.json ? JSON.stringify(line) : sentenceOf(line);
        const time = options.json ? "" : `${String(line["time"]).slice(0, 16).replace("T", " ")} `;
        if (sentence) process.stdout.write(`${time}${sentence}\n`);
      });
    });
}

function list(options: LookOptions): void {
  const scenarios = ownScenarios().map((name) => {
    const loaded = loadScenario(scenarioPath(name)!);
    return { name, title: loaded.ok ? loaded.value.title : `cannot be read: ${loaded.problem.reason}` };
  });
  const labs = runningLabs();
  if (options.json) {
    for (const scenario of scenarios)
      process.stdout.write(`${JSON.stringify({ type: "scenario", ...scenario })}\n`);
    for (const lab of labs) process.stdout.write(`${JSON.stringify({ type: "lab", ...lab })}\n`);
    return;
  }
  const table = plainTable(["scenario", "what it is"]);
  for (const { name, title } of scenarios) table.push([name, title]);
  process.stdout.write(`${table.toString()}\n`);
  for (const { id, title, backend } of labs) process.stdout.write(`running: ${id} (${backend}): ${title}\n`);
}

function statusText(status: LabStatus): string {
  const clients = plainTable(["client", "network", "kind", "box"]);
  for (const { client, network, kind, box } of status.clients)
    clients.push([client, network, kind, box ?? "-"]);
  const troubles = plainTable(["client", "site", "truth", "by"]);
  for (const [sites, row] of groupedTroubles(status.troubles))
    troubles.push([row.client, sites, row.truth, row.by]);
  const devices = plainTable(["box", "bundle", "orders in force"]);
  for (const {
    network,
    device,
    installedVersion,
    currentVersion,
    orders,
    missed,
    refused,
  } of status.devices) {
    const trouble = refused ? `, refused: ${refused}` : missed === undefined ? "" : `, missed ${missed}`;
    devices.push([
      `${network}/${device}`,
      `${installedVersion} of ${currentVersion}${trouble}`,
      orders.join(", "),
    ]);
  }
  const lines = [
    `SIMULATED ${status.title}; scenario time ${clockText(status.time)}`,
    ...(status.nextEventAt === undefined
      ? []
      : [`next event of the story: ${clockText(status.nextEventAt)}`]),
    `sites: ${namesOf(status.sites)}`,
    clients.toString(),
  ];
  if (devices.length > 0) lines.push(devices.toString());
  lines.push(status.troubles.length > 0 ? troubles.toString() : "Everything works for everybody.");
  return `${lines.join("\n")}\n`;
}

/** "2021-03-10 07:00", scenario time. */
export function clockText(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}

/** Thousands of sites of an address scenario are not for people to read. */
const MOST_SITES_LISTED = 30;

function namesOf(sites: readonly string[]): string {
  const more = sites.length - MOST_SITES_LISTED;
  return `${sites.slice(0, MOST_SITES_LISTED).join(", ")}${more > 0 ? ` and ${more} more (--json)` : ""}`;
}

const MOST_SITES_NAMED = 4;

/** A row for all sites that the same does the same to, for the same client. */
function groupedTroubles(
  troubles: LabStatus["troubles"],
): [sites: string, row: { client: string; truth: string; by: string }][] {
  const groups = new Map<string, { sites: string[]; client: string; truth: string; by: string }>();
  for (const { client, site, state, slowness, rule, fault } of troubles) {
    const row = { client, truth: slowness ?? state ?? "", by: rule ?? fault ?? "" };
    const key = JSON.stringify(row);
    const group = groups.get(key) ?? { ...row, sites: [] };
    group.sites.push(site);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ sites, ...row }) => {
    const more = sites.length - MOST_SITES_NAMED;
    const named = sites.slice(0, MOST_SITES_NAMED).join(", ");
    return [more > 0 ? `${named} and ${more} more` : named, row];
  });
}
