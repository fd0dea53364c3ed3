/**
 * `brakelight demo`: the whole story on this machine. Three acts; s skips one, Ctrl-C ends all and leaves nothing behind.
 */
import type { Command } from "commander";
import { whyNoKernelLaboratory } from "../../lab/testing/laboratory.ts";
import { CommandError, EXIT_NOT_MEASURED } from "../command-error.ts";
import { readNumber } from "../probe-options.ts";
import { catchItOut } from "./blind.ts";
import { CASE_KINDS, type CaseKind } from "./sealed-case.ts";
import { Stage } from "./stage.ts";
import { playTheDay } from "./story.ts";
import { touchIt } from "./touch.ts";

interface DemoOptions {
  readonly blind?: boolean;
  readonly act: readonly string[];
  readonly cases: string;
  readonly seed?: string;
  readonly kind: readonly string[];
  readonly lanes: string;
  readonly backend?: string;
  readonly crowd: string;
  readonly json?: boolean;
}

const MOST_CASES = 10_000;
const HIGHEST_SEED = 2 ** 31;

export function addDemo(program: Command): void {
  const more = (word: string, before: readonly string[]): readonly string[] => [...before, word];
  program
    .command("demo")
    .description("the whole story on this machine: touch it, catch it out, and the day of 10 March 2021")
    .option("--blind", "act 2 alone: sealed cases, judged from their packets")
    .option("--act <n>", "this act alone (1, 2, 3); repeatable", more, [])
    .option("--cases <n>", "sealed cases", "5")
    .option("--seed <n>", "of the first case; the next has the next; drawn when it is not given")
    .option("--kind <kind>", `a case of yours: ${CASE_KINDS.join(", ")}; repeatable; drawn without`, more, [])
    .option("--lanes <n>", "cases at the same time", "2")
    .option("--backend <kind>", "kernel or relay; default: kernel where this machine can")
    .option(
      "--crowd <place>",
      "the crowd's measurements of 2021: a folder or an https address",
      "../shared/data/twitter-2021",
    )
    .option("--json", "of --blind: one JSON record a line")
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const backend = backendOf(options.backend);
  const acts = options.blind ? ["2"] : options.act.length > 0 ? options.act : ["1", "2", "3"];
  for (const act of options.act)
    if (!/^[123]$/.test(act)) throw new CommandError(`--act: there is no act ${act}; there are 1, 2 and 3`);
  const blind = {
    cases: readNumber("--cases", options.cases, 1, MOST_CASES),
    seed:
      options.seed === undefined
        ? Date.now() % HIGHEST_SEED
        : readNumber("--seed", options.seed, 0, HIGHEST_SEED),
    kinds: options.kind.map(kindOf),
    lanes: readNumber("--lanes", options.lanes, 1, 8),
    isJson: options.json === true,
  };
  const why = backend === "relay" ? "asked for relays" : whyNoKernelLaboratory();
  if (options.blind && why !== undefined)
    throw new CommandError(`--blind needs packets, and so namespaces: ${why}`, EXIT_NOT_MEASURED);
  const stage = new Stage();
  const keys = new Keys(stage);
  const stays = process.stdout.isTTY && process.stdin.isTTY;
  try {
    if (acts.includes("1")) await keys.skippable((act) => touchIt(act, backend));
    if (acts.includes("2")) {
      if (why === undefined) await keys.skippable((act) => catchItOut(act, blind));
      else stage.say(`\nAct 2 judges packets, and relays have none (${why}): left out.`);
    }
    if (acts.includes("3"))
      await keys.skippable((act) => playTheDay(act, { backend, crowd: options.crowd, stays }));
  } finally {
    keys.close();
    await stage.close();
  }
}

/** s: on to the next act. Ctrl-C and SIGTERM: the end. */
class Keys {
  readonly #stage: Stage;
  #act: Stage | undefined;
  #skip: (() => void) | undefined;
  readonly #onKey = (key: Buffer): void => {
    if (key[0] === CTRL_C) process.kill(process.pid, "SIGINT");
    else if (String(key).toLowerCase() === "s") this.#skip?.();
  };
  #isEnding = false;
  readonly #onSignal = (): void => {
    this.#isEnding = true;
    Promise.allSettled([this.#act?.clear()])
      .then(() => this.#stage.close())
      .then(() => process.exit(EXIT_INTERRUPTED));
  };

  constructor(stage: Stage) {
    this.#stage = stage;
    process.once("SIGINT", this.#onSignal).once("SIGTERM", this.#onSignal);
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(true).resume().on("data", this.#onKey);
    stage.say("Press s to skip an act, Ctrl-C to end.");
  }

  async skippable(play: (act: Stage) => Promise<unknown>): Promise<void> {
    const act = this.#stage.act();
    this.#act = act;
    const skipped = new Promise<"skipped">((resolve) => {
      this.#skip = () => resolve("skipped");
    });
    let isOver = false;
    const done = play(act).catch((error: unknown) => {
      // What an act that was skipped, or stopped, says on its way out is nobody's business.
      if (!isOver && !this.#isEnding) throw error;
    });
    if ((await Promise.race([done, skipped])) === "skipped") this.#stage.say("Skipped.");
    isOver = true;
    await act.clear();
    // No further act begins while the signal's own work goes on, which ends the process.
    if (this.#isEnding) await new Promise(() => {});
  }

  close(): void {
    process.off("SIGINT", this.#onSignal).off("SIGTERM", this.#onSignal);
    if (process.stdin.isTTY) process.stdin.setRawMode(false).pause().off("data", this.#onKey);
  }
}

const CTRL_C = 3;
const EXIT_INTERRUPTED = 130;

function backendOf(said: string | undefined): "kernel" | "relay" | undefined {
  if (said === undefined || said === "kernel" || said === "relay") return said;
  throw new CommandError(`--backend is kernel or relay, not '${said}'`);
}

function kindOf(said: string): CaseKind {
  const kind = CASE_KINDS.find((one) => one === said);
  if (!kind) throw new CommandError(`--kind: there is no ${said}; there are: ${CASE_KINDS.join(", ")}`);
  return kind;
}
