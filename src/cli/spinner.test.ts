import { spawn, spawnSync } from "node:child_process";
import { expect, it } from "vitest";

const SPINNING = `import { spin } from "./src/cli/spinner.ts"; spin({ text: "it turns" }); setTimeout(() => {}, 30000);`;
const PROGRAM = `stty cols 80; exec '${process.execPath}' --import tsx --input-type=module -e '${SPINNING}'`;
/** util-linux: a terminal of its own around a program. */
const hasTerminal = spawnSync("script", ["--version"]).status === 0;

it.skipIf(!hasTerminal)(
  `is ended by Ctrl-C at a terminal${hasTerminal ? "" : " (skipped: no script(1) of util-linux)"}`,
  async () => {
    const child = spawn("script", ["-qefc", PROGRAM, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    let shown = "";
    child.stdout.on("data", (text: Buffer) => {
      if (!shown.includes("it turns") && `${shown}${text}`.includes("it turns")) child.stdin.write("\x03");
      shown += text;
    });
    const timer = setTimeout(() => child.kill("SIGHUP"), 12_000);
    // 128 and SIGINT.
    expect(await ended).toBe(130);
    clearTimeout(timer);
  },
  15_000,
);
