/**
 * Act 3, the day: 10 March 2021 played, measured by simulated users, collected, told as incidents, and shown; the crowd's real
 * measurements in a store of their own where they are there. Scenario time is compressed, speeds are not.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, EXIT_NOT_MEASURED } from "../command-error.ts";
import { ownWords } from "../own-name.ts";
import type { Stage } from "./stage.ts";

export interface StoryOptions {
  readonly backend: "kernel" | "relay" | undefined;
  /** Folder or address of the crowd's measurements. */
  readonly crowd: string | undefined;
  /** Shows pages until Ctrl-C. */
  readonly stays: boolean;
}

const UNTIL = "2021-03-10T10:00:00Z";
const USERS = 20_000;
/** What was said about the real day. */
const CLAIMS = fileURLToPath(new URL("../../../scenarios/claims/twitter-2021.csv", import.meta.url));

export async function playTheDay(stage: Stage, { backend, crowd, stays }: StoryOptions): Promise<void> {
  stage.title("Act 3. The day");
  const run = join(stage.folder, "run");
  const store = join(stage.folder, "simulated.duckdb");
  const played = [
    ...["lab", "play", "twitter-2021", "--until", UNTIL, "--population", String(USERS), "--no-captures"],
    ...["--out", run, ...(backend === undefined ? [] : ["--backend", backend])],
  ];
  await step(stage, played, isOfTheStory);
  await step(stage, ["import", run, "--store", store], isNothing);
  await step(stage, ["incidents", "--store", store], isAnything);
  const stores = [store];
  if (crowd !== undefined && (/^https?:/.test(crowd) || existsSync(crowd))) {
    const real = join(stage.folder, "crowd.duckdb");
    stage.say("And the real thing: what volunteers measured in March 2021, in a store of its own.");
    await step(stage, ["import", crowd, CLAIMS, "--store", real], isNothing);
    await step(stage, ["incidents", "--store", real], isAnything);
    stores.push(real);
  } else stage.say("The crowd's real measurements are not here: give their folder or address with --crowd.");
  if (!stays) return;
  stage.say("Pages, until Ctrl-C:");
  await Promise.all(
    stores.map((one) =>
      stage.run(["serve", "--store", one, "--port", "0"], (line) => stage.say(`  ${line}`)),
    ),
  );
}

/** What single users saw is left out: there are hundreds. */
const isOfTheStory = (line: string): boolean => !/ from \S+: /.test(line);
const isAnything = (): boolean => true;
const isNothing = (): boolean => false;

async function step(
  stage: Stage,
  words: readonly string[],
  isShown: (line: string) => boolean,
): Promise<void> {
  stage.command([...ownWords(), ...words]);
  const { code } = await stage.run(words, (line) => {
    if (isShown(line)) stage.say(`  ${line}`);
  });
  if (code !== 0) throw new CommandError(`brakelight ${words[0]} ended with ${code}`, EXIT_NOT_MEASURED);
}
