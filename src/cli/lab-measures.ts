/**
 * What was done to each platform, step by step, and what its first site was like from each vantage point afterwards:
 * one table of a played scenario.
 */
import type { Scenario } from "../lab/scenario/scenario.ts";
import { shortOutcome } from "./lab-visit-text.ts";
import { plainTable } from "./plain-table.ts";

type Line = Record<string, unknown>;

interface Step {
  readonly time: string;
  readonly platform: string;
  readonly step: string;
  order: string;
  bundle: string;
  readonly seen: Map<string, string>;
}

export class LabMeasures {
  readonly #scenario: Scenario;
  readonly #steps: Step[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  tell(line: Line): void {
    const last = this.#steps.at(-1);
    if (line["kind"] === "step") {
      const [time, platform, step] = [line["time"], line["platform"], line["step"]].map(String);
      this.#steps.push({
        time: time!,
        platform: platform!,
        step: step!,
        order: "",
        bundle: "",
        seen: new Map(),
      });
    } else if (last && last.order === "" && (line["kind"] === "order" || line["kind"] === "lift")) {
      last.order = String(line["order"]);
    } else if (last && last.order !== "" && last.bundle === "" && line["kind"] === "bundle") {
      last.bundle = String(line["version"]);
    }
  }

  /** Counts for the latest step of the platform whose site it is, unless that was seen from there already. */
  visited(line: Line): void {
    const platform = this.#scenario.story.platforms.find(({ sites }) => sites[0] === line["name"]);
    const step = this.#steps.findLast((one) => one.platform === platform?.name);
    const client = String(line["client"]);
    if (step && !step.seen.has(client)) step.seen.set(client, shortOutcome(line));
  }

  table(): string | undefined {
    if (this.#steps.length === 0) return undefined;
    const clients = [...new Set(this.#steps.flatMap(({ seen }) => [...seen.keys()]))].sort();
    const table = plainTable(["time", "platform", "step", "order", "bundle", ...clients]);
    for (const { time, platform, step, order, bundle, seen } of this.#steps) {
      const cells = clients.map((client) => seen.get(client) ?? "");
      table.push([time.slice(0, 16).replace("T", " "), platform, step, order, bundle, ...cells]);
    }
    return table.toString();
  }
}
