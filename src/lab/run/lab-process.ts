/**
 * The first process of a laboratory: sets everything up, plays the story, answers commands, and takes all with it when it
 * ends. Started by cell/start-cell.ts; says in one line on standard error why it cannot.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, seededRandom } from "../../base/random.ts";
import { Authority } from "../authority/authority.ts";
import { furnishCell } from "../cell/cell.ts";
import { type LabSetup, SETUP_VARIABLE } from "../cell/start-cell.ts";
import { packetClockUs, type ScenarioClock } from "../clock/clocks.ts";
import { serveControl } from "../control/control-server.ts";
import { SOCKET } from "../control/lab-record.ts";
import { KernelNetwork } from "../network/kernel-network.ts";
import { RelayNetwork } from "../relay/relay-network.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { answerFor } from "./answer-command.ts";
import { Laboratory } from "./laboratory.ts";
import { loadScenario } from "./load-scenario.ts";
import { RunFiles } from "./run-files.ts";
import { Watchers } from "./watchers.ts";

const FOLLOWER_MS = 30_000;
/** How long followers may take to hear the end. */
const LAST_WORDS_MS = 2000;

async function main(setup: LabSetup): Promise<void> {
  const loaded = loadScenario(setup.scenarioPath);
  if (!loaded.ok) throw new Error(loaded.problem.reason);
  const endMs = Math.min(loaded.value.endMs, setup.untilMs ?? Number.POSITIVE_INFINITY);
  const scenario = { ...loaded.value, seed: setup.seed, endMs };
  const random = seededRandom(setup.seed);
  const clock = { ms: scenario.startMs, us: packetClockUs(), speed: setup.speed };
  const files = new RunFiles(setup.out);
  const network = makeNetwork(setup, scenario, clock, random);
  if (network.kind === "kernel") furnishCell(setup.folder, network.topology.nameServer.v4);
  await network.start();
  const watchers = new Watchers();
  const lab = new Laboratory(
    scenario,
    network,
    network.topology,
    new Authority(scenario, seededRandom(setup.seed + 1), setup.cause),
    files,
    seededRandom(setup.seed + 2),
    {
      speed: setup.speed,
      jumps: setup.jumps,
      runId: `${scenario.name}-${setup.seed}`,
      cause: setup.cause,
      staysOpen: setup.staysOpen,
    },
    watchers,
  );
  if (setup.isBound) process.stdin.on("end", () => leave(setup)).resume();
  const control = await serveControl(join(setup.folder, SOCKET), answerFor(lab, watchers));
  // A short story must not be over before its starter listens.
  if (setup.isBound && !setup.staysOpen) await Promise.race([watchers.firstFollower, sleep(FOLLOWER_MS)]);
  await lab.run();
  files.close();
  watchers.end();
  await Promise.race([new Promise((resolve) => control.close(resolve)), sleep(LAST_WORDS_MS)]);
  await network.stop();
  leave(setup);
}

/** The kernel takes away all but the folder. */
function leave({ folder }: LabSetup): void {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function makeNetwork(
  setup: LabSetup,
  scenario: Scenario,
  clock: ScenarioClock,
  random: Random,
): KernelNetwork | RelayNetwork {
  if (setup.backend === "relay") return new RelayNetwork(scenario, setup.folder, clock);
  const captures = setup.captures ? join(setup.out, "captures") : undefined;
  return new KernelNetwork(scenario, setup.folder, captures, clock, random.next);
}

main(JSON.parse(process.env[SETUP_VARIABLE] ?? "{}") as LabSetup).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
