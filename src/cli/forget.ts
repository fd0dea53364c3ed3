/** `brakelight forget`: deletes what was measured on this machine, and the consent to measure. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { dataFolder, forgetAll, STORE_FILE } from "./data-folder.ts";

export function addForget(program: Command): void {
  program
    .command("forget")
    .description("delete what was measured here, and the consent to measure")
    .action(() => {
      let gone: string[];
      try {
        gone = forgetAll();
      } catch (error) {
        throw new CommandError(`cannot delete what lies in ${dataFolder()}: ${(error as Error).message}`);
      }
      for (const path of gone) process.stdout.write(`deleted ${path}\n`);
      const runs = join(dataFolder(), "runs");
      const store = join(dataFolder(), STORE_FILE);
      if (existsSync(store))
        process.stdout.write(
          `kept ${store}: what was imported into the store; delete it and what lies beside it (${STORE_FILE}.*) by hand\n`,
        );
      if (existsSync(runs)) process.stdout.write(`kept ${runs}: what laboratories wrote, nothing of yours\n`);
      if (gone.length === 0) process.stdout.write(`nothing to forget in ${dataFolder()}\n`);
    });
}
