/**
 * `brakelight lab play` plays a scenario to its end, live; `brakelight lab start` leaves it running in the background.
 */

import type { Command } from "commander";
import { askLab } from "../lab/control/control-client.ts";
import type { LabStatus } from "../lab/control/protocol.ts";
import { writePopulation } from "../lab/run/write-population.ts";
import type { Started, StartOptions } from "./lab-choice.ts";
import { startFromOptions, timeMs, wholeNumber } from "./lab-choice.ts";
import { clockText } from "./lab-looks.ts";
import { Seal } from "./lab-seal.ts";
import { LabStory } from "./lab-story.ts";
import { Sink } from "./output.ts";
import { ownName } from "./own-name.ts";
import { spin } from "./spinner.ts";

export function addLabPlay(lab: Command): void {
  const shared = (command: Command): Command =>
    command
      .option("--seed <n>", "another run of the same story")
      .option("--speed <n>", "run the scenario clock N times as fast as this machine's, without jumps")
      .option("--cause <name>", "cause of the outage; drawn and sealed when it is not given")
      .option("--out <dir>", "where truth, timeline, observations and captures go")
      .option("--no-captures", "make no captures")
      .option("--backend <kind>", "kernel or relay; default: kernel where this machine can");
  shared(lab.command("play <scenario>"))
    .description("play a scenario to its end")
    .option("--json", "one JSON record a line")
    .option("--until <time>", "end the story then (scenario clock), for instance 2021-03-10T09:00:00Z")
    .option("--population <n>", "also write so many observations of simulated users (population.jsonl)")
    .action(async (scenario: string, options: PlayOptions) => {
      await play(scenario, options);
    });
  shared(lab.command("start <scenario>"))
    .description("start a scenario and leave it running, to be operated")
    .action(async (scenario: string, options: StartOptions) => {
      const { record } = await startFromOptions(scenario, options, { staysOpen: true, isBound: false });
      const { time, nextEventAt } = await askLab<LabStatus>(record.id, { do: "status" });
      process.stdout.write(
        `SIMULATED ${record.title} runs as '${record.id}' (${record.backend}).\n` +
          `  ${ownName()} lab status --lab ${record.id}\n` +
          `  ${ownName()} lab exec --lab ${record.id} CLIENT -- curl https://SITE/picture -o /dev/null\n` +
          `  ${ownName()} lab timeline --lab ${record.id}\n` +
          `  ${ownName()} lab stop --lab ${record.id}\n${
            nextEventAt === undefined
              ? ""
              : `Its clock says ${clockText(time)}; the story's next event comes at ${clockText(nextEventAt)} (--speed 60: a minute a second).\n`
          }`,
      );
    });
}

interface PlayOptions extends StartOptions {
  readonly json?: boolean;
  readonly population?: string;
}

async function play(nameOrPath: string, options: PlayOptions): Promise<void> {
  const users = wholeNumber(options.population, "--population");
  const started = await startFromOptions(nameOrPath, options, { staysOpen: false, isBound: true });
  const { record, cause } = started;
  const seal = started.isSealed && cause ? new Seal(record.scenario, record.seed, cause) : undefined;
  const sink = new Sink();
  const story = options.json ? undefined : new LabStory(started, sink);
  story?.begin(seal?.hash);
  await askLab(record.id, { do: "follow" }, (told) => {
    const line = seal ? seal.redacted(told) : told;
    if (!line) return;
    if (story) story.tell(line);
    else sink.line(JSON.stringify(line));
    sink.flush();
  });
  const population = await populate(started, users, options);
  if (story) story.end(cause, seal);
  else
    sink.line(
      JSON.stringify({
        type: "summary",
        ...summaryOf(started),
        ...population,
        hash: seal?.hash,
        sealed: seal?.sealed,
      }),
    );
  sink.flush();
}

/** Of scenarios that say so, and where it is asked for. */
async function populate(
  { scenario, record }: Started,
  observations: number | undefined,
  { json, until }: PlayOptions,
): Promise<{ population?: number }> {
  if (observations === undefined && !scenario.population) return {};
  const spinner = spin({
    text: "simulated users measure",
    isSilent: json === true || !process.stderr.isTTY,
  });
  const population = await writePopulation(
    scenario,
    record.out,
    {
      ...(observations !== undefined && { observations }),
      ...(until !== undefined && { untilMs: timeMs(until) }),
    },
    (written) => {
      spinner.text = `simulated users measure: ${written} observations`;
    },
  );
  spinner.stop();
  return { population };
}

function summaryOf({ record, cause }: Started): Record<string, unknown> {
  return { scenario: record.scenario, seed: record.seed, backend: record.backend, out: record.out, cause };
}
